"""What a simulation carries from one bar to the next, and what it writes down.

Named tuples of numbers, so that the plain walk and the compiled one share them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.simulation.rules.drawdown import Drawdown
from tradefleet.simulation.rules.fees import Fees
from tradefleet.simulation.rules.sizing import Lots
from tradefleet.simulation.rules.steps import Steps

DAY = 86_400_000_000_000

# Why a position was left.
NO_EXIT = 0
SIGNAL = 1
STOP_LOSS = 2
TAKE_PROFIT = 3
TRAILING_STOP = 4
TIME = 5
LIQUIDATION = 6
OPEN = 7
EXIT_REASONS = ("", "signal", "stop_loss", "take_profit", "trailing_stop", "time", "liquidation", "open")

# What is counted besides trades.
INVALID_LEVELS = 0
BELOW_MINIMUM = 1
CUT_TO_CASH = 2
NOT_AFFORDABLE = 3
COUNTS = ("invalid_levels", "below_minimum", "cut_to_cash", "not_affordable")


class Market(NamedTuple):
    """The costs and steps of one instrument, and the length of its bars (ns)."""

    fees: Fees
    slippage: float
    tick: Steps
    lots: Lots
    size_kind: int
    timeframe: int


class BarColumns(NamedTuple):
    """The bars to walk, as columns of one length."""

    time: NDArray[np.int64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]


class DecisionColumns(NamedTuple):
    """What the strategy wants at each close: signals, and for an entry its levels and size.

    All but `signals` have one value a bar, or one value for all.
    """

    signals: NDArray[np.uint8]
    stop_loss: NDArray[np.float64]
    take_profit: NDArray[np.float64]
    trailing_stop: NDArray[np.float64]
    max_bars: NDArray[np.float64]
    size: NDArray[np.float64]


class Journal(NamedTuple):
    """Where a walk writes: a row a closed trade, a row a UTC day, the equity of each bar if wanted, the counts.

    `trade_numbers` holds entry price, exit price, quantity, fees and profit; `trade_marks` side, exit reason, entry
    bar, exit bar, entry time and exit time. `bar_equity` is empty when it is not wanted.
    """

    trade_numbers: NDArray[np.float64]
    trade_marks: NDArray[np.int64]
    day_times: NDArray[np.int64]
    day_equity: NDArray[np.float64]
    bar_equity: NDArray[np.float64]
    counts: NDArray[np.int64]


class Position(NamedTuple):
    """What is held; `side` 0.0 is nothing. Levels are prices, `trail` a fraction, `fees` the entry's.

    `best_close` is the best since entry, where there is a trailing stop; infinitely bad before the first.
    """

    side: float
    quantity: float
    entry_price: float
    fees: float
    stop: float
    target: float
    trail: float
    best_close: float
    max_bars: float
    trailing: bool
    entry_bar: int
    entry_time: int


class Pending(NamedTuple):
    """What was decided at the last close, for the next open: leave (why), enter (which side, how)."""

    leave: int
    enter: float
    quantity: float
    stop_loss: float
    take_profit: float
    trailing_stop: float
    max_bars: float


class State(NamedTuple):
    """Everything a walk carries: it can stop after any bar and go on from here."""

    cash: float
    position: Position
    pending: Pending
    drawdown: Drawdown
    bar: int
    trades: int
    days: int
    day_end: int
    equity: float
    close_time: int


def flat() -> Position:
    """No position."""
    return Position(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, False, 0, 0)


def nothing_pending() -> Pending:
    """Nothing decided."""
    return Pending(NO_EXIT, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def first_state(cash: float, time: int) -> State:
    """The state before the first bar, which opens at `time`."""
    drawdown = Drawdown(cash, time, cash, 0.0, 0, False)
    return State(cash, flat(), nothing_pending(), drawdown, 0, 0, 0, time - time % DAY + DAY, cash, time)


def rest_of(journal: Journal, before: State, after: State) -> Journal:
    """The journal's rows after those that a walk from one state to another wrote: where the next walk goes on."""
    trades, days = after.trades - before.trades, after.days - before.days
    return Journal(
        journal.trade_numbers[trades:],
        journal.trade_marks[trades:],
        journal.day_times[days:],
        journal.day_equity[days:],
        journal.bar_equity[after.bar - before.bar :],
        journal.counts,
    )


def new_journal(trades: int, days: int, bars: int) -> Journal:
    """Room for so many trades and days, and for the equity of so many bars."""
    empty: Any = np.empty
    return Journal(
        empty((trades, 5), np.float64),
        empty((trades, 6), np.int64),
        empty(days, np.int64),
        empty(days, np.float64),
        empty(bars, np.float64),
        np.zeros(len(COUNTS), np.int64),
    )
