"""Return per unit of downward variation."""

from __future__ import annotations

import math

from tradefleet.metrics.figures import Figures
from tradefleet.metrics.performance import NOISE, ratio


def measure(figures: Figures) -> float:
    """Mean daily return per unit of downside deviation, annualised, with a target return of zero.

    Unit: none. Formula: mean(r) / sqrt(mean(min(r, 0) ** 2)) * sqrt(periods a year); the mean below the
    root runs over all days. NaN without returns or when no day lost. Returns end with the day of ruin.
    Source: Sortino and Price (1994), Performance Measurement in a Downside Risk Framework, Journal of
    Investing 3(3).

    >>> round(measure(Figures.from_days(100, [102, 101, 103])), 6)
    33.750416
    """
    if figures.downside <= NOISE:
        return math.nan
    return ratio(figures.mean_return, figures.downside) * math.sqrt(figures.periods)
