"""Money won per money lost."""

from __future__ import annotations

import math

from tradefleet.metrics.performance import Performance, ratio


def measure(performance: Performance) -> float:
    """Gross profit of the winning trades over gross loss of the losing ones.

    Unit: none. Formula: sum(profit > 0) / -sum(profit < 0). Infinite when some trade won and none lost:
    better than any finite factor; NaN without a trade that won or lost.
    Source: Schwager (1996), Schwager on Futures: Technical Analysis.

    >>> measure(Performance.from_days(100, [110], [9, -3, 4, -2]))
    2.6
    """
    if performance.gross_loss == 0 and performance.gross_profit > 0:
        return math.inf
    return ratio(performance.gross_profit, performance.gross_loss)
