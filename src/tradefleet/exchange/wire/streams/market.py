"""From what happens on a market to what its streams say; what the payloads look like, each market knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tradefleet.exchange.engine.events import BookChanged, CandleChanged, Event, Printed
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.replay.tape import MarketTape
from tradefleet.exchange.wire.streams.depth import best_changed
from tradefleet.exchange.wire.streams.tickers import Kind, Messages, Tickers, Wanted

Payload = dict[str, object]
NOTHING: Messages = []
_PARTIAL_LEVELS = (5, 10, 20)


@dataclass(frozen=True, slots=True)
class Forms:
    """The streams of a market: how their names end, and what makes their payloads.

    `speeds` are the ends that a depth stream's name may have. They change the name and not the rate: every change is
    told at once, since a market clock that is held would hold it back for ever.
    """

    prints: tuple[tuple[str, Callable[[Printed, Exchange], Payload]], ...]
    candles: tuple[tuple[str, Callable[[CandleChanged, Exchange], Payload]], ...]
    depth: Callable[[BookChanged, Exchange], Payload]
    levels: Callable[[BookChanged, Exchange, int], Payload]
    best: Callable[[BookChanged, Exchange], Payload]
    everybodys_best: str
    speeds: tuple[str, ...]
    tickers: tuple[Kind, ...]


class MarketStreams:
    """Turns events of one market into messages of its streams; makes only what `wanted` says somebody listens to.

    `wanted` gets a stream's name, such as "btcusdt@trade".
    """

    def __init__(self, market: Market, forms: Forms, wanted: Wanted) -> None:
        self._market = market
        self._forms = forms
        self._wanted = wanted
        self._names: dict[str, _Names] = {}
        self._tickers = Tickers(forms.tickers, wanted)
        self._makers: dict[type, Callable[[Any, Exchange], Messages]] = {
            Printed: self._printed,
            BookChanged: self._book_changed,
            CandleChanged: self._candle_changed,
        }

    def messages(self, event: Event, exchange: Exchange) -> Messages:
        """What an event makes the streams say: names of streams and payloads."""
        make = self._makers.get(type(event))
        return NOTHING if make is None else make(event, exchange)

    def connect(self, exchange: Exchange) -> None:
        """Tell the market's tape which candles to make events of."""
        tape = exchange.tapes.get(self._market)
        if isinstance(tape, MarketTape):
            tape.wanted = self._wants_candles

    def _wants_candles(self, symbol: str, interval: str) -> bool:
        """Whether anybody listens to a symbol's candles of an interval."""
        lower = symbol.lower()
        return any(self._wanted(f"{lower}{suffix}{interval}") for suffix, _ in self._forms.candles)

    @property
    def waiting(self) -> bool:
        """Whether `flush` has something to say."""
        return self._tickers.waiting

    def flush(self, exchange: Exchange) -> Messages:
        """What waits for the end of its second, said now."""
        return self._tickers.flush(exchange)

    def _printed(self, event: Printed, exchange: Exchange) -> Messages:
        if event.market is not self._market:
            return NOTHING
        names = self._named(event.symbol)
        if not any(map(self._wanted, names.printed)) and not self._tickers.waiting:
            return NOTHING
        messages = self._tickers.changed(event.symbol, exchange, event.time)
        for name, make in names.prints:
            if self._wanted(name):
                messages.append((name, make(event, exchange)))
        return messages

    def _candle_changed(self, event: CandleChanged, exchange: Exchange) -> Messages:
        if event.market is not self._market:
            return NOTHING
        messages: Messages = []
        for suffix, make in self._forms.candles:
            name = event.symbol.lower() + suffix + event.interval
            if self._wanted(name):
                messages.append((name, make(event, exchange)))
        return messages

    def _book_changed(self, event: BookChanged, exchange: Exchange) -> Messages:
        if event.market is not self._market:
            return NOTHING
        names, wanted, forms = self._named(event.symbol), self._wanted, self._forms
        if not any(map(wanted, names.book)):
            return NOTHING
        messages: Messages = []
        for name in names.depths:
            if wanted(name):
                messages.append((name, forms.depth(event, exchange)))
        for name, count in names.levels:
            if wanted(name):
                messages.append((name, forms.levels(event, exchange, count)))
        best = [name for name in names.best if wanted(name)]
        if best and best_changed(event, exchange.engines[self._market].book(event.symbol)):
            messages += [(name, forms.best(event, exchange)) for name in best]
        return messages

    def _named(self, symbol: str) -> _Names:
        names = self._names.get(symbol)
        if names is None:
            names = self._names[symbol] = _Names(symbol.lower(), self._forms)
        return names


class _Names:
    """The names of a symbol's streams, made once."""

    __slots__ = ("best", "book", "depths", "levels", "printed", "prints")

    def __init__(self, lower: str, forms: Forms) -> None:
        self.prints = tuple((lower + suffix, make) for suffix, make in forms.prints)
        self.depths = tuple(f"{lower}@depth{speed}" for speed in forms.speeds)
        self.levels = tuple((f"{lower}@depth{n}{speed}", n) for n in _PARTIAL_LEVELS for speed in forms.speeds)
        self.best = tuple(name for name in (f"{lower}@bookTicker", forms.everybodys_best) if name)
        # All that a trade and a change of the book are told in.
        singles = tuple(lower + kind.suffix for kind in forms.tickers)
        together = tuple(kind.everybody for kind in forms.tickers if kind.everybody)
        self.printed = (*(name for name, _ in self.prints), *singles, *together)
        self.book = (*self.depths, *(name for name, _ in self.levels), *self.best)
