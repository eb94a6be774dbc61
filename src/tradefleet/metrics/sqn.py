"""System quality number."""

from __future__ import annotations

import math

from tradefleet.metrics.figures import Figures
from tradefleet.metrics.performance import ratio


def measure(figures: Figures) -> float:
    """How far the average trade stands above zero, in its own standard errors.

    Unit: none. Formula: sqrt(n) * mean(profit) / std(profit, ddof=1). NaN below two trades or when
    profits do not vary.
    Source: Tharp (2008), The Definitive Guide to Position Sizing.

    >>> round(measure(Figures.from_days(100, [110], [9, -3, 3])), 6)
    0.866025
    """
    return ratio(figures.mean_profit, figures.profit_deviation) * math.sqrt(figures.trades)
