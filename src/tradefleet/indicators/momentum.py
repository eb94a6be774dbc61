"""Momentum: how far, compared with before, compared with the noise."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.graph import Node, bars, constant, where
from tradefleet.indicators.arguments import Prices, Source, Whole, series
from tradefleet.indicators.registry import listed
from tradefleet.indicators.talib_functions import rate_of_change_fraction, sqrt, standard_deviation


class Momentum(NamedTuple):
    """Outputs of momentum."""

    change: Node
    acceleration: Node
    score: Node


@listed("features", "close")
def momentum(source: Source = None, period: Whole = 14, *, on: Prices = bars) -> Momentum:
    """The change over `period` bars: as it is, against the `period` bars before, and in units of noise.

    `change` is source / source `period` bars ago - 1; `acceleration` is change minus the change `period` bars ago;
    `score` is change / (standard deviation of the last `period` one-bar changes * sqrt(period)), about -1 to 1 in a
    random walk, 0 where nothing moves. NaN for the first period, 2 period and period bars.

    >>> momentum(period=10).change
    rate_of_change_fraction(close, 10)
    """
    node = series(source, on, "momentum")
    change = rate_of_change_fraction(node, period)
    noise = standard_deviation(rate_of_change_fraction(node, 1), period) * sqrt(constant(period))
    # A steady rise has no noise but rounding.
    score = where(noise > 1e-12, change / noise, noise * 0)
    return Momentum(change, change - change.shift(period), score)
