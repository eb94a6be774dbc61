"""Fees: market, stop, trailing and timer orders pay the taker's rate, limit and target orders the maker's."""

from __future__ import annotations

from typing import NamedTuple


class Fees(NamedTuple):
    """Fractions of the notional, a side, and the commission of a unit, a side, in the quote currency."""

    maker: float
    taker: float
    commission: float = 0.0


def fee_of(quantity: float, price: float, rate: float, fees: Fees) -> float:
    """The fee of one fill, in the quote currency: `rate` is one of the two, the commission comes on top.

    >>> fee_of(100_000.0, 1.25, 0.0, Fees(0.0, 0.0, 0.00004))
    4.0
    """
    return quantity * price * rate + quantity * fees.commission
