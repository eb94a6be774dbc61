"""What moves a position's levels at a close; they hold from the next bar on."""

from __future__ import annotations

from tradefleet.simulation.columns import LegColumns
from tradefleet.simulation.rules.aging import aged_fraction
from tradefleet.simulation.rules.break_even import break_even_reached
from tradefleet.simulation.rules.take_profit import target_level
from tradefleet.simulation.rules.trailing_stop import better, trailing_level, trailing_level_by
from tradefleet.simulation.state import Market, Policy, Position, with_levels


def moves_at_every_close(position: Position, policy: Policy, columns: LegColumns) -> bool:
    """Whether any close can move a level of the position, and not only one that is the best since entry."""
    distance, trail = columns.decisions.trailing_distance, columns.decisions.trailing_stop
    by_distance = len(distance) > 1 or distance[0] > 0.0
    # An added entry may trail by another fraction, or begin to.
    changing = policy.pyramiding > 0 and len(trail) > 1
    return by_distance or changing or position.break_even > 0.0 or len(policy.aging) > 0


def manage(held: Position, close: float, close_time: int, distance: float, market: Market, policy: Policy) -> Position:
    """The position after a close: trailing stop, break-even, target by age. `distance` is a price; 0 or NaN is none."""
    side, stop, trailed, trailing, break_even = held.side, held.stop, held.trailed, held.trailing, held.break_even
    best = better(side, held.best_close, close)
    if held.trail > 0.0:
        trailed = better(side, trailed, trailing_level(side, best, held.trail, market.tick))
    if distance > 0.0:
        trailed = better(side, trailed, trailing_level_by(side, best, distance, market.tick))
    if trailed > stop if side > 0.0 else trailed < stop:
        stop, trailing = trailed, True
    if break_even > 0.0 and break_even_reached(side, close, held.entry_price, break_even):
        break_even = 0.0
        if held.entry_price > stop if side > 0.0 else held.entry_price < stop:
            stop, trailing = held.entry_price, False
    target = held.target
    if len(policy.aging) > 0:
        fraction = aged_fraction(policy.aging, close_time - held.entry_time, market.timeframe)
        target = target_level(side, held.entry_price, fraction, market.tick)
    return with_levels(held, stop, trailed, target, best, break_even, trailing)
