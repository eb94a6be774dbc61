"""Market data of the spot market: time, book, trades, candles, the average price."""

from __future__ import annotations

from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO, divided
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay.prices import INTERVALS, AggregateTrade, Candle, PublicTrade, Tape
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import eight, milliseconds
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.spot.payloads import Payload
from tradefleet.exchange.wire.spot.reading import symbol_of
from tradefleet.exchange.wire.spot.windows import limit_of, time_of

_INTERVALS = frozenset(INTERVALS)
# Weight of a book by how many levels are asked for at most.
_DEPTH_WEIGHTS = ((100, 5), (500, 25), (1_000, 50), (5_000, 250))
_DEFAULT_DEPTH, _MOST_DEPTH = 100, 5_000
_AVERAGE_MINUTES = 5


def tape_of(call: Call) -> Tape:
    """The prices of the spot market."""
    return call.exchange.tapes[Market.SPOT]


def ping(_: Call) -> Payload:
    """GET /api/v3/ping."""
    return {}


def server_time(call: Call) -> Payload:
    """GET /api/v3/time: the door's clock."""
    return {"serverTime": call.now}


def depth_weight(parameters: Parameters) -> int:
    """The weight of a book; one whose limit makes no sense costs as little as any."""
    asked = parameters.get("limit", "")
    limit = int(asked) if asked.isdecimal() else _DEFAULT_DEPTH
    return next((weight for most, weight in _DEPTH_WEIGHTS if limit <= most), _DEPTH_WEIGHTS[-1][1])


def depth(call: Call) -> Payload:
    """GET /api/v3/depth."""
    symbol = symbol_of(call)
    limit = limit_of(call.parameters, _DEFAULT_DEPTH, _MOST_DEPTH)
    book = call.exchange.spot.book(symbol.name)
    return {
        "lastUpdateId": book.last_update_id,
        "bids": _levels(book.bids(limit)),
        "asks": _levels(book.asks(limit)),
    }


def _levels(levels: list[tuple[Decimal, Decimal]]) -> list[list[str]]:
    return [[eight(price), eight(quantity)] for price, quantity in levels]


def trades(call: Call) -> list[Payload]:
    """GET /api/v3/trades."""
    symbol = symbol_of(call)
    return [_trade(trade) for trade in tape_of(call).trades(symbol.name, limit_of(call.parameters))]


def historical_trades(call: Call) -> list[Payload]:
    """GET /api/v3/historicalTrades: from an id on."""
    symbol = symbol_of(call)
    from_id = call.parameters.optional_whole("fromId")
    return [_trade(trade) for trade in tape_of(call).trades(symbol.name, limit_of(call.parameters), from_id)]


def _trade(trade: PublicTrade) -> Payload:
    return {
        "id": trade.id,
        "price": eight(trade.price),
        "qty": eight(trade.quantity),
        "quoteQty": eight(trade.quote),
        "time": milliseconds(trade.time),
        "isBuyerMaker": trade.buyer_is_maker,
        "isBestMatch": True,
    }


def aggregate_trades(call: Call) -> list[Payload]:
    """GET /api/v3/aggTrades."""
    parameters = call.parameters
    symbol = symbol_of(call)
    from_id = parameters.optional_whole("fromId")
    since, until = time_of(parameters, "startTime"), time_of(parameters, "endTime")
    if from_id is not None and (since is not None or until is not None):
        raise Reject(-1128, "Combination of optional parameters invalid.")
    found = tape_of(call).aggregate_trades(symbol.name, limit_of(parameters), from_id, since, until)
    return [_aggregate(trade) for trade in found]


def _aggregate(trade: AggregateTrade) -> Payload:
    return {
        "a": trade.id,
        "p": eight(trade.price),
        "q": eight(trade.quantity),
        "f": trade.first_id,
        "l": trade.last_id,
        "T": milliseconds(trade.time),
        "m": trade.buyer_is_maker,
        "M": True,
    }


def candles(call: Call) -> list[list[object]]:
    """GET /api/v3/klines and /api/v3/uiKlines."""
    parameters = call.parameters
    symbol = symbol_of(call)
    interval = parameters.text("interval")
    if interval not in _INTERVALS:
        raise Reject(-1120, "Invalid interval.")
    if parameters.get("timeZone", "0") not in ("0", "0:00", "00:00", "+00:00", "-00:00"):
        # Days that start elsewhere are not kept.
        raise Reject(-1130, "Data sent for parameter 'timeZone' is not valid.")
    since, until = time_of(parameters, "startTime"), time_of(parameters, "endTime")
    found = tape_of(call).candles(symbol.name, interval, since, until, limit_of(parameters))
    return [_candle(candle) for candle in found]


def _candle(candle: Candle) -> list[object]:
    return [
        milliseconds(candle.open_time),
        eight(candle.open),
        eight(candle.high),
        eight(candle.low),
        eight(candle.close),
        eight(candle.volume),
        milliseconds(candle.close_time),
        eight(candle.quote_volume),
        candle.trades,
        eight(candle.taker_volume),
        eight(candle.taker_quote_volume),
        "0",
    ]


def average_price(call: Call) -> Payload:
    """GET /api/v3/avgPrice: by volume, over the last minutes."""
    symbol = symbol_of(call)
    tape = tape_of(call)
    last = tape.candles(symbol.name, "1m", limit=_AVERAGE_MINUTES)
    volume = sum((candle.volume for candle in last), ZERO)
    if volume:
        price = divided(sum((candle.quote_volume for candle in last), ZERO), volume)
    else:
        price = tape.last_price(symbol.name) or ZERO
    traded = tape.trades(symbol.name, 1)
    return {
        "mins": _AVERAGE_MINUTES,
        "price": eight(price),
        "closeTime": milliseconds(traded[-1].time) if traded else call.now,
    }
