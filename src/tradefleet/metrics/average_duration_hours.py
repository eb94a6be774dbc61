"""How long a trade lasts."""

from __future__ import annotations

import math

from tradefleet.market.time import HOUR
from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Average time from entry to exit of a closed trade.

    Unit: hours. Formula: mean(exit_time - entry_time). NaN without trades.
    Source: the definition; Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Performance.from_days(100, [110], [9, -3]))
    1.0
    """
    if len(performance.exit_time) == 0:
        return math.nan
    return float((performance.exit_time - performance.entry_time).mean()) / HOUR
