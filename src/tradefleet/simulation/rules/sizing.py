"""Quantities: fixed at the close of the decision bar, cut at the fill to what the cash pays."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.simulation.rules.steps import Steps, step_below

FRACTION = 0
AMOUNT = 1
RISK = 2


class Lots(NamedTuple):
    """The lot step and the smallest order, in money."""

    lot: Steps
    min_notional: float


def wanted_quantity(kind: int, value: float, equity: float, close: float, stop: float, lots: Lots) -> float:
    """The quantity a decision asks for, rounded down to the lot; 0 where it is below the minimum.

    `kind` is FRACTION (of equity), AMOUNT (of money) or RISK (fraction of equity lost if stopped out).

    >>> wanted_quantity(RISK, 0.01, 10_000.0, 50.0, 0.02, Lots(Steps(1.0, 10.0), 0.0))
    100.0
    """
    if kind == AMOUNT:
        money = value
    elif kind == RISK:
        money = value * equity / stop if stop > 0.0 else 0.0
    else:
        money = value * equity
    return tradable(money / close, close, lots)


def tradable(quantity: float, price: float, lots: Lots) -> float:
    """The quantity rounded down to the lot; 0 where nothing, or less than the minimum, is left."""
    rounded = step_below(quantity, lots.lot)
    if rounded > 0.0 and rounded * price >= lots.min_notional:
        return rounded
    return 0.0


def affordable(quantity: float, price: float, rate: float, cash: float, lots: Lots) -> float:
    """The quantity cut to what free cash pays, fee included; 0 where too little is left."""
    if quantity * price * (1.0 + rate) <= cash:
        return quantity
    return tradable(max(cash, 0.0) / (price * (1.0 + rate)), price, lots)
