"""Return per unit of variation."""

from __future__ import annotations

import math

from tradefleet.metrics.figures import Figures
from tradefleet.metrics.performance import ratio


def measure(figures: Figures) -> float:
    """Mean daily return per unit of its standard deviation, annualised, with a risk-free rate of zero.

    Unit: none. Formula: mean(r) / std(r, ddof=1) * sqrt(periods a year). NaN below two returns or when
    they do not vary. Returns end with the day of ruin.
    Source: Sharpe (1994), The Sharpe Ratio, Journal of Portfolio Management 21(1).

    >>> round(measure(Figures.from_days(100, [102, 101, 103])), 6)
    11.138929
    """
    return ratio(figures.mean_return, figures.deviation) * math.sqrt(figures.periods)
