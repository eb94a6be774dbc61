"""Trend: which way, how steep, how straight."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.graph import Node, bars, maximum, minimum, where
from tradefleet.indicators.arguments import Prices, Source, Whole, series
from tradefleet.indicators.registry import listed
from tradefleet.indicators.talib_functions import highest, linear_regression_slope, lowest, variance


class Trend(NamedTuple):
    """Outputs of trend."""

    direction: Node
    slope: Node
    strength: Node
    score: Node


@listed("features", "close")
def trend(source: Source = None, period: Whole = 50, *, on: Prices = bars) -> Trend:
    """The straight line fitted to the last `period` bars: which way, how steep, how well it fits.

    `direction` is 1, 0 or -1, the sign of the line's slope b; `slope` is b / source, the change a bar as a fraction;
    `strength` is R squared = b^2 (n^2 - 1) / 12 / variance, the share of the movement that the line explains, 0 to 1
    (0 where nothing moves); `score` is direction * strength, -1 to 1. NaN for the first period - 1 bars.

    >>> trend(period=20).slope
    (linear_regression_slope(close, 20) / close)
    """
    node = series(source, on, "trend")
    slope = linear_regression_slope(node, period)
    spread = variance(node, period)
    explained = slope * slope * ((period * period - 1) / 12)
    # Rounding leaves a flat market a slope and a variance of their own; highest and lowest are exact.
    moves = (highest(node, period) > lowest(node, period)) & (spread > 0)
    strength = where(moves, maximum(minimum(explained / spread, 1), 0), spread * 0)
    direction = where(moves & (slope > 0), 1, where(moves & (slope < 0), -1, spread * 0))
    return Trend(direction, slope / node, strength, direction * strength)
