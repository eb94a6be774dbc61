"""Yearly growth per unit of the worst drawdown."""

from __future__ import annotations

from tradefleet.metrics import cagr
from tradefleet.metrics.performance import Performance, ratio


def measure(performance: Performance) -> float:
    """Compound annual growth rate over the maximum drawdown, both of the whole run.

    Unit: none. Formula: cagr / max_drawdown. NaN when there was no drawdown or cagr is NaN; negative for
    a ruined account.
    Source: Young (1991), Calmar Ratio: A Smoother Tool, Futures, October 1991.

    >>> round(measure(Performance.from_days(100, [110, 99] + [120] * 363)), 6)
    2.0
    """
    return ratio(cagr.measure(performance), performance.max_drawdown)
