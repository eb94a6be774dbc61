"""The longest time under water."""

from __future__ import annotations

from tradefleet.market.time import DAY
from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Longest time from a peak of equity until it was reached again or the run ended, by bar closes.

    Unit: days (24 hours). Formula: max(recovery - peak). Never NaN; 0 when equity never fell. It need not
    be the same fall as the deepest.
    Source: Chekhlov, Uryasev and Zabarankin (2005), Drawdown Measure in Portfolio Optimization,
    International Journal of Theoretical and Applied Finance 8(1).

    >>> measure(Figures.from_days(100, [110, 99, 105, 120]))
    3.0
    """
    return figures.max_drawdown_length / DAY
