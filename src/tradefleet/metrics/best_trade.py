"""The best trade."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Highest profit over entry notional of a closed trade, after fees.

    Unit: fraction. Formula: max(profit_ratio). NaN without trades.
    Source: the definition; Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Figures.from_days(100, [110], [9, -3, 3]))
    0.09
    """
    return figures.best_ratio
