"""Money won per money lost."""

from __future__ import annotations

import math

from tradefleet.metrics.figures import Figures
from tradefleet.metrics.performance import ratio


def measure(figures: Figures) -> float:
    """Gross profit of the winning trades over gross loss of the losing ones.

    Unit: none. Formula: sum(profit > 0) / -sum(profit < 0). Infinite when some trade won and none lost:
    better than any finite factor; NaN without a trade that won or lost.
    Source: Schwager (1996), Schwager on Futures: Technical Analysis.

    >>> measure(Figures.from_days(100, [110], [9, -3, 4, -2]))
    2.6
    """
    if figures.gross_loss == 0.0 and figures.gross_profit > 0.0:
        return math.inf
    return ratio(figures.gross_profit, figures.gross_loss)
