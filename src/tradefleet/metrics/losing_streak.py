"""Losses in a row."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Longest run of closed trades with a loss, in order of exit.

    Unit: count. Formula: longest run of profit < 0; break-even ends a run. Never NaN; 0 without a loss.
    Source: the definition; Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Figures.from_days(100, [110], [9, -3, -1, 2, -1]))
    2.0
    """
    return figures.losing_streak
