"""The best day."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Highest daily return.

    Unit: fraction. Formula: max(r). NaN without returns.
    Source: the definition; Bacon (2008), Practical Portfolio Performance Measurement.

    >>> round(measure(Figures.from_days(100, [110, 99])), 6)
    0.1
    """
    return figures.best_day
