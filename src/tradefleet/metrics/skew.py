"""Lean of the returns."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Skewness of the daily returns: negative when the long tail is on the losing side.

    Unit: none. Formula: mean((r - mean(r)) ** 3) / std(r, ddof=0) ** 3. NaN below two returns or when
    they do not vary.
    Source: Joanes and Gill (1998), Comparing Measures of Sample Skewness and Kurtosis, The Statistician
    47(1), g1.

    >>> round(measure(Figures.from_days(100, [101, 102, 104, 90])), 4)
    -1.1414
    """
    return figures.third_moment
