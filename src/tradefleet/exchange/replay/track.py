"""One symbol's prices: the past, the candle that is running, and what is asked of both."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.replay import intervals
from tradefleet.exchange.replay.ladder import Ladder, Recent, selected
from tradefleet.exchange.replay.past import Past
from tradefleet.exchange.replay.prices import Candle, PublicTrade
from tradefleet.exchange.replay.row import NO_ID, Row, candle_of, joined
from tradefleet.market.timeframe import Timeframe


class Running:
    """A base candle that is not over, and its trades."""

    def __init__(self, time: int, price: int) -> None:
        self.trades: list[PublicTrade] = []
        self.row = Row(time, price, price, price, price, 0, 0, 0, 0, 0, NO_ID, NO_ID)

    def touch(self, price: int) -> None:
        """The price is there, without a trade."""
        row = self.row
        self.row = row._replace(high=max(row.high, price), low=min(row.low, price), close=price)

    def add(self, trade: PublicTrade, price: int, lots: int) -> None:
        """A trade of so many ticks and lots."""
        self.trades.append(trade)
        bought = 0 if trade.buyer_is_maker else lots
        self.row = joined(
            self.row,
            Row(0, 0, price, price, price, lots, price * lots, 1, bought, bought * price, trade.id, trade.id),
        )


class Track:
    """Candles and trades of a symbol as they stand."""

    def __init__(self, symbol: Symbol, past: Past, base: Timeframe) -> None:
        self.symbol = symbol
        self.past = past
        self.scale = past.scale
        self.intervals = intervals.made_from(base)
        self.running: Running | None = None
        self.mark: Decimal | None = None
        # Of each interval, when the candle ends that has not been told to be closed.
        self.unclosed: dict[str, int] = {}
        self._base = next((name for name in self.intervals if intervals.length(name) == base.nanoseconds), None)
        self._ladders: dict[str, Ladder | Recent] = {}
        # Candles made of rows that are kept: who polls asks for the same ones again.
        self._made: dict[str, dict[int, tuple[Row, Candle]]] = {}
        # The last closed base candle, and the last price in ticks.
        self.closed = next(iter(past.rows(past.count - 1, past.count)), None)
        self._last = None if self.closed is None else self.closed.close

    @property
    def last_price(self) -> Decimal | None:
        """The last price, None before there is one."""
        return None if self._last is None else self.scale.price(self._last)

    @property
    def last_ticks(self) -> int | None:
        """The last price in ticks."""
        return self._last

    def price_at(self, time: int) -> Decimal:
        """The open of the candle that opens at a time, else the close, so far, of the one it falls into or after."""
        if self.running is not None and self.running.row.time <= time:
            row = self.running.row
            return self.scale.price(row.open if row.time == time else row.close)
        place = self.past.place(time)
        found = self.past.rows(place, place + 1)
        if found and found[0].time == time:
            return self.scale.price(found[0].open)
        before = self.past.rows(place - 1, place)
        return self.scale.price(before[0].close if before else (self._last or 0))

    def open(self, time: int, price: int) -> None:
        """A base candle opens, at a price in ticks."""
        self.running = Running(time, price)
        self._last = price
        for interval in self.intervals:
            if self.unclosed.get(interval, time) <= time:
                self.unclosed[interval] = intervals.end(interval, intervals.start(interval, time))

    def touch(self, price: int) -> None:
        """The price, in ticks, is there without a trade."""
        if self.running is not None:
            self.running.touch(price)
            self._last = price

    def trade(self, trade: PublicTrade, price: int, lots: int) -> None:
        """A trade within the running candle, in ticks and lots too."""
        if self.running is not None:
            self.running.add(trade, price, lots)
            self._last = price

    def end(self, row: Row) -> None:
        """A base candle is over, and becomes part of the longer ones."""
        self.running = None
        self.closed = row
        self._last = row.close
        for ladder in self._ladders.values():
            ladder.push(row)

    def candles(self, interval: str, since: int | None, until: int | None, limit: int) -> list[Candle]:
        """Candles of an interval, as `rows`."""
        made = self._made.setdefault(interval, {})
        if len(made) > _CANDLES:
            made.clear()
        candles = []
        for row in self.rows(interval, since, until, limit):
            known = made.get(row.time)
            if known is None or known[0] is not row:
                known = made[row.time] = row, candle_of(row, interval, self.scale)
            candles.append(known[1])
        return candles

    def rows(self, interval: str, since: int | None, until: int | None, limit: int) -> list[Row]:
        """Candles of an interval, the running one too; the first `limit` from `since`, else the last."""
        if interval not in self.intervals or limit <= 0:
            return []
        tail = self.latest(interval) if self.running is not None else None
        source = self._source(interval)
        if tail is None:
            return selected(source, since, until, limit)
        before = tail.time - 1 if until is None else min(until, tail.time - 1)
        fits = (since is None or tail.time >= since) and (until is None or tail.time <= until)
        if since is not None:
            rows = selected(source, since, before, limit)
            return [*rows, tail] if fits and len(rows) < limit else rows
        return [*selected(source, None, before, limit - 1), tail] if fits else selected(source, None, until, limit)

    def latest(self, interval: str) -> Row | None:
        """The latest candle of an interval, with what is running."""
        running = self.running
        if interval == self._base:
            return self.closed if running is None else running.row
        source = self._source(interval)
        closed = source.rows(source.count - 1, source.count)
        last = closed[0] if closed else None
        if running is None:
            return last
        period = intervals.start(interval, running.row.time)
        if last is not None and last.time == period:
            return joined(last, running.row)
        return running.row._replace(time=period)

    def _source(self, interval: str) -> Ladder | Recent:
        if interval not in self._ladders:
            is_base = interval == self._base
            self._ladders[interval] = Recent(self.past) if is_base else Ladder(interval, self.past)
        return self._ladders[interval]

    def trades_from(self, number: int, limit: int) -> list[PublicTrade]:
        """Trades from an id on."""
        start = max(self.past.place_of_trade(number), self.past.first)
        return [trade for trade in self._forward(start, limit + 1) if trade.id >= number][:limit]

    def trades_since(self, since: int, until: int | None, limit: int) -> list[PublicTrade]:
        """Trades with times in [since, until]."""
        # The candle before may hold some: its trades are later than its open.
        start = max(self.past.place(since) - 1, self.past.first)
        found: list[PublicTrade] = []
        for trade in self._forward(start, None):
            if (until is not None and trade.time > until) or len(found) == limit:
                break
            if trade.time >= since:
                found.append(trade)
        return found

    def last_trades(self, limit: int, until: int | None = None) -> list[PublicTrade]:
        """The last trades up to a time."""
        running = self.running.trades if self.running is not None else []
        found = [trade for trade in running if until is None or trade.time <= until]
        stop = self.past.count if until is None else self.past.place(until + 1)
        size = limit
        while len(found) < limit and stop > self.past.first:
            start = max(stop - size, self.past.first)
            found = [trade for trade in self.past.trades(start, stop) if until is None or trade.time <= until] + found
            stop, size = start, 2 * size
        return found[-limit:]

    def _forward(self, start: int, enough: int | None) -> Iterable[PublicTrade]:
        while start < self.past.count:
            stop = min(start + (enough or _PORTION), self.past.count)
            yield from self.past.trades(start, stop)
            start = stop
        if self.running is not None:
            yield from self.running.trades


_PORTION = 250
# Candles of an interval that are kept made.
_CANDLES = 10_000
