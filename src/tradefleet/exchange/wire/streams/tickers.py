"""Tickers of one symbol and of all: once a market second at most, whatever happens within it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.streams.pace import Pace

Wanted = Callable[[str], bool]
Messages = list[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of ticker: the end of its stream's name, the stream of all symbols ("" for none), and what makes it.

    `make` gets the exchange, the symbol and the time in nanoseconds; None for a symbol without a price.
    """

    suffix: str
    everybody: str
    make: Callable[[Exchange, str, int], dict[str, object] | None]


class Tickers:
    """The tickers of a market.

    A symbol's own stream tells its first change of a second at once and what comes after it later.

    The streams of all symbols wait for the end of the second, to have everybody in one message. What waits is told by
    the first event of a later second, or by `flush`.
    """

    def __init__(self, kinds: tuple[Kind, ...], wanted: Wanted) -> None:
        self._kinds = kinds
        self._wanted = wanted
        self._one, self._all = Pace(), Pace()
        self._names: dict[str, tuple[tuple[str, Kind], ...]] = {}
        self._everybody = tuple((kind.everybody, kind) for kind in kinds if kind.everybody)

    @property
    def waiting(self) -> bool:
        """Whether `flush` has something to tell."""
        return self._one.kept or self._all.kept

    def changed(self, symbol: str, exchange: Exchange, time: int) -> Messages:
        """What to tell when the price of a symbol has changed."""
        messages: Messages = []
        if self.waiting:
            messages += self._told(self._one.late(time), self._all.late(time), exchange, time)
        if any(self._wanted(name) for name, _ in self._everybody):
            self._all.keep(symbol, time)
        if any(self._wanted(name) for name, _ in self._named(symbol)) and self._one.ready(symbol, time):
            messages += self._single(symbol, exchange, time)
        return messages

    def flush(self, exchange: Exchange) -> Messages:
        """Everything that waits."""
        time = exchange.clock()
        return self._told(self._one.all(time), self._all.all(time), exchange, time)

    def _named(self, symbol: str) -> tuple[tuple[str, Kind], ...]:
        names = self._names.get(symbol)
        if names is None:
            names = tuple((symbol.lower() + kind.suffix, kind) for kind in self._kinds)
            self._names[symbol] = names
        return names

    def _told(self, singles: list[str], together: list[str], exchange: Exchange, time: int) -> Messages:
        messages = [message for symbol in singles for message in self._single(symbol, exchange, time)]
        for name, kind in self._everybody:
            if together and self._wanted(name):
                made = [kind.make(exchange, symbol, time) for symbol in together]
                found = [ticker for ticker in made if ticker is not None]
                messages += [(name, found)] if found else []
        return messages

    def _single(self, symbol: str, exchange: Exchange, time: int) -> Messages:
        made = [(name, kind.make(exchange, symbol, time)) for name, kind in self._named(symbol) if self._wanted(name)]
        return [(name, ticker) for name, ticker in made if ticker is not None]
