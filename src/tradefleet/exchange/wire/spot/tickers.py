"""Tickers of the spot market: the last day, a rolling window, the last price, the best of the book."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tradefleet.exchange.engine.amounts import ZERO, divided
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.replay.prices import DayStatistics
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import MILLISECOND, digits, eight, milliseconds
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.spot.choosing import answered, refuse_all
from tradefleet.exchange.wire.spot.market_data import tape_of
from tradefleet.exchange.wire.spot.payloads import Payload
from tradefleet.market.time import DAY, HOUR, MINUTE

_UNITS = {"m": (MINUTE, 59), "h": (HOUR, 23), "d": (DAY, 7)}


class _Form(StrEnum):
    FULL = "FULL"
    MINI = "MINI"


@dataclass(frozen=True, slots=True)
class _Range:
    """Prices and amounts of a stretch of time, in nanoseconds."""

    open_time: int
    close_time: int
    open: Decimal = ZERO
    high: Decimal = ZERO
    low: Decimal = ZERO
    last: Decimal = ZERO
    volume: Decimal = ZERO
    quote_volume: Decimal = ZERO
    last_id: int = -1
    count: int = 0

    @property
    def first_id(self) -> int:
        """The first trade's id; ids follow one another."""
        return self.last_id - self.count + 1 if self.count else -1


def day(call: Call) -> object:
    """GET /api/v3/ticker/24hr."""
    form = _form(call.parameters)
    return answered(call, lambda symbol: _day_of(call, symbol, form))


def _day_of(call: Call, symbol: Symbol, form: _Form) -> Payload:
    found = tape_of(call).day(symbol.name)
    stretch = _range_of(call, found)
    if form is _Form.MINI:
        return _mini(symbol, stretch)
    book = call.exchange.spot.book(symbol.name)
    bid, ask = book.best_bid() or (ZERO, ZERO), book.best_ask() or (ZERO, ZERO)
    return {
        "symbol": symbol.name,
        **_change(stretch),
        "weightedAvgPrice": eight(_average(stretch)),
        "prevClosePrice": eight(found.previous_close if found else ZERO),
        "lastPrice": eight(stretch.last),
        "lastQty": eight(found.last_quantity if found else ZERO),
        "bidPrice": eight(bid[0]),
        "bidQty": eight(bid[1]),
        "askPrice": eight(ask[0]),
        "askQty": eight(ask[1]),
        "openPrice": eight(stretch.open),
        "highPrice": eight(stretch.high),
        "lowPrice": eight(stretch.low),
        **_sums(stretch),
    }


def _range_of(call: Call, found: DayStatistics | None) -> _Range:
    if found is None:
        now = call.exchange.clock()
        return _Range(now - DAY, now)
    return _Range(
        found.open_time, found.close_time, found.open, found.high, found.low, found.last, found.volume,
        found.quote_volume, found.last_id, found.count,
    )  # fmt: skip


def trading_day(call: Call) -> object:
    """GET /api/v3/ticker/tradingDay: since midnight."""
    form = _form(call.parameters)
    now = call.exchange.clock()
    start = now - now % DAY
    refuse_all(call.parameters)
    return answered(call, lambda symbol: _window_of(call, symbol, start, start + DAY - MILLISECOND, form))


def rolling(call: Call) -> object:
    """GET /api/v3/ticker: over a window that ends now."""
    form = _form(call.parameters)
    length = _length(call.parameters.get("windowSize", "1d"))
    now = call.exchange.clock()
    start = now - length
    refuse_all(call.parameters)
    return answered(call, lambda symbol: _window_of(call, symbol, start - start % MINUTE, now, form))


def _length(asked: str) -> int:
    number, unit = asked[:-1], asked[-1:]
    length, most = _UNITS.get(unit, (0, 0))
    if not number.isdecimal() or not 1 <= int(number) <= most:
        raise Reject(-1130, "Data sent for parameter 'windowSize' is not valid.")
    return int(number) * length


def _window_of(call: Call, symbol: Symbol, since: int, until: int, form: _Form) -> Payload:
    tape = tape_of(call)
    # A minute that has begun counts whole, as it does where a window is rounded to the minute.
    candles = tape.candles(symbol.name, "1m", since, until, limit=_UNITS["d"][1] * DAY // MINUTE + 1)
    stretch = _Range(since, until)
    if candles:
        traded = tape.trades(symbol.name, 1)
        stretch = _Range(
            since, until, candles[0].open, max(candle.high for candle in candles),
            min(candle.low for candle in candles), candles[-1].close,
            sum((candle.volume for candle in candles), ZERO),
            sum((candle.quote_volume for candle in candles), ZERO),
            traded[-1].id if traded else -1,
            sum(candle.trades for candle in candles),
        )  # fmt: skip
    if form is _Form.MINI:
        return _mini(symbol, stretch)
    return {
        "symbol": symbol.name,
        **_change(stretch),
        "weightedAvgPrice": eight(_average(stretch)),
        "openPrice": eight(stretch.open),
        "highPrice": eight(stretch.high),
        "lowPrice": eight(stretch.low),
        "lastPrice": eight(stretch.last),
        **_sums(stretch),
    }


def _mini(symbol: Symbol, stretch: _Range) -> Payload:
    return {
        "symbol": symbol.name,
        "openPrice": eight(stretch.open),
        "highPrice": eight(stretch.high),
        "lowPrice": eight(stretch.low),
        "lastPrice": eight(stretch.last),
        **_sums(stretch),
    }


def _change(stretch: _Range) -> Payload:
    change = stretch.last - stretch.open
    percent = change / stretch.open * 100 if stretch.open else ZERO
    return {"priceChange": eight(change), "priceChangePercent": digits(percent, 3)}


def _average(stretch: _Range) -> Decimal:
    return divided(stretch.quote_volume, stretch.volume) if stretch.volume else ZERO


def _sums(stretch: _Range) -> Payload:
    return {
        "volume": eight(stretch.volume),
        "quoteVolume": eight(stretch.quote_volume),
        "openTime": milliseconds(stretch.open_time),
        "closeTime": milliseconds(stretch.close_time),
        "firstId": stretch.first_id,
        "lastId": stretch.last_id if stretch.count else -1,
        "count": stretch.count,
    }


def price(call: Call) -> object:
    """GET /api/v3/ticker/price."""
    tape = tape_of(call)
    return answered(call, lambda symbol: {"symbol": symbol.name, "price": eight(tape.last_price(symbol.name) or ZERO)})


def best(call: Call) -> object:
    """GET /api/v3/ticker/bookTicker."""
    return answered(call, lambda symbol: _best_of(call, symbol))


def _best_of(call: Call, symbol: Symbol) -> Payload:
    book = call.exchange.spot.book(symbol.name)
    bid, ask = book.best_bid() or (ZERO, ZERO), book.best_ask() or (ZERO, ZERO)
    return {
        "symbol": symbol.name,
        "bidPrice": eight(bid[0]),
        "bidQty": eight(bid[1]),
        "askPrice": eight(ask[0]),
        "askQty": eight(ask[1]),
    }


def _form(parameters: Parameters) -> _Form:
    if "type" not in parameters:
        return _Form.FULL
    return parameters.choice("type", _Form, -1139, "Invalid ticker type.")
