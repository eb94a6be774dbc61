"""How much of the time money was at risk."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Share of bar closes with an open position.

    Unit: fraction. Formula: bar closes in a position / bar closes. Never NaN.
    Source: the definition; Bacon (2008), Practical Portfolio Performance Measurement.

    >>> measure(Figures.from_days(100, [110]))
    0.0
    """
    return figures.exposure
