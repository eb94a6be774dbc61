"""The trades a bar is told in: at its open, its nearer extreme, the other one, its close.

Their quantities add up to the bar's volume, their prices give the bar back. The first is one lot and somebody's
purchase, whatever the bar will be: nothing told at the open knows what follows. A bar of fewer lots than prices has
fewer trades, the last ones; a bar without volume has none. Written for one bar and for columns of bars, to the same
numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tradefleet.exchange.replay.intervals import MILLISECOND
from tradefleet.exchange.replay.row import NO_ID, Row
from tradefleet.exchange.replay.scale import Counts

# Trades of a bar with volume enough; the ids of a bar's trades count on from four times its place in the series.
POINTS = 4


class Point(NamedTuple):
    """A price the bar goes through, when, and the lots traded at it: 0 for a price without a trade."""

    time: int
    price: int
    lots: int
    buyer_is_maker: bool


def points(time: int, length: int, prices: tuple[int, int, int, int], lots: int) -> tuple[Point, ...]:
    """The four points of a bar; `prices` are open, high, low and close in ticks, times are nanoseconds.

    >>> [(point.price, point.lots, point.buyer_is_maker) for point in points(0, 60, (10, 14, 9, 12), 11)]
    [(10, 1, False), (9, 3, True), (14, 3, False), (12, 4, True)]
    """
    opened, high, low, close = prices
    near, far = (high, low) if high - opened < opened - low else (low, high)
    path = (opened, near, far, close)
    share = (lots - 1) // (POINTS - 1)
    shares = [1, share, share]
    if lots < POINTS:
        shares = [int(place >= POINTS - lots) for place in range(POINTS - 1)]
    shares.append(lots - sum(shares))
    falling, before = False, opened
    made: list[Point] = []
    for at, price, part in zip(moments(time, length), path, shares, strict=True):
        falling = price < before or (falling and price == before)
        made.append(Point(at, price, part, falling))
        before = price
    return tuple(made)


def moments(time: int, length: int) -> tuple[int, int, int, int]:
    """When a bar's trades are: at its open, both extremes in its middle, a millisecond before its end."""
    return time, time + length // 2, time + length // 2, time + length - MILLISECOND


def rows(first: int, time: Counts, opened: Counts, high: Counts, low: Counts, close: Counts, lots: Counts) -> list[Row]:
    """Columns of bars as rows, with the sums of the trades each is told in; `first` is the first bar's place."""
    numbers = sums(opened, high, low, close, lots)
    ids = 4 * np.arange(first, first + len(time), dtype=np.int64) + 1
    traded = numbers.trades > 0
    columns = (
        time, opened, high, low, close, lots, numbers.quote, numbers.trades, numbers.taker, numbers.taker_quote,
        np.where(traded, ids, NO_ID), np.where(traded, ids + numbers.trades - 1, NO_ID),
    )  # fmt: skip
    return [Row(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]


class Sums(NamedTuple):
    """Sums over the trades of each bar: money (exact, in ticks times lots), their number, takers' purchases."""

    quote: Counts
    trades: Counts
    taker: Counts
    taker_quote: Counts


def sums(opened: Counts, high: Counts, low: Counts, close: Counts, lots: Counts) -> Sums:
    """What the trades of each bar add up to."""
    near = np.where(high - opened < opened - low, high, low)
    path = (opened, near, high + low - near, close)
    share, few = (lots - 1) // (POINTS - 1), lots < POINTS
    # Of fewer lots than points, one goes to each of the last.
    shares = [np.where(few, 0, 1), np.where(few, lots > 2, share), np.where(few, lots > 1, share)]
    shares.append(lots - sum(shares))
    if len(lots) and float(high.max()) * float(lots.sum()) > 2.0**62:
        shares = [part.astype(object) for part in shares]
    falling, before = np.zeros(len(lots), dtype=np.bool_), opened
    quote, taker, taker_quote = 0 * shares[0], 0 * lots, 0 * shares[0]
    for price, part in zip(path, shares, strict=True):
        falling = (price < before) | (falling & (price == before))
        quote = quote + part * price
        taker = taker + np.where(falling, 0, part).astype(np.int64)
        taker_quote = taker_quote + np.where(falling, 0, part * price)
        before = price
    return Sums(quote, np.minimum(lots, POINTS), taker, taker_quote)
