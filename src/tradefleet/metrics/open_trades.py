"""How many trades are still open."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Number of positions still open at the end of the run, marked to market in equity.

    Unit: count. Formula: as counted by the simulator. Never NaN.
    Source: the definition; Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Figures.from_days(100, [110]))
    0.0
    """
    return figures.open_trades
