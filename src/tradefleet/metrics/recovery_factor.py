"""Return per unit of the worst drawdown."""

from __future__ import annotations

from tradefleet.metrics import total_return
from tradefleet.metrics.performance import Performance, ratio


def measure(performance: Performance) -> float:
    """Total return over the maximum drawdown: how often the worst fall was earned back.

    Unit: none. Formula: total return / max_drawdown. NaN when there was no drawdown.
    Source: Bacon (2008), Practical Portfolio Performance Measurement (drawdown ratios).

    >>> round(measure(Performance.from_days(100, [110, 99, 120])), 6)
    2.0
    """
    return ratio(total_return.measure(performance), performance.max_drawdown)
