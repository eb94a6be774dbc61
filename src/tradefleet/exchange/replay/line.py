"""One symbol of one market on the stage: a bar of it from its open to its close."""

from __future__ import annotations

from collections.abc import Iterator

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.bar_play import PlayedBar, PlayPhase
from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.perpetual.funding import pay_funding
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay.bar_path import POINTS, Point, points
from tradefleet.exchange.replay.liquidity import Liquidity
from tradefleet.exchange.replay.past import BarPast, trade_of
from tradefleet.exchange.replay.row import Row
from tradefleet.exchange.replay.tape import MarketTape
from tradefleet.exchange.replay.track import Track


class Line:
    """A symbol's bars, played through its engine and onto its tape."""

    def __init__(self, track: Track, past: BarPast, tape: MarketTape, engine: Engine, liquidity: Liquidity) -> None:
        self.track = track
        self.past = past
        self.tape = tape
        self.engine = engine
        # Up to when its fundings are paid.
        self.funded = 0
        self._liquidity = liquidity
        self._name = track.symbol.name
        self._told = 0
        self._path: tuple[Point, ...] = ()

    def next_time(self) -> int | None:
        """When the next bar opens, None at the end of the series."""
        row = self.past.upcoming()
        return None if row is None else row.time

    def close(self) -> None:
        """The bar that is played is over."""
        row = self.past.playing
        if row is not None:
            self.track.end(row)
            self.past.end()

    def catch_up(self, time: int) -> None:
        """Bars that opened up to a time have been, or are going on, without anybody there."""
        while (row := self.past.upcoming()) is not None and row.time <= time:
            self.close()
            self.past.take()

    def come_in(self) -> None:
        """The exchange learns the last price, if there has been one: quotes, mark price, last price."""
        last = self.track.last_ticks
        if last is not None:
            self.quote(last)
            self.mark(last)
            self.engine.print_trade(self._name, self.track.scale.price(last), ZERO, buyer_is_maker=False, public=False)

    def fund(self, time: int) -> None:
        """Positions pay, or get, what falls due at a time."""
        price, accounting = self.track.mark, self.engine.accounting
        if price is not None and isinstance(accounting, PerpetualAccounting):
            rate = self.tape.funding.of(self._name)
            pay_funding(accounting, self._name, rate, price, time, self.engine.emit)

    def mark(self, ticks: int) -> None:
        """The mark price of a perpetual is now this one, in ticks."""
        if self.tape.market is Market.PERPETUAL:
            price = self.track.scale.price(ticks)
            self.tape.mark(self.track, price)
            self.engine.mark(self._name, price)

    def quote(self, ticks: int) -> None:
        """The house quotes around a price, in ticks."""
        closed = self.track.closed
        volume = self.track.scale.quantity(0 if closed is None else closed.volume)
        symbol = self.engine.symbols[self._name]
        self.engine.quote(self._name, *self._liquidity.quotes(symbol, self.track.scale.price(ticks), volume))

    def open(self) -> None:
        """The upcoming bar opens: quotes, and the first print."""
        row = self.past.take()
        self._path = points(row.time, self.past.length, (row.open, row.high, row.low, row.close), row.volume)
        self._told = 0
        self.quote(row.open)
        self.track.open(row.time, row.open)
        self._print(self._path[0])
        self.tape.changed(self.track)

    def play(self, row: Row) -> Iterator[PlayPhase]:
        """The bar happens to the clients' orders, by the rule book."""
        scale = self.track.scale
        opened, high, low, close = (scale.price(ticks) for ticks in row[1:5])
        bar = PlayedBar(row.time, opened, high, low, close, scale.quantity(row.volume))
        share = self._liquidity.share
        return self.engine.play(self._name, bar, slippage=self._liquidity.slippage, participation=share)

    def turn(self) -> None:
        """Prints at both extremes."""
        self._print(self._path[1])
        self._print(self._path[2])
        self._follow(self._path[2])

    def finish(self) -> None:
        """The print at the close."""
        self._print(self._path[3])
        self.mark(self._path[3].price)
        self._follow(self._path[3])

    def _follow(self, point: Point) -> None:
        """The house comes after the price, where it has no end; what it has for a bar it has once."""
        if self._liquidity.share is None:
            self.quote(point.price)
        self.tape.changed(self.track)

    def _print(self, point: Point) -> None:
        """Onto the tape, and to the engine as its last price; a price without a trade only moves the candle."""
        scale = self.track.scale
        if point.lots:
            self._told += 1
            trade = trade_of(point, POINTS * self.past.count + self._told, scale)
            self.tape.print(self.track, trade, point.price, point.lots)
        else:
            self.track.touch(point.price)
        price, quantity = scale.price(point.price), scale.quantity(point.lots)
        self.engine.print_trade(self._name, price, quantity, point.buyer_is_maker, public=False)
