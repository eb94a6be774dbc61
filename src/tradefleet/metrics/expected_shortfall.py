"""The average of the bad days."""

from __future__ import annotations

import math

import numpy as np

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Mean of the worst twentieth of daily returns (conditional value at risk, 95 %).

    Unit: fraction a day, negative for a loss. Formula: mean of the k smallest r with
    k = floor((n - 1) * 0.05) + 1. NaN without returns. Returns end with the day of ruin.
    Source: Acerbi and Tasche (2002), On the Coherence of Expected Shortfall, Journal of Banking &
    Finance 26(7).

    >>> round(measure(Performance.from_days(100, [110, 99])), 6)
    -0.1
    """
    returns = performance.returns
    if len(returns) == 0:
        return math.nan
    last = int((len(returns) - 1) * 0.05)
    return float(np.mean(np.partition(returns, last)[: last + 1]))
