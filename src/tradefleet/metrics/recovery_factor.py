"""Return per unit of the worst drawdown."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures
from tradefleet.metrics.performance import ratio
from tradefleet.metrics.total_return import measure as total_return


def measure(figures: Figures) -> float:
    """Total return over the maximum drawdown: how often the worst fall was earned back.

    Unit: none. Formula: total return / max_drawdown. NaN when there was no drawdown.
    Source: Bacon (2008), Practical Portfolio Performance Measurement (drawdown ratios).

    >>> round(measure(Figures.from_days(100, [110, 99, 120])), 6)
    2.0
    """
    return ratio(total_return(figures), figures.max_drawdown)
