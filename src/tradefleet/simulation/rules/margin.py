"""Margin: what a position locks, and what must be left of it for the position to stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Margin(NamedTuple):
    """Leverage, maintenance tiers, the liquidation's fee (a fraction of the notional), and whether there is one.

    `tiers` has a row a tier, from the lowest: the notional it starts at, its rate, and the amount taken off, so that
    the maintenance margin is notional x rate - amount.
    """

    leverage: float
    tiers: NDArray[np.float64]
    liquidation_fee: float
    liquidates: bool


def margin_of(
    leverage: float,
    tiers: Sequence[tuple[float, float, float]] = ((0.0, 0.0, 0.0),),
    liquidation_fee: float = 0.0,
    liquidates: bool = False,
) -> Margin:
    """The margin of rows as an account has them; no leverage and no liquidation unless they are named."""
    return Margin(float(leverage), np.array(tiers, np.float64).reshape(-1, 3), float(liquidation_fee), liquidates)


def initial_margin(quantity: float, price: float, margin: Margin) -> float:
    """What an entry locks, in the quote currency.

    >>> initial_margin(0.02, 50_000.0, margin_of(20.0))
    50.0
    """
    return quantity * price / margin.leverage


def maintenance(notional: float, margin: Margin) -> tuple[float, float]:
    """Rate and amount of the tier that a notional is in.

    >>> maintenance(3500.0, margin_of(10.0, [(0.0, 0.02, 0.0), (1000.0, 0.025, 5.0)]))
    (0.025, 5.0)
    """
    tiers = margin.tiers
    row = 0
    while row + 1 < len(tiers) and notional >= tiers[row + 1, 0]:
        row += 1
    return float(tiers[row, 1]), float(tiers[row, 2])


def maintenance_margin(quantity: float, price: float, margin: Margin) -> float:
    """The least that margin and unrealised profit may come to at a price."""
    notional = quantity * price
    rate, amount = maintenance(notional, margin)
    return notional * rate - amount
