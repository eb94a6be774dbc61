"""What a trade earns on average, as a fraction."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Average of profit over entry notional of a closed trade, after fees, each trade counting alike.

    Unit: fraction a trade. Formula: mean(profit_ratio). NaN without trades.
    Source: Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Figures.from_days(100, [110], [9, -3, 3]))
    0.03
    """
    return figures.mean_ratio
