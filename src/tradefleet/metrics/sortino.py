"""Return per unit of downward variation."""

from __future__ import annotations

import math

import numpy as np

from tradefleet.metrics.performance import NOISE, Performance, ratio


def measure(performance: Performance) -> float:
    """Mean daily return per unit of downside deviation, annualised, with a target return of zero.

    Unit: none. Formula: mean(r) / sqrt(mean(min(r, 0) ** 2)) * sqrt(periods a year); the mean below the
    root runs over all days. NaN without returns or when no day lost. Returns end with the day of ruin.
    Source: Sortino and Price (1994), Performance Measurement in a Downside Risk Framework, Journal of
    Investing 3(3).

    >>> round(measure(Performance.from_days(100, [102, 101, 103])), 6)
    33.750416
    """
    if len(performance.returns) == 0:
        return math.nan
    below = np.minimum(performance.returns, 0.0)
    downside = math.sqrt(float(np.mean(below * below)))
    if downside <= NOISE:
        return math.nan
    return ratio(performance.mean_return, downside) * math.sqrt(performance.periods)
