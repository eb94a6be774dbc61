"""A bad day."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """The daily return that only one day in twenty fell below (historical, 95 %).

    Unit: fraction a day, negative for a loss. Formula: 5 % quantile of r, interpolated linearly. NaN
    without returns. Returns end with the day of ruin.
    Source: Jorion (2006), Value at Risk (historical simulation).

    >>> round(measure(Figures.from_days(100, [110, 99])), 6)
    -0.09
    """
    return figures.low_quantile
