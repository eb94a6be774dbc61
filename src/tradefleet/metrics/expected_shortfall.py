"""The average of the bad days."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Mean of the worst twentieth of daily returns (conditional value at risk, 95 %).

    Unit: fraction a day, negative for a loss. Formula: mean of the k smallest r with
    k = floor((n - 1) * 0.05) + 1. NaN without returns. Returns end with the day of ruin.
    Source: Acerbi and Tasche (2002), On the Coherence of Expected Shortfall, Journal of Banking &
    Finance 26(7).

    >>> round(measure(Figures.from_days(100, [110, 99])), 6)
    -0.1
    """
    return figures.shortfall
