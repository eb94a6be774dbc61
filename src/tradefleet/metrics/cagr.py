"""Compound annual growth rate."""

from __future__ import annotations

import math
import sys

from tradefleet.metrics.figures import Figures

# e to a higher power is more than a float holds.
_HIGHEST_POWER = math.log(sys.float_info.max)


def measure(figures: Figures) -> float:
    """The steady yearly growth that would give the same final equity in the same calendar time.

    Unit: fraction a year. Formula: (final equity / initial cash) ** (1 / years) - 1, a year being 365
    days (Actual/365 Fixed). NaN for a run of no length or when a short run's figure exceeds what a
    float holds; -1 for a ruined account (equity <= 0).
    Source: Bacon (2008), Practical Portfolio Performance Measurement (annualised return);
    ISDA (2006) Definitions (Actual/365 Fixed), for the year.

    >>> round(measure(Figures.from_days(100, [100] * 729 + [144])), 9)
    0.2
    """
    return yearly(figures.final_equity / figures.initial_cash, figures.years)


def yearly(growth: float, years: float) -> float:
    """The yearly rate that makes 1 into `growth` in so many years, by the rules of `measure`.

    Not to be compiled: another logarithm than Python's may differ in the last bit.

    >>> round(yearly(1.21, 2.0), 9)
    0.1
    """
    if years <= 0:
        return math.nan
    if growth <= 0:
        return -1.0
    power = math.log(growth) / years
    return math.nan if power > _HIGHEST_POWER else math.expm1(power)
