"""The worst trade."""

from __future__ import annotations

import math

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Lowest profit over entry notional of a closed trade, after fees.

    Unit: fraction. Formula: min(profit_ratio). NaN without trades.
    Source: the definition; Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Performance.from_days(100, [110], [9, -3, 3]))
    -0.03
    """
    return float(performance.profit_ratio.min()) if len(performance.profit_ratio) else math.nan
