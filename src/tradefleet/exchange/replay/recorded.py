"""A market that plays back recorded websocket messages: its book, its best prices, its trades."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay.funding import Funding
from tradefleet.exchange.replay.intervals import MILLISECOND
from tradefleet.exchange.replay.moments import Moment, Venue
from tradefleet.exchange.replay.recorded_symbol import RecordedSymbol, Seen, symbol_of
from tradefleet.exchange.replay.recording import Findings, Line, Message, messages, read_lines
from tradefleet.exchange.replay.tape import MarketTape
from tradefleet.market.errors import DataError

Recording = Callable[[], Iterable[str]]


class RecordedMarket:
    """Plays recordings back: each a name and a function that gives its lines, called to list symbols and to play.

    A line is `<receive time in ns> <raw JSON>`, or `<receive time in s>: <raw JSON>`; answers to depth requests among
    them are snapshots. Messages are played in the order they were received, at the times the exchange gave them. A
    symbol whose differences tell the id of the one before is a perpetual's, others are of spot. Engines match by the
    recorded book and trades: they are to be made without `by_bars`.

    `findings` tells which lines could not be read. Raises DataError for a recording without any message of use.
    """

    def __init__(self, recordings: Mapping[str, Recording], funding: Funding | None = None) -> None:
        self.findings = Findings()
        self._recordings = dict(recordings)
        self._seen: dict[str, Seen] = {}
        self.start_time = self._look()
        self.tapes: Mapping[Market, MarketTape] = {market: MarketTape(market, funding) for market in Market}
        self.symbols = tuple(symbol_of(name, seen) for name, seen in self._seen.items())
        self._players = {symbol.name: RecordedSymbol(symbol, self.tapes[symbol.market]) for symbol in self.symbols}
        self._lines = self._received(Findings())
        self._time = self.start_time
        self._next: Line | None = next(self._lines, None)

    @classmethod
    def of_files(cls, *paths: str | Path, funding: Funding | None = None) -> RecordedMarket:
        """A market of recorded files: plain, .gz or .xz."""
        return cls({str(path): partial(read_lines, Path(path)) for path in paths}, funding)

    @property
    def gaps(self) -> int:
        """How often differences of a book were missing so far."""
        return sum(player.book.gaps for player in self._players.values())

    def start(self, venue: Venue) -> None:
        """Drive this exchange."""
        for tape in self.tapes.values():
            tape.connect(venue.clock, venue.events.emit)
        for player in self._players.values():
            player.engine = venue.engines[player.symbol.market]

    def next_time(self) -> int | None:
        """When the next messages came, None at the end."""
        return None if self._next is None else max(self._time, _time(self._next.message))

    def step(self) -> bool:
        """Play all messages of one time; False, and nothing, at the end."""
        return sum(1 for _ in self.phases()) > 0

    def phases(self) -> Iterator[Moment]:
        """Play all messages of one time, and hold."""
        time = self.next_time()
        if time is None:
            return
        yield Moment(time)
        self._time = time
        for player in self._players.values():
            player.pass_time(time)
        while self._next is not None and self.next_time() == time:
            self._play(self._next.message)
            self._next = next(self._lines, None)
        for player in self._players.values():
            player.tell()
        yield Moment(time, hold=True)

    def _play(self, message: Message) -> None:
        name = message.s or self._only()
        player = self._players.get(name)
        if player is not None:
            player.play(message, aggregates=not self._seen[name].trades)

    def _only(self) -> str:
        """The symbol of a message that names none: clear where there is one."""
        return next(iter(self._players)) if len(self._players) == 1 else ""

    def _look(self) -> int:
        """List symbols; gives the time of the first message that has one."""
        first = 0
        for name, lines in self._recordings.items():
            before = self.findings.used
            for line in messages(name, lines(), self.findings):
                message = line.message
                if message.s:
                    self._seen.setdefault(message.s, Seen()).look(message)
                time = _time(message)
                first = min(first or time, time or first)
            if self.findings.used == before:
                raise DataError(
                    "there is no message of use",
                    where=name,
                    cure="give lines of a receive time and a raw message: depthUpdate, bookTicker, trade, aggTrade",
                )
        if not self._seen:
            raise DataError("no message names its symbol", where=", ".join(self._recordings), cure="record streams too")
        return first

    def _received(self, findings: Findings) -> Iterator[Line]:
        parts = (messages(name, lines(), findings) for name, lines in self._recordings.items())
        return heapq.merge(*parts, key=lambda line: line.received)


def _time(message: Message) -> int:
    """When the exchange sent a message, 0 where it does not say."""
    return message.E * MILLISECOND
