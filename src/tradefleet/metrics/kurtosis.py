"""Weight of the tails."""

from __future__ import annotations

import math

import numpy as np

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Excess kurtosis of the daily returns: above zero when extremes are commoner than in a normal law.

    Unit: none. Formula: mean((r - mean(r)) ** 4) / std(r, ddof=0) ** 4 - 3. NaN below two returns or
    when they do not vary.
    Source: Joanes and Gill (1998), Comparing Measures of Sample Skewness and Kurtosis, The Statistician
    47(1), g2.

    >>> round(measure(Performance.from_days(100, [101, 102, 104, 90])), 4)
    -0.6763
    """
    squares = performance.return_scores * performance.return_scores
    return float(np.mean(squares * squares)) - 3.0 if len(squares) else math.nan
