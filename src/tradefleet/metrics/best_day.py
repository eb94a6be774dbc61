"""The best day."""

from __future__ import annotations

import math

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Highest daily return.

    Unit: fraction. Formula: max(r). NaN without returns.
    Source: the definition; Bacon (2008), Practical Portfolio Performance Measurement.

    >>> round(measure(Performance.from_days(100, [110, 99])), 6)
    0.1
    """
    return float(performance.returns.max()) if len(performance.returns) else math.nan
