"""How long a trade lasts."""

from __future__ import annotations

from tradefleet.market.time import HOUR
from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Average time from entry to exit of a closed trade.

    Unit: hours. Formula: mean(exit_time - entry_time). NaN without trades.
    Source: the definition; Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Figures.from_days(100, [110], [9, -3]))
    1.0
    """
    return figures.mean_duration / HOUR
