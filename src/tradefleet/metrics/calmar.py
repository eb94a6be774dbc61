"""Yearly growth per unit of the worst drawdown."""

from __future__ import annotations

from tradefleet.metrics.cagr import measure as cagr
from tradefleet.metrics.figures import Figures
from tradefleet.metrics.performance import ratio


def measure(figures: Figures) -> float:
    """Compound annual growth rate over the maximum drawdown, both of the whole run.

    Unit: none. Formula: cagr / max_drawdown. NaN when there was no drawdown or cagr is NaN; negative for
    a ruined account.
    Source: Young (1991), Calmar Ratio: A Smoother Tool, Futures, October 1991.

    >>> round(measure(Figures.from_days(100, [110, 99] + [120] * 363)), 6)
    2.0
    """
    return ratio(cagr(figures), figures.max_drawdown)
