"""Market data of perpetuals: time, book, trades, candles, tickers."""

from __future__ import annotations

from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.replay.prices import INTERVALS, AggregateTrade, Candle, DayStatistics, PublicTrade, Tape
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import digits, eight, milliseconds
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.perpetual import forms
from tradefleet.exchange.wire.perpetual.reading import limit_of, symbol_of, symbols_of, window_of

_DEPTHS = {5: 2, 10: 2, 20: 2, 50: 2, 100: 5, 500: 10, 1000: 20}
# Futures have no candles of a second.
_INTERVALS = frozenset(INTERVALS) - {"1s"}


def tape_of(call: Call) -> Tape:
    """The prices of perpetuals."""
    return call.exchange.tapes[Market.PERPETUAL]


def now(call: Call) -> int:
    """The market's time in milliseconds."""
    return milliseconds(call.exchange.clock())


def ping(call: Call) -> object:
    """GET /fapi/v1/ping."""
    return {}


def server_time(call: Call) -> object:
    """GET /fapi/v1/time: the door's clock."""
    return {"serverTime": call.now}


def depth_weight(parameters: Parameters) -> int:
    """Weight of a depth request: by its limit."""
    return _DEPTHS.get(int(limit), 2) if (limit := parameters.get("limit", "500")).isdigit() else 2


def depth(call: Call) -> object:
    """GET /fapi/v1/depth."""
    symbol = symbol_of(call)
    limit = call.parameters.optional_whole("limit")
    if limit is not None and limit not in _DEPTHS:
        raise Reject(-4021, f"'{limit}' is not valid depth limit.")
    book = call.exchange.perpetual.book(symbol.name)
    time = now(call)
    return {
        "lastUpdateId": book.last_update_id,
        "E": time,
        "T": time,
        "bids": _levels(symbol, book.bids(limit or 500)),
        "asks": _levels(symbol, book.asks(limit or 500)),
    }


def _levels(symbol: Symbol, levels: list[tuple[Decimal, Decimal]]) -> list[list[str]]:
    return [[forms.price(symbol, price), forms.quantity(symbol, quantity)] for price, quantity in levels]


def trades(call: Call) -> object:
    """GET /fapi/v1/trades."""
    symbol = symbol_of(call)
    found = tape_of(call).trades(symbol.name, limit_of(call.parameters, 500, 1000))
    return [_trade(symbol, trade) for trade in found]


def historical_trades(call: Call) -> object:
    """GET /fapi/v1/historicalTrades: from an id on."""
    symbol = symbol_of(call)
    limit, from_id = limit_of(call.parameters, 100, 500), call.parameters.optional_whole("fromId")
    return [_trade(symbol, trade) for trade in tape_of(call).trades(symbol.name, limit, from_id)]


def _trade(symbol: Symbol, trade: PublicTrade) -> dict[str, object]:
    return {
        "id": trade.id,
        "price": forms.price(symbol, trade.price),
        "qty": forms.quantity(symbol, trade.quantity),
        "quoteQty": forms.price(symbol, trade.quote),
        "time": milliseconds(trade.time),
        "isBuyerMaker": trade.buyer_is_maker,
    }


def aggregate_trades(call: Call) -> object:
    """GET /fapi/v1/aggTrades."""
    symbol, window = symbol_of(call), window_of(call.parameters)
    from_id = call.parameters.optional_whole("fromId")
    if from_id is not None and (window.since is not None or window.until is not None):
        raise Reject(-1128, "Combination of optional parameters invalid.")
    limit = limit_of(call.parameters, 500, 1000)
    found = tape_of(call).aggregate_trades(symbol.name, limit, from_id, window.since, window.until)
    return [_aggregate(symbol, trade) for trade in found]


def _aggregate(symbol: Symbol, trade: AggregateTrade) -> dict[str, object]:
    return {
        "a": trade.id,
        "p": forms.price(symbol, trade.price),
        "q": forms.quantity(symbol, trade.quantity),
        "f": trade.first_id,
        "l": trade.last_id,
        "T": milliseconds(trade.time),
        "m": trade.buyer_is_maker,
    }


def klines_weight(parameters: Parameters) -> int:
    """Weight of candles: by how many."""
    limit = parameters.get("limit", "500")
    many = int(limit) if limit.isdigit() else 1
    return next(weight for below, weight in ((100, 1), (500, 2), (1001, 5), (many + 1, 10)) if many < below)


def klines(call: Call) -> object:
    """GET /fapi/v1/klines."""
    symbol = symbol_of(call)
    return [_traded_candle(symbol, candle) for candle in _candles(call, symbol)]


def continuous_klines(call: Call) -> object:
    """GET /fapi/v1/continuousKlines: of a pair's perpetual."""
    symbol = symbol_of(call, "pair", -4144, "Invalid pair.")
    if call.parameters.text("contractType") != "PERPETUAL":
        raise Reject(-4104, "Invalid contract type.")
    return [_traded_candle(symbol, candle) for candle in _candles(call, symbol)]


def index_price_klines(call: Call) -> object:
    """GET /fapi/v1/indexPriceKlines: the index is the price itself."""
    symbol = symbol_of(call, "pair", -4144, "Invalid pair.")
    return [_price_candle(candle) for candle in _candles(call, symbol)]


def mark_price_klines(call: Call) -> object:
    """GET /fapi/v1/markPriceKlines: candles of the price, without volumes."""
    return [_price_candle(candle) for candle in _candles(call, symbol_of(call))]


def premium_index_klines(call: Call) -> object:
    """GET /fapi/v1/premiumIndexKlines: mark and index are one, so there is no premium."""
    flat = [eight(ZERO)] * 4
    candles = _candles(call, symbol_of(call))
    return [_without_volume(candle, flat) for candle in candles]


def _candles(call: Call, symbol: Symbol) -> list[Candle]:
    parameters = call.parameters
    interval = parameters.text("interval")
    if interval not in _INTERVALS:
        raise Reject(-1120, "Invalid interval.")
    window, limit = window_of(parameters), limit_of(parameters, 500, 1500)
    return tape_of(call).candles(symbol.name, interval, window.since, window.until, limit)


def _traded_candle(symbol: Symbol, candle: Candle) -> list[object]:
    prices = (candle.open, candle.high, candle.low, candle.close)
    return [
        milliseconds(candle.open_time),
        *(forms.price(symbol, price) for price in prices),
        forms.quantity(symbol, candle.volume),
        milliseconds(candle.close_time),
        forms.notional(symbol, candle.quote_volume),
        candle.trades,
        forms.quantity(symbol, candle.taker_volume),
        forms.notional(symbol, candle.taker_quote_volume),
        "0",
    ]


def _price_candle(candle: Candle) -> list[object]:
    prices = (candle.open, candle.high, candle.low, candle.close)
    return _without_volume(candle, [eight(price) for price in prices])


def _without_volume(candle: Candle, prices: list[str]) -> list[object]:
    closed = milliseconds(candle.close_time)
    return [milliseconds(candle.open_time), *prices, "0", closed, "0", candle.trades, "0", "0", "0"]


def day_ticker(call: Call) -> object:
    """GET /fapi/v1/ticker/24hr: one symbol, or all that have a price."""
    tape = tape_of(call)
    days = [(symbol, tape.day(symbol.name)) for symbol in symbols_of(call)]
    found = [_day(symbol, day) for symbol, day in days if day is not None]
    return _one_or_all(call, found)


def _day(symbol: Symbol, day: DayStatistics) -> dict[str, object]:
    change = day.last - day.open
    percent = change * 100 / day.open if day.open else ZERO
    return {
        "symbol": symbol.name,
        "priceChange": forms.price(symbol, change),
        "priceChangePercent": digits(percent, 3),
        "weightedAvgPrice": forms.price(symbol, day.weighted_average),
        "lastPrice": forms.price(symbol, day.last),
        "lastQty": forms.quantity(symbol, day.last_quantity),
        "openPrice": forms.price(symbol, day.open),
        "highPrice": forms.price(symbol, day.high),
        "lowPrice": forms.price(symbol, day.low),
        "volume": forms.quantity(symbol, day.volume),
        "quoteVolume": forms.price(symbol, day.quote_volume),
        "openTime": milliseconds(day.open_time),
        "closeTime": milliseconds(day.close_time),
        "firstId": day.first_id,
        "lastId": day.last_id,
        "count": day.count,
    }


def price_ticker(call: Call) -> object:
    """GET /fapi/v1/ticker/price and /fapi/v2/ticker/price."""
    tape, time = tape_of(call), now(call)
    prices = [(symbol, tape.last_price(symbol.name)) for symbol in symbols_of(call)]
    found: list[dict[str, object]] = [
        {"symbol": symbol.name, "price": forms.price(symbol, last), "time": time}
        for symbol, last in prices
        if last is not None
    ]
    return _one_or_all(call, found)


def book_ticker(call: Call) -> object:
    """GET /fapi/v1/ticker/bookTicker: the best of either side."""
    return _one_or_all(call, [_best(call, symbol) for symbol in symbols_of(call)])


def _best(call: Call, symbol: Symbol) -> dict[str, object]:
    book = call.exchange.perpetual.book(symbol.name)
    nothing = (ZERO, ZERO)
    bid, ask = (next(iter(side), nothing) for side in (book.bids(1), book.asks(1)))
    return {
        "symbol": symbol.name,
        "bidPrice": forms.price(symbol, bid[0]),
        "bidQty": forms.quantity(symbol, bid[1]),
        "askPrice": forms.price(symbol, ask[0]),
        "askQty": forms.quantity(symbol, ask[1]),
        "time": now(call),
        "lastUpdateId": book.last_update_id,
    }


def _one_or_all(call: Call, found: list[dict[str, object]]) -> object:
    """The one of a named symbol, refused while it has no price; all where none is named."""
    if "symbol" not in call.parameters:
        return found
    if not found:
        raise Reject(-1121, "Invalid symbol.")
    return found[0]
