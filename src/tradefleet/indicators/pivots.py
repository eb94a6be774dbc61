"""Classic pivot points."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.graph import Node, bars
from tradefleet.indicators.arguments import Prices
from tradefleet.indicators.previous_session import previous_session
from tradefleet.indicators.registry import listed


class Pivots(NamedTuple):
    """Outputs of pivots."""

    pivot: Node
    r1: Node
    s1: Node
    r2: Node
    s2: Node
    r3: Node
    s3: Node


@listed("levels", "high", "low", "close", "time")
def pivots(session: str = "1d", *, offset: str = "", on: Prices = bars) -> Pivots:
    """Classic (floor trader) pivot points of the session before: the pivot, three resistances, three supports.

    With that session's high H, low L and close C: P = (H + L + C) / 3; r1 = 2P - L, s1 = 2P - H; r2 = P + (H - L),
    s2 = P - (H - L); r3 = H + 2(P - L), s3 = L - 2(H - P). NaN until previous_session has values; `session` and
    `offset` as there.

    >>> points = pivots()
    >>> points.r1 > points.pivot
    (((... * 2) - previous_session(...).low) > ((...) / 3))
    """
    high, low, close = previous_session(session, offset=offset, on=on)
    pivot = (high + low + close) / 3
    height = high - low
    return Pivots(
        pivot=pivot,
        r1=pivot * 2 - low,
        s1=pivot * 2 - high,
        r2=pivot + height,
        s2=pivot - height,
        r3=high + (pivot - low) * 2,
        s3=low - (high - pivot) * 2,
    )
