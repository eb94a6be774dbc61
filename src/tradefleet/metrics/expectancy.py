"""What a trade earns on average, in money."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Average profit of a closed trade after fees.

    Unit: money a trade. Formula: mean(profit). NaN without trades.
    Source: Tharp (2007), Trade Your Way to Financial Freedom.

    >>> measure(Figures.from_days(100, [110], [9, -3, 3]))
    3.0
    """
    return figures.mean_profit
