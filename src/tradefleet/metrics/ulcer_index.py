"""Depth and length of drawdowns in one number."""

from __future__ import annotations

import math

import numpy as np

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Root mean square of the drawdown at day ends: deep and long falls weigh most.

    Unit: fraction (the paper gives per cent). Formula: sqrt(mean(drawdown ** 2)). NaN when there was no
    bar.
    Source: Martin and McCann (1989), The Investor's Guide to Fidelity Funds.

    >>> round(measure(Performance.from_days(100, [100, 80, 90, 100])), 6)
    0.111803
    """
    drawdowns = performance.drawdowns
    return math.sqrt(float(np.mean(drawdowns * drawdowns))) if len(drawdowns) else math.nan
