"""From a decision at a close to a position at the next open."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tradefleet.simulation.rules.fees import fee_of
from tradefleet.simulation.rules.market_order import slipped
from tradefleet.simulation.rules.sizing import affordable, wanted_quantity
from tradefleet.simulation.rules.stop_loss import stop_level
from tradefleet.simulation.rules.take_profit import target_level
from tradefleet.simulation.state import (
    BELOW_MINIMUM,
    CUT_TO_CASH,
    INVALID_LEVELS,
    NOT_AFFORDABLE,
    DecisionColumns,
    Market,
    Pending,
    Position,
    flat,
)

# A smaller part than this of the quantity is a cut; less is the rounding of an entry of all the cash.
_CUT = 1.0 - 1e-12


def at(values: NDArray[np.float64], index: int) -> float:
    """The value of a bar, where there may be one for all."""
    return values[index] if len(values) > 1 else values[0]  # type: ignore[no-any-return]


def pending_entry(
    leave: int,
    side: float,
    decisions: DecisionColumns,
    index: int,
    equity: float,
    close: float,
    market: Market,
    counts: NDArray[np.int64],
) -> Pending:
    """The order for the next open: quantity and fractions are fixed here, at the close."""
    stop = at(decisions.stop_loss, index)
    target = at(decisions.take_profit, index)
    trail = at(decisions.trailing_stop, index)
    max_bars = at(decisions.max_bars, index)
    size = at(decisions.size, index)
    # Written so that NaN fails too.
    valid = stop >= 0.0 and target >= 0.0 and trail >= 0.0 and max_bars >= 0.0 and size >= 0.0
    # No price reaches a level at zero or below: 2 was meant as 2 %.
    reachable = stop < 1.0 and trail < 1.0 if side > 0.0 else target < 1.0
    if not (valid and reachable):
        counts[INVALID_LEVELS] += 1
        return Pending(leave, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    quantity = wanted_quantity(market.size_kind, size, equity, close, stop, market.lots)
    if quantity == 0.0:
        counts[BELOW_MINIMUM] += 1
        return Pending(leave, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    return Pending(leave, side, quantity, stop, target, trail, max_bars)


def enter(
    pending: Pending,
    cash: float,
    bar: int,
    time: int,
    open_price: float,
    market: Market,
    counts: NDArray[np.int64],
) -> Position:
    """The position after the pending entry has filled at the open; flat where cash does not pay for it."""
    side = pending.enter
    price = slipped(open_price, side, market.slippage, market.tick)
    quantity = affordable(pending.quantity, price, market.fees.taker, cash, market.lots)
    if quantity == 0.0:
        counts[NOT_AFFORDABLE] += 1
        return flat()
    if quantity < pending.quantity * _CUT:
        counts[CUT_TO_CASH] += 1
    return Position(
        side,
        quantity,
        price,
        fee_of(quantity, price, market.fees.taker),
        stop_level(side, price, pending.stop_loss, market.tick),
        target_level(side, price, pending.take_profit, market.tick),
        pending.trailing_stop,
        -side * math.inf,
        pending.max_bars,
        False,
        bar,
        time,
    )
