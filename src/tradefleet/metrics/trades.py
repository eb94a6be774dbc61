"""How many trades were closed."""

from __future__ import annotations

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Number of closed trades; a position closed in two legs counts twice.

    Unit: count. Formula: len(profit). Never NaN.
    Source: the definition; Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Performance.from_days(100, [110], [4, 6]))
    2.0
    """
    return float(len(performance.profit))
