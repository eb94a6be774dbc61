"""When, at what price and for how much of it a held position is left."""

from __future__ import annotations

import math
from typing import NamedTuple

from tradefleet.simulation.rules.fees import fee_of
from tradefleet.simulation.rules.liquidation import bankruptcy_price, liquidation_fee_of, liquidation_price
from tradefleet.simulation.rules.margin import initial_margin
from tradefleet.simulation.rules.market_order import slipped
from tradefleet.simulation.rules.scale_out import part_quantity
from tradefleet.simulation.rules.slippage import slippage_of
from tradefleet.simulation.rules.stop_loss import stop_price, stop_touched
from tradefleet.simulation.rules.take_profit import target_passed
from tradefleet.simulation.state import (
    LIQUIDATION,
    NO_EXIT,
    STOP_LOSS,
    TAKE_PROFIT,
    TRAILING_STOP,
    Leg,
    Market,
    Policy,
    Position,
)


class Exit(NamedTuple):
    """Why a position is left (NO_EXIT when it is not), how much of it, at what price and for what fee (quote money)."""

    reason: int
    quantity: float
    price: float
    fee: float


class Watch(NamedTuple):
    """Prices that make something happen once a bar reaches them: from above, and from below."""

    below: float
    above: float


def stays() -> Exit:
    """No exit."""
    return Exit(NO_EXIT, 0.0, 0.0, 0.0)


def watched(position: Position) -> Watch:
    """The nearest levels of a position; none where nothing is held."""
    if position.side > 0.0:
        return Watch(max(position.stop, position.liquidation), min(position.target, position.part))
    if position.side < 0.0:
        return Watch(max(position.target, position.part), min(position.stop, position.liquidation))
    return Watch(-math.inf, math.inf)


def market_exit(leg: Leg, price: float, reason: int, market: Market) -> Exit:
    """Leaving all of it by a market order."""
    held = leg.position
    distance = slippage_of(price, held.quantity, leg.last_range, leg.last_volume, market.slippage)
    filled = slipped(price, -held.side, distance, market.tick)
    return Exit(reason, held.quantity, filled, fee_of(held.quantity, filled, market.fees.taker, market.fees))


def stop_exit(leg: Leg, open_price: float, market: Market) -> Exit:
    """Leaving by the stop, be it the fixed or the trailing one."""
    held = leg.position
    reason = TRAILING_STOP if held.trailing else STOP_LOSS
    return market_exit(leg, stop_price(held.side, open_price, held.stop), reason, market)


def liquidation_exit(leg: Leg, open_price: float, market: Market) -> Exit:
    """Leaving by liquidation: no slippage, its own fee."""
    held = leg.position
    margin = initial_margin(held.quantity, held.entry_price, market.margin)
    last = bankruptcy_price(held.side, held.quantity, held.entry_price, margin)
    price = liquidation_price(held.side, open_price, held.liquidation, last)
    fee = liquidation_fee_of(held.side, held.quantity, held.entry_price, price, margin, market.margin)
    return Exit(LIQUIDATION, held.quantity, price, fee)


def target_exit(leg: Leg, open_price: float, low: float, high: float, market: Market, policy: Policy) -> Exit:
    """Leaving by a target that is passed, for all or for a part, the nearer first; at its price, or a better open."""
    held = leg.position
    nearer = held.part <= held.target if held.side > 0.0 else held.part >= held.target
    level = held.part if nearer else held.target
    if not target_passed(held.side, low, high, level):
        return stays()
    price = max(open_price, level) if held.side > 0.0 else min(open_price, level)
    quantity = held.quantity
    if nearer:
        quantity = part_quantity(held.parts, held.first_quantity, held.quantity, policy.scale_out, market.lots.lot)
    return Exit(TAKE_PROFIT, quantity, price, fee_of(quantity, price, market.fees.maker, market.fees))


def exit_at_open(leg: Leg, open_price: float, bar: int, market: Market, policy: Policy) -> Exit:
    """The exit of a level that the open has passed, at the open."""
    held = leg.position
    if stop_touched(held.side, open_price, open_price, held.liquidation):
        return liquidation_exit(leg, open_price, market)
    if stop_touched(held.side, open_price, open_price, held.stop):
        return stop_exit(leg, open_price, market)
    if bar >= held.target_from:
        return target_exit(leg, open_price, open_price, open_price, market, policy)
    return stays()


def exit_inside(leg: Leg, open_price: float, low: float, high: float, bar: int, market: Market, policy: Policy) -> Exit:
    """The exit of a level touched within the bar: the liquidation or the stop, the nearer; then targets."""
    held = leg.position
    nearer = held.liquidation >= held.stop if held.side > 0.0 else held.liquidation <= held.stop
    if nearer and stop_touched(held.side, low, high, held.liquidation):
        return liquidation_exit(leg, open_price, market)
    if stop_touched(held.side, low, high, held.stop):
        return stop_exit(leg, open_price, market)
    if bar >= held.target_from:
        return target_exit(leg, open_price, low, high, market, policy)
    return stays()


def ambiguous(leg: Leg, low: float, high: float, bar: int) -> bool:
    """Whether a bar reaches a level on either side of the position: which was first, it does not tell."""
    held, watch = leg.position, watched(leg.position)
    if bar < held.target_from:
        return False
    if held.side > 0.0:
        return low <= watch.below and high > watch.above
    return high >= watch.above and low < watch.below
