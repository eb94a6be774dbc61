"""What a trade earns on average, in money."""

from __future__ import annotations

import math

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Average profit of a closed trade after fees.

    Unit: money a trade. Formula: mean(profit). NaN without trades.
    Source: Tharp (2007), Trade Your Way to Financial Freedom.

    >>> measure(Performance.from_days(100, [110], [9, -3, 3]))
    3.0
    """
    return float(performance.profit.mean()) if len(performance.profit) else math.nan
