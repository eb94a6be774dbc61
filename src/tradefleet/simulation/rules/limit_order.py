"""Limit orders: they rest for some bars' time, and fill when a bar trades through their price."""

from __future__ import annotations


def limit_fills(side: float, low: float, high: float, limit: float) -> bool:
    """Whether a bar trades through the price of an order to buy (`side` 1.0) or sell; touching it is not enough."""
    return low < limit if side > 0.0 else high > limit


def limit_price(side: float, open_price: float, limit: float) -> float:
    """What a filled order gets: its price, or the open where that is better."""
    return min(open_price, limit) if side > 0.0 else max(open_price, limit)
