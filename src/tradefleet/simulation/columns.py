"""What a simulation reads and where it writes, as columns."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.simulation.rules.carry import Carry
from tradefleet.simulation.state import COUNTS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class BarColumns(NamedTuple):
    """Bars as columns of one length."""

    time: Integers
    open: Floats
    high: Floats
    low: Floats
    close: Floats


class DecisionColumns(NamedTuple):
    """What the strategy wants at each close: signals, and for an entry its levels, size and order.

    All but `signals` have one value a bar, or one value for all. `limit` is read where the policy has limit entries.
    """

    signals: NDArray[np.uint8]
    stop_loss: Floats
    take_profit: Floats
    trailing_stop: Floats
    trailing_distance: Floats
    break_even: Floats
    max_bars: Floats
    size: Floats
    limit: Floats
    expiry: Floats
    priority: Floats


class Detail(NamedTuple):
    """Finer bars: those of bar i are rows start[i] to start[i + 1]. No start, no finer bars."""

    bars: BarColumns
    start: Integers


class LegColumns(NamedTuple):
    """Everything one leg reads. `ask` is `bid` itself where there is no spread.

    `volume` and `rate` (to the account's currency) have one value a bar, or one for all.
    """

    bid: BarColumns
    ask: BarColumns
    volume: Floats
    rate: Floats
    carry: Carry
    detail: Detail
    decisions: DecisionColumns


# What a journal has used of its room.
ROWS = 0
POSITIONS = 1
DAYS = 2


class Journal(NamedTuple):
    """Where a simulation writes: a row a closed trade, a row a UTC day, the equity of each bar if wanted, the counts.

    `trade_numbers` holds entry price, exit price, quantity, fees, carry, profit and cost; `trade_marks` leg, position,
    side, exit reason, entry bar, exit bar, entry time and exit time. `day_legs` has what each leg had brought by that
    day's end; it and `bar_equity` are empty when they are not wanted. `used` says how many rows are written; a
    simulation that goes on with the same journal writes behind them.
    """

    trade_numbers: Floats
    trade_marks: Integers
    day_times: Integers
    day_equity: Floats
    day_legs: Floats
    bar_equity: Floats
    counts: Integers
    used: Integers


def new_journal(trades: int, days: int, bars: int, legs: int = 0) -> Journal:
    """Room for so many trades and days, for the equity of so many bars and for so many legs' days."""
    empty: Any = np.empty
    return Journal(
        empty((trades, 7), np.float64),
        empty((trades, 8), np.int64),
        empty(days, np.int64),
        empty(days, np.float64),
        empty((days if legs else 0, legs), np.float64),
        empty(bars, np.float64),
        np.zeros(len(COUNTS), np.int64),
        np.zeros(3, np.int64),
    )


def at(values: Floats, index: int) -> float:
    """The value of a bar, where there may be one for all."""
    return values[index] if len(values) > 1 else values[0]  # type: ignore[no-any-return]
