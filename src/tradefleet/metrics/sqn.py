"""System quality number."""

from __future__ import annotations

import math

import numpy as np

from tradefleet.metrics.performance import NOISE, Performance, ratio


def measure(performance: Performance) -> float:
    """How far the average trade stands above zero, in its own standard errors.

    Unit: none. Formula: sqrt(n) * mean(profit) / std(profit, ddof=1). NaN below two trades or when
    profits do not vary.
    Source: Tharp (2008), The Definitive Guide to Position Sizing.

    >>> round(measure(Performance.from_days(100, [110], [9, -3, 3])), 6)
    0.866025
    """
    profit = performance.profit
    if len(profit) < 2:
        return math.nan
    spread = float(profit.std(ddof=1))
    if spread <= NOISE * float(np.abs(profit).max()):
        return math.nan
    return ratio(float(profit.mean()), spread) * math.sqrt(len(profit))
