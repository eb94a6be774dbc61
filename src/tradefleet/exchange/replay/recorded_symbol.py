"""One symbol of a recording: what it trades in, its book, its trades."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.symbols import Market, Symbol, make_symbol
from tradefleet.exchange.replay.intervals import MILLISECOND
from tradefleet.exchange.replay.past import TradePast
from tradefleet.exchange.replay.prices import PublicTrade
from tradefleet.exchange.replay.recorded_book import Change, RecordedBook
from tradefleet.exchange.replay.recording import Aggregate, Depth, Message, Snapshot, Top, Trade, numbers
from tradefleet.exchange.replay.scale import Scale
from tradefleet.exchange.replay.tape import MarketTape
from tradefleet.exchange.replay.track import Track
from tradefleet.market.errors import DataError
from tradefleet.market.time import SECOND
from tradefleet.market.timeframe import Timeframe

_BASE = Timeframe(SECOND)
# Longest first, so that FDUSD is not taken for USD.
_QUOTES = ("FDUSD", "USDT", "BUSD", "USDC", "TUSD", "BTC", "ETH", "BNB", "EUR", "TRY", "BRL", "USD")


@dataclass(slots=True)
class Seen:
    """What a first look at a recording tells of a symbol: the finest digits, and which kinds of messages it has."""

    price_digits: int = 0
    quantity_digits: int = 0
    perpetual: bool = False
    trades: bool = False

    def look(self, message: Message) -> None:
        """See another message."""
        for price, quantity in numbers(message):
            self.price_digits = max(self.price_digits, _digits(price))
            self.quantity_digits = max(self.quantity_digits, _digits(quantity))
        self.perpetual = self.perpetual or (isinstance(message, Depth) and message.pu is not None)
        self.trades = self.trades or isinstance(message, Trade)


@dataclass(slots=True)
class RecordedSymbol:
    """One symbol: its recorded book to the engine's house, its trades to the tape and the engine."""

    symbol: Symbol
    tape: MarketTape
    engine: Engine | None = None
    book: RecordedBook = field(init=False)
    _past: TradePast = field(init=False)
    _track: Track = field(init=False)
    _traded: bool = False

    def __post_init__(self) -> None:
        scale = Scale.of(self.symbol)
        self.book = RecordedBook(scale)
        self._past = TradePast(scale)
        self._track = Track(self.symbol, self._past, _BASE)
        self.tape.add(self.symbol.name, lambda: self._track)

    def play(self, message: Message, *, aggregates: bool) -> None:
        """A message came; aggregate trades count where there are no others."""
        match message:
            case Depth():
                self._quote(*self.book.depth(message))
            case Snapshot():
                self._quote(*self.book.snapshot(message))
            case Top():
                self._quote(*self.book.top(message))
            case Trade():
                self._trade(message.t, message)
            case Aggregate():
                if aggregates:
                    self._trade(message.l, message)

    def pass_time(self, time: int) -> None:
        """Seconds that have ended are over."""
        running = self._track.running
        if running is not None and time >= running.row.time + SECOND:
            self._end()
        self.tape.publish(self._track, time)

    def tell(self) -> None:
        """Tell the candles, where there was a trade."""
        if self._traded:
            self._traded = False
            self.tape.changed(self._track)

    def _quote(self, bids: Change, asks: Change) -> None:
        if self.engine is not None and (bids or asks):
            self.engine.quote(self.symbol.name, bids.items(), asks.items(), partial=True)

    def _trade(self, number: int, message: Trade | Aggregate) -> None:
        scale = self._track.scale
        price, quantity = message.p.quantize(scale.tick), message.q.quantize(scale.lot)
        time = message.T * MILLISECOND
        ticks, lots = scale.ticks_of(price), scale.lots_of(quantity)
        self._second(time // SECOND * SECOND, ticks)
        trade = PublicTrade(number, time, price, quantity, price * quantity, message.m)
        self.tape.print(self._track, trade, ticks, lots)
        self._traded = True
        if self.engine is not None:
            self.engine.print_trade(self.symbol.name, price, quantity, message.m, public=False)
            if self.symbol.market is Market.PERPETUAL and self._track.mark != price:
                self.tape.mark(self._track, price)
                self.engine.mark(self.symbol.name, price)

    def _second(self, second: int, ticks: int) -> None:
        """The candle of this second is running, or of a later one."""
        running = self._track.running
        if running is not None and running.row.time < second:
            self._end()
            self.tape.publish(self._track, second)
        if self._track.running is None:
            self._track.open(second, ticks)

    def _end(self) -> None:
        running = self._track.running
        if running is not None:
            self._track.end(running.row)
            self._past.append(running.row, running.trades)


def _digits(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def symbol_of(name: str, seen: Seen) -> Symbol:
    """A symbol with the finest digits seen; raises DataError for a name that ends in no known currency."""
    quote = next((quote for quote in _QUOTES if name.endswith(quote) and name != quote), "")
    if not quote:
        raise DataError(f"{name} is of no known quote currency", where="the recording", cure="leave it out")
    tick, lot = (Decimal(1).scaleb(-digits) for digits in (seen.price_digits, seen.quantity_digits))
    market = Market.PERPETUAL if seen.perpetual else Market.SPOT
    return make_symbol(name.removesuffix(quote), quote, market, tick=tick, lot=lot)
