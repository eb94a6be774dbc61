"""The worst fall."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Largest fall of equity from a peak, as a fraction of that peak, exact at bar closes.

    Unit: fraction, zero or more (0.2 is a fall of 20 %; above 1 when leverage took equity below zero).
    Formula: max(1 - equity / highest equity so far). Never NaN.
    Source: Magdon-Ismail and Atiya (2004), Maximum Drawdown, Risk 17(10).

    >>> round(measure(Figures.from_days(100, [110, 99, 120])), 6)
    0.1
    """
    return figures.max_drawdown
