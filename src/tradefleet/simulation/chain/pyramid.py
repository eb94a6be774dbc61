"""The lowest and the highest close of any stretch of bars, from extremes of eights, of eights of eights, and so on."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tradefleet.simulation.columns import Floats, Integers

WIDTH = 8


class Pyramid(NamedTuple):
    """Extremes of all levels, one behind the other: level k begins at `begins[k]`, level 0 is the closes."""

    low: Floats
    high: Floats
    begins: Integers


def pyramid_of(closes: Floats) -> Pyramid:
    """The pyramid of some closes; the last part of a level may be short."""
    lows, highs = [closes], [closes]
    while len(lows[-1]) > WIDTH:
        starts = np.arange(0, len(lows[-1]), WIDTH)
        lows.append(np.minimum.reduceat(lows[-1], starts))
        highs.append(np.maximum.reduceat(highs[-1], starts))
    begins = np.cumsum([0, *(len(level) for level in lows[:-1])])
    return Pyramid(np.concatenate(lows), np.concatenate(highs), begins)


def extremes(begin: int, end: int, pyramid: Pyramid) -> tuple[float, float]:
    """The lowest and the highest close of the bars from `begin` to before `end`.

    >>> extremes(1, 4, pyramid_of(np.array([5.0, 3.0, 4.0, 2.0, 9.0])))
    (2.0, 4.0)
    """
    low, high, level = math.inf, -math.inf, 0
    while begin < end:
        base = pyramid.begins[level]
        # Written out as comparisons: compiled, they are one instruction each.
        while begin < end and begin % WIDTH != 0:
            low = pyramid.low[base + begin] if pyramid.low[base + begin] < low else low
            high = pyramid.high[base + begin] if pyramid.high[base + begin] > high else high
            begin += 1
        while begin < end and end % WIDTH != 0:
            end -= 1
            low = pyramid.low[base + end] if pyramid.low[base + end] < low else low
            high = pyramid.high[base + end] if pyramid.high[base + end] > high else high
        begin, end, level = begin // WIDTH, end // WIDTH, level + 1
    return float(low), float(high)
