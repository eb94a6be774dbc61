"""Slippage: how much worse than the price a market order fills."""

from __future__ import annotations

import math
from typing import NamedTuple


class Slippage(NamedTuple):
    """A fraction of the price, a part of the last bar's range, and the impact of taking all of its volume.

    `impact` is a fraction of the price too.
    """

    fraction: float
    of_range: float
    impact: float


def slippage_of(price: float, quantity: float, last_range: float, last_volume: float, slippage: Slippage) -> float:
    """The slippage of one fill, as a fraction of its price; range and volume are those of the last closed bar.

    The impact grows with the square root of the share of the volume; where the volume is less than the quantity, or
    there is none, the share is 1.

    >>> slippage_of(100.0, 25.0, 4.0, 100.0, Slippage(0.001, 0.25, 0.01))
    0.016
    """
    found = slippage.fraction
    if slippage.impact > 0.0:
        share = quantity / last_volume if quantity < last_volume else 1.0
        found += slippage.impact * math.sqrt(share)
    if slippage.of_range > 0.0:
        found += slippage.of_range * last_range / price
    return found
