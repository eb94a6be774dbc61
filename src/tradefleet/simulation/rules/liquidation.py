"""Liquidation of an isolated position: where, at what price, for what fee."""

from __future__ import annotations

import math

from tradefleet.simulation.rules.margin import Margin, maintenance


def liquidation_level(
    side: float, quantity: float, entry_price: float, position_margin: float, margin: Margin
) -> float:
    """The price where the position's margin and unrealised profit are down to the maintenance margin.

    A level no price reaches where nothing is liquidated. The tier is that of the notional at the level; it is looked
    for from that at the entry.

    level = (entry price x quantity - side x (position margin + amount)) / (quantity x (1 - side x rate))

    >>> from tradefleet.simulation.rules.margin import margin_of
    >>> liquidation_level(1.0, 0.5, 1000.0, 50.0, margin_of(10.0, [(0.0, 0.1, 0.0)], liquidates=True))
    1000.0
    """
    if not margin.liquidates:
        return -side * math.inf
    cost = quantity * entry_price
    rate, amount = maintenance(cost, margin)
    level = (cost - side * (position_margin + amount)) / (quantity * (1.0 - side * rate))
    # With rates that rise the next tier is never beyond the right one, so each is looked at once at most.
    for _ in range(len(margin.tiers)):
        next_rate, next_amount = maintenance(quantity * level, margin)
        if next_rate == rate and next_amount == amount:
            break
        rate, amount = next_rate, next_amount
        level = (cost - side * (position_margin + amount)) / (quantity * (1.0 - side * rate))
    return level


def bankruptcy_price(side: float, quantity: float, entry_price: float, position_margin: float) -> float:
    """The price where the position's margin is gone.

    >>> bankruptcy_price(1.0, 1.0, 10_000.0, 200.0)
    9800.0
    """
    return entry_price - side * position_margin / quantity


def liquidation_price(side: float, open_price: float, level: float, bankruptcy: float) -> float:
    """What a liquidation gets: the level, or the open where it opens beyond, and never worse than bankruptcy."""
    if side > 0.0:
        return max(min(open_price, level), bankruptcy)
    return min(max(open_price, level), bankruptcy)


def liquidation_fee_of(
    side: float, quantity: float, entry_price: float, price: float, position_margin: float, margin: Margin
) -> float:
    """The fee of a liquidation at a price, no more than what is left of the position's margin."""
    left = position_margin + side * quantity * (price - entry_price)
    return max(0.0, min(margin.liquidation_fee * quantity * price, left))
