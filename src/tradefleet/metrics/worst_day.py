"""The worst day."""

from __future__ import annotations

import math

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Lowest daily return.

    Unit: fraction. Formula: min(r). NaN without returns.
    Source: the definition; Bacon (2008), Practical Portfolio Performance Measurement.

    >>> round(measure(Performance.from_days(100, [110, 99])), 6)
    -0.1
    """
    return float(performance.returns.min()) if len(performance.returns) else math.nan
