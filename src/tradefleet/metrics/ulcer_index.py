"""Depth and length of drawdowns in one number."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Root mean square of the drawdown at day ends: deep and long falls weigh most.

    Unit: fraction (the paper gives per cent). Formula: sqrt(mean(drawdown ** 2)). NaN when there was no
    bar.
    Source: Martin and McCann (1989), The Investor's Guide to Fidelity Funds.

    >>> round(measure(Figures.from_days(100, [100, 80, 90, 100])), 6)
    0.111803
    """
    return figures.ulcer
