"""What a trade earns on average, as a fraction."""

from __future__ import annotations

import math

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Average of profit over entry notional of a closed trade, after fees, each trade counting alike.

    Unit: fraction a trade. Formula: mean(profit_ratio). NaN without trades.
    Source: Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Performance.from_days(100, [110], [9, -3, 3]))
    0.03
    """
    return float(performance.profit_ratio.mean()) if len(performance.profit_ratio) else math.nan
