"""The last 24 hours of a symbol."""

from __future__ import annotations

from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO, divided
from tradefleet.exchange.replay.prices import DayStatistics
from tradefleet.exchange.replay.row import NO_ID, Row, joined
from tradefleet.exchange.replay.track import Track
from tradefleet.market.time import DAY


def day_of(track: Track, now: int) -> DayStatistics | None:
    """Statistics of the base candles that opened within 24 hours before `now`, None before there is a price.

    Where none opened within them, the last price stands for all prices, and volumes are 0.
    """
    last = track.last_price
    if last is None:
        return None
    past, scale = track.past, track.scale
    start = max(past.place(now - DAY + 1), past.first)
    row = _sum(track, start)
    before = past.rows(start - 1, start) if start > past.first else []
    trade = track.last_trades(1)
    if row is None:
        return _still(now, last)
    return DayStatistics(
        open_time=now - DAY,
        close_time=now,
        open=scale.price(row.open),
        high=scale.price(row.high),
        low=scale.price(row.low),
        last=last,
        last_quantity=trade[0].quantity if trade else ZERO,
        previous_close=scale.price(before[0].close if before else row.open),
        volume=scale.quantity(row.volume),
        quote_volume=scale.quote(row.quote),
        weighted_average=divided(scale.quote(row.quote), scale.quantity(row.volume)) if row.volume else ZERO,
        first_id=row.first_id,
        last_id=row.last_id,
        count=row.trades,
    )


def _sum(track: Track, start: int) -> Row | None:
    closed = track.past.total(start, track.past.count)
    if track.running is None:
        return closed
    return track.running.row if closed is None else joined(closed, track.running.row)


def _still(now: int, last: Decimal) -> DayStatistics:
    return DayStatistics(
        now - DAY, now, last, last, last, last, ZERO, last, ZERO, ZERO, ZERO, first_id=NO_ID, last_id=NO_ID, count=0
    )
