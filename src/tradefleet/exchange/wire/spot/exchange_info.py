"""What is traded and by which rules: GET /api/v3/exchangeInfo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from operator import is_

import msgspec

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import eight, plain
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.spot.choosing import names_of
from tradefleet.exchange.wire.spot.order_types import OrderType, SelfTradePrevention
from tradefleet.exchange.wire.spot.payloads import Payload
from tradefleet.exchange.wire.spot.reading import ICEBERG_PARTS, LARGEST_DELTA, SMALLEST_DELTA

_AVERAGE_MINUTES = 5
_PERMISSION = "SPOT"
# As the exchange states them; a server may be started with others.
_RATE_LIMITS = (
    ("REQUEST_WEIGHT", "MINUTE", 1, 6_000),
    ("ORDERS", "SECOND", 10, 100),
    ("ORDERS", "DAY", 1, 200_000),
    ("RAW_REQUESTS", "MINUTE", 5, 61_000),
)


class _Status(StrEnum):
    TRADING = "TRADING"
    HALT = "HALT"
    BREAK = "BREAK"


class _Written:
    """Every symbol as JSON, written again when the symbols have changed."""

    def __init__(self) -> None:
        self._symbols: tuple[Symbol, ...] = ()
        self._json: dict[str, msgspec.Raw] = {}
        self._all = msgspec.Raw(b"[]")

    def one(self, symbols: Mapping[str, Symbol], name: str) -> msgspec.Raw:
        """One symbol."""
        self._refresh(symbols)
        return self._json[name]

    def all(self, symbols: Mapping[str, Symbol]) -> msgspec.Raw:
        """The list of all."""
        self._refresh(symbols)
        return self._all

    def _refresh(self, symbols: Mapping[str, Symbol]) -> None:
        now = tuple(symbols.values())
        if len(now) == len(self._symbols) and all(map(is_, now, self._symbols)):
            return
        self._json = {symbol.name: msgspec.Raw(msgspec.json.encode(described(symbol))) for symbol in now}
        self._all = msgspec.Raw(msgspec.json.encode(list(self._json.values())))
        self._symbols = now


_written = _Written()


def exchange_info(call: Call) -> Payload:
    """GET /api/v3/exchangeInfo: all symbols, or those that are named, or have a permission or a status."""
    return {
        "timezone": "UTC",
        "serverTime": call.now,
        "rateLimits": [
            {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}
            for kind, interval, number, limit in _RATE_LIMITS
        ],
        "exchangeFilters": [],
        "symbols": _symbols(call),
    }


def _symbols(call: Call) -> object:
    parameters, symbols = call.parameters, call.exchange.spot.symbols
    names = names_of(parameters)
    if names is not None and ("permissions" in parameters or "symbolStatus" in parameters):
        raise Reject(-1128, "Combination of optional parameters invalid.")
    if names is not None and not all(name in symbols for name in names):
        raise Reject(-1121, "Invalid symbol.")
    chosen = _chosen(parameters, symbols) if names is None else [symbols[name] for name in names]
    if "showPermissionSets" in parameters and not parameters.flag("showPermissionSets"):
        return [{**described(symbol), "permissionSets": []} for symbol in chosen]
    if names is None and len(chosen) == len(symbols):
        return _written.all(symbols)
    return [_written.one(symbols, symbol.name) for symbol in chosen]


def _chosen(parameters: Parameters, symbols: Mapping[str, Symbol]) -> list[Symbol]:
    """Symbols of a permission and a status."""
    if "permissions" in parameters and _PERMISSION not in _permissions(parameters):
        return []
    status = None
    if "symbolStatus" in parameters:
        status = parameters.choice("symbolStatus", _Status, -1122, "Invalid symbolStatus.").value
    return [symbol for symbol in symbols.values() if status in (None, symbol.status)]


def _permissions(parameters: Parameters) -> Iterable[str]:
    asked = parameters.text("permissions")
    if not asked.startswith("["):
        return (asked,)
    try:
        return msgspec.json.decode(asked, type=list[str])
    except msgspec.DecodeError:
        raise Reject(-1130, "Data sent for parameter 'permissions' is not valid.") from None


def described(symbol: Symbol) -> Payload:
    """A symbol and its filters."""
    return {
        "symbol": symbol.name,
        "status": symbol.status,
        "baseAsset": symbol.base,
        "baseAssetPrecision": symbol.base_digits,
        "quoteAsset": symbol.quote,
        "quotePrecision": symbol.quote_digits,
        "quoteAssetPrecision": symbol.quote_digits,
        "baseCommissionPrecision": symbol.base_digits,
        "quoteCommissionPrecision": symbol.quote_digits,
        "orderTypes": [kind.value for kind in OrderType],
        "icebergAllowed": True,
        "ocoAllowed": True,
        "otoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": True,
        "cancelReplaceAllowed": True,
        "amendAllowed": False,
        "opoAllowed": False,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": _filters(symbol),
        "permissions": [],
        "permissionSets": [[_PERMISSION]],
        "defaultSelfTradePreventionMode": SelfTradePrevention.EXPIRE_MAKER.value,
        "allowedSelfTradePreventionModes": [mode.value for mode in SelfTradePrevention],
    }


def _filters(symbol: Symbol) -> list[Payload]:
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": eight(symbol.min_price),
            "maxPrice": eight(symbol.max_price),
            "tickSize": eight(symbol.tick),
        },
        _lots("LOT_SIZE", symbol.min_quantity, symbol.max_quantity, symbol.lot),
        {"filterType": "ICEBERG_PARTS", "limit": ICEBERG_PARTS},
        _lots("MARKET_LOT_SIZE", symbol.market_min_quantity, symbol.market_max_quantity, ZERO),
        {
            "filterType": "TRAILING_DELTA",
            "minTrailingAboveDelta": SMALLEST_DELTA,
            "maxTrailingAboveDelta": LARGEST_DELTA,
            "minTrailingBelowDelta": SMALLEST_DELTA,
            "maxTrailingBelowDelta": LARGEST_DELTA,
        },
        _percent_price(symbol),
        {
            "filterType": "NOTIONAL",
            "minNotional": eight(symbol.min_notional),
            "applyMinToMarket": True,
            "maxNotional": eight(symbol.max_notional),
            "applyMaxToMarket": False,
            "avgPriceMins": _AVERAGE_MINUTES,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": symbol.max_orders},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": symbol.max_algo_orders},
    ]


def _lots(name: str, least: Decimal, most: Decimal, step: Decimal) -> Payload:
    return {"filterType": name, "minQty": eight(least), "maxQty": eight(most), "stepSize": eight(step)}


def _percent_price(symbol: Symbol) -> Payload:
    up, down = plain(symbol.multiplier_up), plain(symbol.multiplier_down)
    return {
        "filterType": "PERCENT_PRICE_BY_SIDE",
        "bidMultiplierUp": up,
        "bidMultiplierDown": down,
        "askMultiplierUp": up,
        "askMultiplierDown": down,
        "avgPriceMins": _AVERAGE_MINUTES,
    }
