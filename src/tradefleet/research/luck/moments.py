"""The shape of a series of returns."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Rounding leaves some 1e-16 of relative noise in a return; a spread below this is no spread.
_NOISE = 1e-14
# Below this many values there is no telling a shape.
FEWEST = 3


class Moments(NamedTuple):
    """Number of returns, Sharpe ratio a period (not annualised), skewness, and excess kurtosis (a normal law has 0)."""

    returns: int
    sharpe: float
    skew: float
    kurtosis: float


def moments(returns: Floats) -> Moments:
    """The moments of `returns`, fractions a period; the risk-free rate is zero.

    Returns that are not finite are left out. All but the number are NaN below three returns or when they do not vary.
    Formula: sharpe = mean / std(ddof=1); skew and kurtosis are g1 and g2 of Joanes and Gill (1998), Comparing Measures
    of Sample Skewness and Kurtosis, The Statistician 47(1).

    >>> moments(np.array([0.01, -0.01, 0.02, 0.02])).sharpe.__round__(4)
    0.7071
    """
    values = returns[np.isfinite(returns)]
    count = len(values)
    if count < FEWEST:
        return Moments(count, math.nan, math.nan, math.nan)
    mean = float(values.mean())
    spread = float(values.std(ddof=1))
    if spread <= _NOISE * max(1.0, float(np.abs(values).max())):
        return Moments(count, math.nan, math.nan, math.nan)
    away = values - mean
    squares = away * away
    variance = float(squares.mean())
    skew = float((squares * away).mean()) / variance**1.5
    kurtosis = float((squares * squares).mean()) / (variance * variance) - 3.0
    return Moments(count, mean / spread, skew, kurtosis)
