"""Support and resistance at swings."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.graph import Node, Symbolic, bars
from tradefleet.graph.shift import whole
from tradefleet.indicators.arguments import Prices, Whole, columns
from tradefleet.indicators.registry import listed
from tradefleet.indicators.talib_functions import highest, lowest
from tradefleet.indicators.value_when import value_when


class SupportResistance(NamedTuple):
    """Outputs of support_resistance."""

    support: Node
    resistance: Node


@listed("levels", "high", "low")
def support_resistance(left: Whole = 10, right: Whole = 10, *, on: Prices = bars) -> SupportResistance:
    """The last swing low and swing high that are confirmed, in price units.

    A bar is a swing high when no high of the `left` bars before and the `right` bars after is above its own; so it is
    known, and used, only `right` bars later, never before. NaN until the first one; it forgets where the series began
    at the next swing.

    >>> support_resistance(2, 2).resistance
    value_when(where((shift(high, 2) >= highest(high, 5)), 1, 0), shift(high, 2))
    """
    before, after = _bars(left, "left"), _bars(right, "right")
    high, low = columns(on, "support_resistance", "high", "low")
    window = before + after + 1
    top, bottom = high.shift(after), low.shift(after)
    return SupportResistance(
        support=value_when(bottom <= lowest(low, window), bottom),
        resistance=value_when(top >= highest(high, window), top),
    )


def _bars(value: Whole, name: str) -> Whole:
    return value if isinstance(value, Symbolic) else whole(value, f"support_resistance's {name}", 1)
