"""A small market to stream: real books and made prices, and the events that come of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from tradefleet.exchange.accounts import Accounts
from tradefleet.exchange.engine.book import Book
from tradefleet.exchange.engine.events import (
    BookChanged,
    CandleChanged,
    ExecutionType,
    MarkChanged,
    OrderReport,
    Printed,
)
from tradefleet.exchange.engine.orders import Execution, Fill, Order, OrderRequest, OrderStatus, Side
from tradefleet.exchange.engine.symbols import Market, Symbol, make_symbol
from tradefleet.exchange.engine.trace import Trace
from tradefleet.exchange.exchange import Events, Exchange
from tradefleet.exchange.replay.prices import Candle, DayStatistics
from tradefleet.market.time import DAY, MINUTE, SECOND

NOW = 1_700_000_000 * SECOND
Level = tuple[str, str]


def d(text: str) -> Decimal:
    return Decimal(text)


class Prices:
    """A tape that says what it is told to say."""

    def __init__(self) -> None:
        self.days: dict[str, DayStatistics] = {}
        self.minutes: list[Candle] = []

    def day(self, symbol: str) -> DayStatistics | None:
        return self.days.get(symbol)

    def last_price(self, symbol: str) -> Decimal | None:
        day = self.days.get(symbol)
        return None if day is None else day.last

    def candles(self, symbol: str, interval: str, limit: int) -> list[Candle]:
        return self.minutes[-limit:]

    def tell(self, symbol: str, last: str, first: str = "61000") -> None:
        self.days[symbol] = DayStatistics(
            open_time=NOW - DAY,
            close_time=NOW,
            open=d(first),
            high=d("62500.1"),
            low=d("60999.9"),
            last=d(last),
            last_quantity=d("0.002"),
            previous_close=d("60999"),
            volume=d("1234.567"),
            quote_volume=d("76200000.12345678"),
            weighted_average=d("61722.1234567"),
            first_id=1,
            last_id=142_853,
            count=142_853,
        )


@dataclass
class Place:
    """One market of an exchange, with the symbols BTCUSDT and ETHUSDT."""

    market: Market
    time: int = NOW
    prices: Prices = field(default_factory=Prices)

    def __post_init__(self) -> None:
        step = d("0.01") if self.market is Market.SPOT else d("0.1")
        lot = d("0.00001") if self.market is Market.SPOT else d("0.001")
        symbols = [make_symbol(base, market=self.market, tick=step, lot=lot) for base in ("BTC", "ETH")]
        self.symbols: dict[str, Symbol] = {symbol.name: symbol for symbol in symbols}
        self.books = {symbol.name: Book(symbol) for symbol in symbols}
        engine = SimpleNamespace(symbols=self.symbols, book=self.books.__getitem__)
        self.exchange = Exchange(
            engines=cast(Any, {self.market: engine}),
            tapes=cast(Any, {self.market: self.prices}),
            accounts=Accounts([]),
            clock=lambda: self.time,
            wire_clock=lambda: self.time,
            events=Events(Trace()),
        )

    def quote(self, bids: list[Level], asks: list[Level], symbol: str = "BTCUSDT") -> BookChanged:
        """The house quotes; the event that tells it."""
        self.books[symbol].set_house([(d(p), d(q)) for p, q in bids], [(d(p), d(q)) for p, q in asks])
        event = self.changed(symbol)
        assert event is not None
        return event

    def changed(self, symbol: str = "BTCUSDT") -> BookChanged | None:
        """The event that tells what has changed in a book, None where nothing has."""
        change = self.books[symbol].take_changes()
        if change is None:
            return None
        return BookChanged(self.market, self.time, symbol, change.first_id, change.last_id, change.bids, change.asks)

    def printed(self, price: str = "61837.6", quantity: str = "0.02", symbol: str = "BTCUSDT") -> Printed:
        """A trade of the tape."""
        self.prices.tell(symbol, price)
        return Printed(self.market, self.time, symbol, 3_735_683_259, d(price), d(quantity), True)

    def candle(self, interval: str = "1m", *, closed: bool = False) -> CandleChanged:
        """A candle."""
        opened = self.time - self.time % MINUTE
        prices = [d(text) for text in ("61837.6", "61840.1", "61830.2", "61838")]
        volumes = d("25.877"), d("1600123.4567"), d("12.5"), d("772980.125")
        return CandleChanged(
            self.market, self.time, "BTCUSDT", interval, opened, opened + MINUTE - 1_000_000,
            *prices, volumes[0], volumes[1], 30, volumes[2], volumes[3], 100, 129, closed,
        )  # fmt: skip

    def mark(self, price: str = "61836.15", symbol: str = "BTCUSDT") -> MarkChanged:
        """A mark price."""
        return MarkChanged(self.time, symbol, d(price), d("61840.62659091"), d("0.0001"), self.time + 1)

    def liquidated(self) -> OrderReport:
        """A liquidation that has filled."""
        request = OrderRequest("BTCUSDT", Side.SELL, "LIMIT", Execution.LIMIT, d("0.014"), limit_price=d("61000"))
        order = Order(1, "autoclose-1", "ann", request, d("0.014"), self.time, self.time)
        fill = Fill(
            1, 1, "ann", "BTCUSDT", Side.SELL, "BOTH", d("61010"), d("0.014"), d("854.14"), d("1"), "USDT", False,
            self.time,
        )  # fmt: skip
        return OrderReport(
            Market.PERPETUAL,
            self.time,
            order,
            ExecutionType.TRADE,
            OrderStatus.FILLED,
            d("0.014"),
            d("854.14"),
            fill,
        )
