"""How many trades are still open."""

from __future__ import annotations

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Number of positions still open at the end of the run, marked to market in equity.

    Unit: count. Formula: as counted by the simulator. Never NaN.
    Source: the definition; Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Performance.from_days(100, [110]))
    0.0
    """
    return float(performance.open_trades)
