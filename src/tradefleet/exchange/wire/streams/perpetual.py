"""What the perpetuals' market streams say."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import partial

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.events import (
    BookChanged,
    CandleChanged,
    MarkChanged,
    OrderReport,
    Printed,
)
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.numbers import digits, eight, milliseconds, plain
from tradefleet.exchange.wire.perpetual import forms as form
from tradefleet.exchange.wire.streams.depth import top
from tradefleet.exchange.wire.streams.market import NOTHING, Forms, MarketStreams, Payload
from tradefleet.exchange.wire.streams.spot import small_ticker
from tradefleet.exchange.wire.streams.tickers import Kind, Messages, Wanted

_ALL_FORCED = "!forceOrder@arr"
# How the client ids of liquidations begin.
_LIQUIDATION = "autoclose-"
_MARKS = ("@markPrice", "@markPrice@1s")
_ALL_MARKS = ("!markPrice@arr", "!markPrice@arr@1s")
# The type of a symbol that is a USD-margined perpetual.
_TYPE = {"st": 1}


class PerpetualStreams(MarketStreams):
    """The streams of the perpetual market. Marks of all symbols are told together, once the clock has moved on."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(Market.PERPETUAL, FORMS, wanted)
        self._marked: dict[str, MarkChanged] = {}
        self._marks: dict[str, tuple[str, ...]] = {}
        self._makers |= {MarkChanged: self._mark_changed, OrderReport: self._reported}

    @property
    def waiting(self) -> bool:
        """Whether `flush` has something to say."""
        return bool(self._marked) or super().waiting

    def flush(self, exchange: Exchange) -> Messages:
        """What waits for the end of its second, said now."""
        return super().flush(exchange) + self._all_marks()

    def _mark_changed(self, event: MarkChanged, exchange: Exchange) -> Messages:
        names = self._marks.get(event.symbol)
        if names is None:
            names = self._marks[event.symbol] = tuple(event.symbol.lower() + suffix for suffix in _MARKS)
        messages: Messages = []
        if self._marked and next(iter(self._marked.values())).time != event.time:
            messages += self._all_marks()
        if any(map(self._wanted, _ALL_MARKS)):
            self._marked[event.symbol] = event
        for name in names:
            if self._wanted(name):
                messages.append((name, mark_price(event)))
        return messages

    def _all_marks(self) -> Messages:
        marked = [mark_price(event) for event in self._marked.values()]
        self._marked.clear()
        return [(name, marked) for name in _ALL_MARKS if marked and self._wanted(name)]

    def _reported(self, event: OrderReport, exchange: Exchange) -> Messages:
        if event.market is not self._market or event.fill is None or not event.order.client_id.startswith(_LIQUIDATION):
            return NOTHING
        names = (f"{event.order.symbol.lower()}@forceOrder", _ALL_FORCED)
        return [(name, forced_order(event)) for name in names if self._wanted(name)]


def trade(event: Printed, exchange: Exchange) -> Payload:
    """The payload of `@trade`."""
    symbol = _symbol(exchange, event.symbol)
    time = milliseconds(event.time)
    return {
        "e": "trade",
        "E": time,
        "T": time,
        "s": event.symbol,
        "t": event.trade_id,
        "p": form.price(symbol, event.price),
        "q": form.quantity(symbol, event.quantity),
        "X": "MARKET",
        "m": event.buyer_is_maker,
    }


def aggregate_trade(event: Printed, exchange: Exchange) -> Payload:
    """The payload of `@aggTrade`: each trade is an aggregate of its own."""
    symbol = _symbol(exchange, event.symbol)
    time = milliseconds(event.time)
    return {
        "e": "aggTrade",
        "E": time,
        "a": event.trade_id,
        "s": event.symbol,
        "p": form.price(symbol, event.price),
        "q": form.quantity(symbol, event.quantity),
        "f": event.trade_id,
        "l": event.trade_id,
        "T": time,
        "m": event.buyer_is_maker,
        **_TYPE,
    }


def kline(event: CandleChanged, exchange: Exchange) -> Payload:
    """The payload of `@kline_<interval>`."""
    candle = _candle(event, exchange)
    times = {"t": candle.pop("t"), "T": candle.pop("T")}
    time = milliseconds(event.time)
    return {"e": "kline", "E": time, "s": event.symbol, "k": {**times, "s": event.symbol, **candle}}


def continuous_kline(event: CandleChanged, exchange: Exchange) -> Payload:
    """The payload of `<pair>_perpetual@continuousKline_<interval>`."""
    return {
        "e": "continuous_kline",
        "E": milliseconds(event.time),
        "ps": event.symbol,
        "ct": "PERPETUAL",
        "k": _candle(event, exchange),
    }


def _candle(event: CandleChanged, exchange: Exchange) -> Payload:
    symbol = _symbol(exchange, event.symbol)
    return {
        "t": milliseconds(event.open_time),
        "T": milliseconds(event.close_time),
        "i": event.interval,
        "f": event.first_trade_id,
        "L": event.last_trade_id,
        "o": form.price(symbol, event.open),
        "c": form.price(symbol, event.close),
        "h": form.price(symbol, event.high),
        "l": form.price(symbol, event.low),
        "v": form.quantity(symbol, event.volume),
        "n": event.trades,
        "x": event.closed,
        "q": form.notional(symbol, event.quote_volume),
        "V": form.quantity(symbol, event.taker_volume),
        "Q": form.notional(symbol, event.taker_quote_volume),
        "B": "0",
    }


def depth_update(event: BookChanged, exchange: Exchange) -> Payload:
    """The payload of `@depth`; `pu` is the last id of the message before."""
    symbol = _symbol(exchange, event.symbol)
    return _depth(event, _rows(symbol, event.bids), _rows(symbol, event.asks))


def levels(event: BookChanged, exchange: Exchange, count: int) -> Payload:
    """The payload of `@depth5`, `@depth10` and `@depth20`: as a change, with the best levels as they are."""
    symbol, book = _symbol(exchange, event.symbol), exchange.perpetual.book(event.symbol)
    return _depth(event, _rows(symbol, book.bids(count)), _rows(symbol, book.asks(count)))


def _depth(event: BookChanged, bids: list[list[str]], asks: list[list[str]]) -> Payload:
    time = milliseconds(event.time)
    return {
        "e": "depthUpdate",
        "E": time,
        "T": time,
        "s": event.symbol,
        "ps": event.symbol,
        **_TYPE,
        "U": event.first_id,
        "u": event.last_id,
        "pu": event.first_id - 1,
        "b": bids,
        "a": asks,
    }


def book_ticker(event: BookChanged, exchange: Exchange) -> Payload:
    """The payload of `@bookTicker` and `!bookTicker`."""
    symbol, time = _symbol(exchange, event.symbol), milliseconds(event.time)
    (bid, bid_quantity), (ask, ask_quantity) = top(exchange.perpetual.book(event.symbol))
    return {
        "e": "bookTicker",
        "u": event.last_id,
        "s": event.symbol,
        "ps": event.symbol,
        "b": form.price(symbol, bid),
        "B": form.quantity(symbol, bid_quantity),
        "a": form.price(symbol, ask),
        "A": form.quantity(symbol, ask_quantity),
        "T": time,
        "E": time,
        **_TYPE,
    }


def mark_price(event: MarkChanged) -> Payload:
    """The payload of `@markPrice`."""
    return {
        "e": "markPriceUpdate",
        "E": milliseconds(event.time),
        "s": event.symbol,
        "p": eight(event.mark),
        "P": eight(event.mark),
        "i": eight(event.index),
        "r": eight(event.funding_rate),
        "T": milliseconds(event.next_funding),
        **_TYPE,
    }


def forced_order(event: OrderReport) -> Payload:
    """The payload of `@forceOrder` and `!forceOrder@arr`: a liquidation that has filled."""
    order, fill = event.order, event.fill
    price = order.request.limit_price or (fill.price if fill is not None else ZERO)
    time = milliseconds(event.time)
    return {
        "e": "forceOrder",
        "E": time,
        "o": {
            "s": order.symbol,
            "S": order.side.value,
            "o": "LIMIT",
            "f": "IOC",
            "q": plain(order.quantity),
            "p": plain(price),
            "ap": plain(event.filled_quote / event.filled if event.filled else ZERO),
            "X": event.status.value,
            "l": plain(fill.quantity if fill is not None else ZERO),
            "z": plain(event.filled),
            "T": time,
        },
    }


def ticker(exchange: Exchange, name: str, time: int) -> Payload | None:
    """The payload of `@ticker`, None for a symbol without a price."""
    day, symbol = exchange.tapes[Market.PERPETUAL].day(name), _symbol(exchange, name)
    if day is None:
        return None
    change = day.last - day.open
    return {
        "e": "24hrTicker",
        "E": milliseconds(time),
        "s": name,
        "p": form.price(symbol, change),
        "P": digits(change * 100 / day.open if day.open else ZERO, 3),
        "w": form.price(symbol, day.weighted_average),
        "c": form.price(symbol, day.last),
        "Q": form.quantity(symbol, day.last_quantity),
        "o": form.price(symbol, day.open),
        "h": form.price(symbol, day.high),
        "l": form.price(symbol, day.low),
        "v": form.quantity(symbol, day.volume),
        "q": form.price(symbol, day.quote_volume),
        "O": milliseconds(day.open_time),
        "C": milliseconds(day.close_time),
        "F": day.first_id,
        "L": day.last_id,
        "n": day.count,
        **_TYPE,
    }


def _symbol(exchange: Exchange, name: str) -> Symbol:
    return exchange.perpetual.symbols[name]


def _rows(symbol: Symbol, side: Iterable[tuple[Decimal, Decimal]]) -> list[list[str]]:
    return [[form.price(symbol, price), form.quantity(symbol, quantity)] for price, quantity in side]


FORMS = Forms(
    prints=(("@trade", trade), ("@aggTrade", aggregate_trade)),
    candles=(("@kline_", kline), ("_perpetual@continuousKline_", continuous_kline)),
    depth=depth_update,
    levels=levels,
    best=book_ticker,
    everybodys_best="!bookTicker",
    speeds=("", "@100ms", "@250ms", "@500ms"),
    tickers=(
        Kind("@ticker", "!ticker@arr", ticker),
        Kind("@miniTicker", "!miniTicker@arr", partial(small_ticker, Market.PERPETUAL, plain)),
    ),
)
