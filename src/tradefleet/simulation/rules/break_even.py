"""Break-even: after a close far enough beyond the entry price, the stop moves to the entry price."""

from __future__ import annotations


def break_even_reached(side: float, close: float, entry_price: float, fraction: float) -> bool:
    """Whether a close is this fraction of the entry price beyond it; reaching it is enough.

    >>> break_even_reached(-1.0, 98.0, 100.0, 0.02)
    True
    """
    level = entry_price * (1.0 + side * fraction)
    return close >= level if side > 0.0 else close <= level
