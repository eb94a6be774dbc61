"""Weight of the tails."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Excess kurtosis of the daily returns: above zero when extremes are commoner than in a normal law.

    Unit: none. Formula: mean((r - mean(r)) ** 4) / std(r, ddof=0) ** 4 - 3. NaN below two returns or
    when they do not vary.
    Source: Joanes and Gill (1998), Comparing Measures of Sample Skewness and Kurtosis, The Statistician
    47(1), g2.

    >>> round(measure(Figures.from_days(100, [101, 102, 104, 90])), 4)
    -0.6763
    """
    return figures.fourth_moment - 3.0
