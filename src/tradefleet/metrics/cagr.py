"""Compound annual growth rate."""

from __future__ import annotations

import math

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """The steady yearly growth that would give the same final equity in the same calendar time.

    Unit: fraction a year. Formula: (final equity / initial cash) ** (1 / years) - 1, a year being 365
    days (Actual/365 Fixed). NaN for a run of no length or when a short run's figure exceeds what a
    float holds; -1 for a ruined account (equity <= 0).
    Source: Bacon (2008), Practical Portfolio Performance Measurement (annualised return);
    ISDA (2006) Definitions (Actual/365 Fixed), for the year.

    >>> round(measure(Performance.from_days(100, [100] * 729 + [144])), 9)
    0.2
    """
    if performance.years <= 0:
        return math.nan
    growth = performance.final_equity / performance.initial_cash
    if growth <= 0:
        return -1.0
    try:
        return math.expm1(math.log(growth) / performance.years)
    except OverflowError:
        return math.nan
