"""How often a trade won."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures
from tradefleet.metrics.performance import ratio


def measure(figures: Figures) -> float:
    """Share of closed trades with a profit above zero after fees; break-even is no win.

    Unit: fraction. Formula: count(profit > 0) / count(profit). NaN without trades.
    Source: Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Figures.from_days(100, [110], [5, -1, 0, 6]))
    0.5
    """
    return ratio(figures.wins, figures.trades)
