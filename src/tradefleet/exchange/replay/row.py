"""One candle as whole numbers, and how two become one."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.exchange.replay import intervals
from tradefleet.exchange.replay.prices import Candle
from tradefleet.exchange.replay.scale import Scale

# First and last trade id of a candle without trades.
NO_ID = -1


class Row(NamedTuple):
    """A candle: prices in ticks, volumes in lots, money in ticks times lots, its time in UTC nanoseconds."""

    time: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    quote: int
    trades: int
    taker: int
    taker_quote: int
    first_id: int
    last_id: int


def joined(first: Row, second: Row) -> Row:
    """The candle of two that follow one another; it opens where the first does.

    >>> joined(Row(0, 5, 7, 4, 6, 2, 11, 2, 1, 5, 1, 2), Row(1, 6, 9, 6, 8, 0, 0, 0, 0, 0, -1, -1))[1:8]
    (5, 9, 4, 8, 2, 11, 2)
    """
    return Row(
        first.time,
        first.open,
        max(first.high, second.high),
        min(first.low, second.low),
        second.close,
        first.volume + second.volume,
        first.quote + second.quote,
        first.trades + second.trades,
        first.taker + second.taker,
        first.taker_quote + second.taker_quote,
        second.first_id if first.first_id == NO_ID else first.first_id,
        first.last_id if second.last_id == NO_ID else second.last_id,
    )


def candle_of(row: Row, interval: str, scale: Scale) -> Candle:
    """The row in decimals."""
    tick, lot = scale.tick, scale.lot
    return Candle(
        row.time,
        intervals.close_time(interval, row.time),
        row.open * tick,
        row.high * tick,
        row.low * tick,
        row.close * tick,
        row.volume * lot,
        scale.quote(row.quote),
        row.trades,
        row.taker * lot,
        scale.quote(row.taker_quote),
    )
