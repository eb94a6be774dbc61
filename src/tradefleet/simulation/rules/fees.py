"""Fees: market, stop, trailing and timer orders pay the taker's rate, limit and target orders the maker's."""

from __future__ import annotations

from typing import NamedTuple


class Fees(NamedTuple):
    """Fractions of the notional, a side."""

    maker: float
    taker: float


def fee_of(quantity: float, price: float, rate: float) -> float:
    """The fee of one fill, in money."""
    return quantity * price * rate
