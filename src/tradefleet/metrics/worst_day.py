"""The worst day."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Lowest daily return.

    Unit: fraction. Formula: min(r). NaN without returns.
    Source: the definition; Bacon (2008), Practical Portfolio Performance Measurement.

    >>> round(measure(Figures.from_days(100, [110, 99])), 6)
    -0.1
    """
    return figures.worst_day
