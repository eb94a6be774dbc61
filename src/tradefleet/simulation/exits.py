"""When and at what price a held position is left within a bar."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.simulation.rules.market_order import slipped
from tradefleet.simulation.rules.stop_loss import stop_price, stop_touched
from tradefleet.simulation.rules.take_profit import target_passed
from tradefleet.simulation.state import NO_EXIT, STOP_LOSS, TAKE_PROFIT, TRAILING_STOP, Market, Position


class Exit(NamedTuple):
    """Why a position is left (NO_EXIT when it is not), at what price and fee rate."""

    reason: int
    price: float
    rate: float


def market_exit(position: Position, price: float, reason: int, market: Market) -> Exit:
    """Leaving by a market order."""
    return Exit(reason, slipped(price, -position.side, market.slippage, market.tick), market.fees.taker)


def stop_exit(position: Position, open_price: float, market: Market) -> Exit:
    """Leaving by the stop, be it the fixed or the trailing one."""
    reason = TRAILING_STOP if position.trailing else STOP_LOSS
    return market_exit(position, stop_price(position.side, open_price, position.stop), reason, market)


def level_reached(position: Position, low: float, high: float) -> bool:
    """Whether a bar touches the stop or trades through the target; an open that passes them does so too."""
    return stop_touched(position.side, low, high, position.stop) or target_passed(
        position.side, low, high, position.target
    )


def exit_at_open(position: Position, open_price: float, market: Market) -> Exit:
    """The exit of a level that the open has passed, at the open."""
    if stop_touched(position.side, open_price, open_price, position.stop):
        return stop_exit(position, open_price, market)
    if target_passed(position.side, open_price, open_price, position.target):
        return Exit(TAKE_PROFIT, open_price, market.fees.maker)
    return Exit(NO_EXIT, 0.0, 0.0)


def exit_inside(position: Position, open_price: float, low: float, high: float, market: Market) -> Exit:
    """The exit of a level touched within the bar: the stop before the target."""
    if stop_touched(position.side, low, high, position.stop):
        return stop_exit(position, open_price, market)
    if target_passed(position.side, low, high, position.target):
        return Exit(TAKE_PROFIT, position.target, market.fees.maker)
    return Exit(NO_EXIT, 0.0, 0.0)
