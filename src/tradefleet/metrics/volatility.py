"""How much the returns vary."""

from __future__ import annotations

import math

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Standard deviation of the daily returns, annualised.

    Unit: fraction a year. Formula: std(r, ddof=1) * sqrt(periods a year). NaN below two returns; 0 when
    equity never moves. Returns end with the day of ruin.
    Source: Hull (2018), Options, Futures, and Other Derivatives.

    >>> round(measure(Figures.from_days(100, [110, 99])), 6)
    2.701851
    """
    return figures.deviation * math.sqrt(figures.periods)
