"""A bad day."""

from __future__ import annotations

import math

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """The daily return that only one day in twenty fell below (historical, 95 %).

    Unit: fraction a day, negative for a loss. Formula: 5 % quantile of r, interpolated linearly. NaN
    without returns. Returns end with the day of ruin.
    Source: Jorion (2006), Value at Risk (historical simulation).

    >>> round(measure(Performance.from_days(100, [110, 99])), 6)
    -0.09
    """
    if len(performance.returns) == 0:
        return math.nan
    return float(performance.return_quantiles[0])
