"""What spot's market streams say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial

from tradefleet.exchange.engine.amounts import ZERO, divided
from tradefleet.exchange.engine.events import BookChanged, CandleChanged, Printed
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.numbers import digits, eight, milliseconds
from tradefleet.exchange.wire.streams.depth import top
from tradefleet.exchange.wire.streams.market import Forms, MarketStreams, Payload
from tradefleet.exchange.wire.streams.tickers import Kind, Wanted

_AVERAGE_MINUTES = 5


class SpotStreams(MarketStreams):
    """The streams of the spot market."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(Market.SPOT, FORMS, wanted)


def trade(event: Printed, exchange: Exchange) -> Payload:
    """The payload of `@trade`."""
    time = milliseconds(event.time)
    return {
        "e": "trade",
        "E": time,
        "s": event.symbol,
        "t": event.trade_id,
        "p": eight(event.price),
        "q": eight(event.quantity),
        "T": time,
        "m": event.buyer_is_maker,
        "M": True,
    }


def aggregate_trade(event: Printed, exchange: Exchange) -> Payload:
    """The payload of `@aggTrade`: each trade is an aggregate of its own."""
    time = milliseconds(event.time)
    return {
        "e": "aggTrade",
        "E": time,
        "s": event.symbol,
        "a": event.trade_id,
        "p": eight(event.price),
        "q": eight(event.quantity),
        "f": event.trade_id,
        "l": event.trade_id,
        "T": time,
        "m": event.buyer_is_maker,
        "M": True,
    }


def kline(event: CandleChanged, exchange: Exchange) -> Payload:
    """The payload of `@kline_<interval>`."""
    return {
        "e": "kline",
        "E": milliseconds(event.time),
        "s": event.symbol,
        "k": {
            "t": milliseconds(event.open_time),
            "T": milliseconds(event.close_time),
            "s": event.symbol,
            "i": event.interval,
            "f": event.first_trade_id,
            "L": event.last_trade_id,
            "o": eight(event.open),
            "c": eight(event.close),
            "h": eight(event.high),
            "l": eight(event.low),
            "v": eight(event.volume),
            "n": event.trades,
            "x": event.closed,
            "q": eight(event.quote_volume),
            "V": eight(event.taker_volume),
            "Q": eight(event.taker_quote_volume),
            "B": "0",
        },
    }


def depth_update(event: BookChanged, exchange: Exchange) -> Payload:
    """The payload of `@depth`."""
    return {
        "e": "depthUpdate",
        "E": milliseconds(event.time),
        "s": event.symbol,
        "U": event.first_id,
        "u": event.last_id,
        "b": _rows(event.bids),
        "a": _rows(event.asks),
    }


def levels(event: BookChanged, exchange: Exchange, count: int) -> Payload:
    """The payload of `@depth5`, `@depth10` and `@depth20`."""
    book = exchange.spot.book(event.symbol)
    return {"lastUpdateId": book.last_update_id, "bids": _rows(book.bids(count)), "asks": _rows(book.asks(count))}


def book_ticker(event: BookChanged, exchange: Exchange) -> Payload:
    """The payload of `@bookTicker`."""
    return {"u": event.last_id, "s": event.symbol, **_best(exchange, event.symbol)}


def ticker(exchange: Exchange, symbol: str, time: int) -> Payload | None:
    """The payload of `@ticker`, None for a symbol without a price."""
    day = exchange.tapes[Market.SPOT].day(symbol)
    if day is None:
        return None
    change = day.last - day.open
    return {
        "e": "24hrTicker",
        "E": milliseconds(time),
        "s": symbol,
        "p": eight(change),
        "P": digits(change * 100 / day.open if day.open else ZERO, 3),
        "w": eight(day.weighted_average),
        "x": eight(day.previous_close),
        "c": eight(day.last),
        "Q": eight(day.last_quantity),
        **_best(exchange, symbol),
        "o": eight(day.open),
        "h": eight(day.high),
        "l": eight(day.low),
        "v": eight(day.volume),
        "q": eight(day.quote_volume),
        "O": milliseconds(day.open_time),
        "C": milliseconds(day.close_time),
        "F": day.first_id,
        "L": day.last_id,
        "n": day.count,
    }


def small_ticker(
    market: Market, number: Callable[[Decimal], str], exchange: Exchange, symbol: str, time: int
) -> Payload | None:
    """The payload of `@miniTicker`, None for a symbol without a price; `number` writes its numbers."""
    day = exchange.tapes[market].day(symbol)
    if day is None:
        return None
    return {
        "e": "24hrMiniTicker",
        "E": milliseconds(time),
        "s": symbol,
        "c": number(day.last),
        "o": number(day.open),
        "h": number(day.high),
        "l": number(day.low),
        "v": number(day.volume),
        "q": number(day.quote_volume),
    }


def average_price(exchange: Exchange, symbol: str, time: int) -> Payload | None:
    """The payload of `@avgPrice`: the volume-weighted price of the last five minutes, None without a price."""
    tape = exchange.tapes[Market.SPOT]
    last = tape.last_price(symbol)
    if last is None:
        return None
    candles = tape.candles(symbol, "1m", limit=_AVERAGE_MINUTES)
    volume = sum((candle.volume for candle in candles), ZERO)
    quote = sum((candle.quote_volume for candle in candles), ZERO)
    return {
        "e": "avgPrice",
        "E": milliseconds(time),
        "s": symbol,
        "i": f"{_AVERAGE_MINUTES}m",
        "w": eight(divided(quote, volume) if volume else last),
        "T": milliseconds(time),
    }


def _best(exchange: Exchange, symbol: str) -> Payload:
    (bid, bid_quantity), (ask, ask_quantity) = top(exchange.spot.book(symbol))
    return {"b": eight(bid), "B": eight(bid_quantity), "a": eight(ask), "A": eight(ask_quantity)}


def _rows(side: Iterable[tuple[Decimal, Decimal]]) -> list[list[str]]:
    return [[eight(price), eight(quantity)] for price, quantity in side]


FORMS = Forms(
    prints=(("@trade", trade), ("@aggTrade", aggregate_trade)),
    candles=(("@kline_", kline),),
    depth=depth_update,
    levels=levels,
    best=book_ticker,
    everybodys_best="",
    speeds=("", "@100ms"),
    tickers=(
        Kind("@ticker", "!ticker@arr", ticker),
        Kind("@miniTicker", "!miniTicker@arr", partial(small_ticker, Market.SPOT, eight)),
        Kind("@avgPrice", "", average_price),
    ),
)
