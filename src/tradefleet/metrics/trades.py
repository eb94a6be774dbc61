"""How many trades were closed."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Number of closed trades; a position closed in two legs counts twice.

    Unit: count. Formula: len(profit). Never NaN.
    Source: the definition; Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Figures.from_days(100, [110], [4, 6]))
    2.0
    """
    return figures.trades
