"""Good days beside bad days."""

from __future__ import annotations

import math

from tradefleet.metrics.figures import Figures
from tradefleet.metrics.performance import NOISE, ratio


def measure(figures: Figures) -> float:
    """Size of a very good day over the size of a very bad day.

    Unit: none (1 is symmetric, above 1 the good tail is longer). Formula: abs(95 % quantile of r) /
    abs(5 % quantile of r). NaN without returns or when the bad tail is zero.
    Source: Lopez de Prado (2018), Advances in Financial Machine Learning, for the use of
    tails; the quantile form is the field's custom (empyrical, pyfolio).

    >>> round(measure(Figures.from_days(100, [110, 99])), 6)
    1.0
    """
    bad, good = abs(figures.low_quantile), abs(figures.high_quantile)
    return ratio(good, bad) if bad > NOISE else math.nan
