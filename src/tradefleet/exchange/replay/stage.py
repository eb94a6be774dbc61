"""Bars of many symbols, played in steps: all that open at one time at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from tradefleet.exchange.engine.amounts import floor_to
from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.replay.funding import Funding
from tradefleet.exchange.replay.intervals import MILLISECOND
from tradefleet.exchange.replay.line import Line
from tradefleet.exchange.replay.liquidity import Liquidity
from tradefleet.exchange.replay.moments import Moment, Venue
from tradefleet.exchange.replay.past import BarPast
from tradefleet.exchange.replay.row import Row
from tradefleet.exchange.replay.tape import MarketTape
from tradefleet.exchange.replay.track import Track
from tradefleet.market.timeframe import Timeframe

_FIRST_NOTIONAL = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Listed:
    """A symbol and how its bars are made when they are first needed; with `price`, it is quoted at it until then."""

    symbol: Symbol
    past: Callable[[], BarPast]
    price: Decimal | None = None


class Stage:
    """A market of bars of one timeframe.

    A step at time T: bars that have ended are closed and told; perpetuals are marked at the next open, and fundings
    that have come due are paid; the house quotes around that open, and it is printed; hold; the bar happens to the
    clients' orders, with another hold wherever orders that open or add have filled; the extremes are printed in the
    middle of the bar, its close a millisecond before its end. A symbol without a bar at T is left alone.

    Its engines are to be made with `by_bars`: it is playing the bar that fills resting orders.
    """

    def __init__(
        self,
        listed: Sequence[Listed],
        timeframe: Timeframe,
        start_time: int,
        liquidity: Liquidity | None = None,
        funding: Funding | None = None,
    ) -> None:
        self._listed = tuple(listed)
        self.symbols = tuple(entry.symbol for entry in listed)
        self.tapes: Mapping[Market, MarketTape] = {market: MarketTape(market, funding) for market in Market}
        self.start_time = start_time
        self.timeframe = timeframe
        self._liquidity = liquidity or Liquidity()
        self._begun = start_time - 1
        self._engines: Mapping[Market, Engine] = {}
        self._lines: dict[tuple[Market, str], Line] = {}
        self._pasts: dict[tuple[Market, str], BarPast] = {}
        for entry in listed:
            tape = self.tapes[entry.symbol.market]
            tape.add(entry.symbol.name, lambda entry=entry: self._track(entry))  # type: ignore[misc]

    def _track(self, entry: Listed) -> Track:
        past = entry.past()
        self._pasts[entry.symbol.market, entry.symbol.name] = past
        return Track(entry.symbol, past, self.timeframe)

    def start(self, venue: Venue) -> None:
        """Drive this exchange: its tapes tell their events to it, and the house quotes."""
        self._engines = venue.engines
        for market, tape in self.tapes.items():
            tape.connect(venue.clock, venue.events.emit, partial(self._enter, market))
            for track in tape.made():
                line = self._enter(market, track)
                row = line.past.upcoming()
                # Of a symbol that begins later nobody may know the first price yet.
                if row is not None and row.time == self.start_time:
                    line.quote(row.open)
                    line.mark(row.open)
        for entry in self._listed:
            if entry.price is not None:
                self._quote_first(entry)
                venue.engines[entry.symbol.market].unpriced = partial(self.need, entry.symbol.market)

    def _quote_first(self, entry: Listed) -> None:
        """Quotes of a symbol whose bars nobody has asked for."""
        symbol, engine = entry.symbol, self._engines[entry.symbol.market]
        if entry.price is None or (symbol.market, symbol.name) in self._lines:
            return
        # As if the last bar had been of some hundred thousand in quote currency.
        volume = floor_to(_FIRST_NOTIONAL / entry.price, symbol.lot)
        engine.quote(symbol.name, *self._liquidity.quotes(symbol, entry.price, volume))
        if symbol.market is Market.PERPETUAL:
            engine.mark(symbol.name, entry.price)

    def need(self, market: Market, symbol: str) -> None:
        """Play this symbol from now on, whether or not anybody asks for its prices."""
        self.tapes[market].need(symbol)

    def _enter(self, market: Market, track: Track) -> Line:
        """A symbol that somebody has asked for: it comes in where the others are, at its last price."""
        past = self._pasts[market, track.symbol.name]
        line = Line(track, past, self.tapes[market], self._engines[market], self._liquidity)
        self._lines[market, track.symbol.name] = line
        line.catch_up(self._begun)
        line.funded = self._begun
        line.come_in()
        return line

    def next_time(self) -> int | None:
        """When the next bar opens, None at the end of all series."""
        return min((time for line in self._all() if (time := line.next_time()) is not None), default=None)

    def step(self) -> bool:
        """Play a step at once, without holding; False, and nothing, at the end of the data."""
        return sum(1 for _ in self.phases()) > 0

    def phases(self) -> Iterator[Moment]:
        """Play a step, moment by moment."""
        time = self.next_time()
        if time is None:
            return
        yield Moment(time)
        self._begun = time
        self._close(time)
        playing = self._at(time)
        self._open(playing, time)
        yield Moment(time, hold=True)
        yield from self._play(playing, time)
        end = time + self.timeframe.nanoseconds
        yield Moment(end - MILLISECOND)
        for line, _ in playing:
            line.finish()
        self._fund(playing, end - MILLISECOND)
        if self.next_time() != end:
            yield Moment(end)
            self._close(end)

    def _close(self, time: int) -> None:
        """Bars that have ended become the past, and candles that have are told to be closed."""
        for line in self._all():
            line.close()
            line.tape.publish(line.track, time)

    def _open(self, playing: Sequence[tuple[Line, Row]], time: int) -> None:
        for line, row in playing:
            line.mark(row.open)
        self._fund(playing, time)
        for line, _ in playing:
            line.open()

    def _play(self, playing: Sequence[tuple[Line, Row]], time: int) -> Iterator[Moment]:
        """Bars happen to orders, and the extremes are printed; holds where orders have filled that open or add."""
        middle = time + self.timeframe.nanoseconds // 2
        yield Moment(middle)
        acts = [line.play(row) for line, row in playing]
        while acts:
            acts = [act for act in acts if next(act, None) is not None]
            if acts:
                yield Moment(middle, hold=True, inside=True)
        for line, _ in playing:
            line.turn()

    def _fund(self, playing: Sequence[tuple[Line, Row]], until: int) -> None:
        """Pay the fundings that have come due since each was last paid, at the mark prices of now.

        Who has no bar now pays at its next one.
        """
        funding = self.tapes[Market.PERPETUAL].funding
        for line, _ in playing:
            for time in funding.due(line.funded, until):
                line.fund(time)
            line.funded = max(line.funded, until)

    def _at(self, time: int) -> list[tuple[Line, Row]]:
        """The lines whose next bar opens at a time, with that bar."""
        upcoming = ((line, line.past.upcoming()) for line in self._all())
        return [(line, row) for line, row in upcoming if row is not None and row.time == time]

    def _all(self) -> list[Line]:
        """The lines of all symbols that somebody has asked for."""
        return list(self._lines.values())
