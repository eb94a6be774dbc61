"""GET /fapi/v1/exchangeInfo: symbols and their filters; each symbol is written once and kept until it changes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import digits, plain
from tradefleet.exchange.wire.perpetual.forms import places
from tradefleet.exchange.wire.perpetual.order_reading import TYPES

# Perpetuals are never delivered: a day far away stands for that.
_DELIVERY = 4133404800000
ONBOARD = 1569398400000
_TIMES_IN_FORCE = ["GTC", "IOC", "FOK", "GTX", "GTD"]
_PRECISION = 8
_KEPT = 4096


class SymbolForms:
    """The written form of each symbol, for as long as the symbol is the same object."""

    def __init__(self) -> None:
        self._written: dict[str, tuple[Symbol, msgspec.Raw]] = {}

    def of(self, symbol: Symbol) -> msgspec.Raw:
        """A symbol's form, as JSON that is ready to be put into an answer."""
        known = self._written.get(symbol.name)
        if known is not None and known[0] is symbol:
            return known[1]
        if len(self._written) >= _KEPT:
            self._written.clear()
        written = msgspec.Raw(msgspec.json.encode(symbol_form(symbol)))
        self._written[symbol.name] = (symbol, written)
        return written


_FORMS = SymbolForms()


def exchange_info(call: Call) -> object:
    """GET /fapi/v1/exchangeInfo."""
    symbols = call.exchange.perpetual.symbols.values()
    return {
        "timezone": "UTC",
        "serverTime": call.now,
        "futuresType": "U_MARGINED",
        "rateLimits": [
            _limit("REQUEST_WEIGHT", "MINUTE", 1, 2400),
            _limit("ORDERS", "MINUTE", 1, 1200),
            _limit("ORDERS", "SECOND", 10, 300),
        ],
        "exchangeFilters": [],
        "assets": [_asset(name) for name in margin_assets(symbols)],
        "symbols": [_FORMS.of(symbol) for symbol in symbols],
    }


def margin_assets(symbols: Iterable[Symbol]) -> list[str]:
    """The assets that positions are margined in."""
    return sorted({symbol.quote for symbol in symbols})


def _limit(kind: str, interval: str, number: int, limit: int) -> dict[str, object]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}


def _asset(name: str) -> dict[str, object]:
    return {"asset": name, "marginAvailable": True, "autoAssetExchange": "-10000"}


def symbol_form(symbol: Symbol) -> dict[str, object]:
    """A symbol as exchangeInfo shows it."""
    return {
        "symbol": symbol.name,
        "pair": symbol.name,
        "contractType": "PERPETUAL",
        "deliveryDate": _DELIVERY,
        "onboardDate": ONBOARD,
        "status": symbol.status,
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": symbol.base,
        "quoteAsset": symbol.quote,
        "marginAsset": symbol.quote,
        "pricePrecision": places(symbol.tick),
        "quantityPrecision": places(symbol.lot),
        "baseAssetPrecision": _PRECISION,
        "quotePrecision": _PRECISION,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": "0.0500",
        "liquidationFee": digits(symbol.liquidation_fee, 6),
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10000,
        "filters": _filters(symbol),
        "orderTypes": list(TYPES),
        "timeInForce": _TIMES_IN_FORCE,
        "permissionSets": ["GRID", "COPY"],
    }


def _filters(symbol: Symbol) -> list[dict[str, object]]:
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": plain(symbol.min_price),
            "maxPrice": plain(symbol.max_price),
            "tickSize": f"{symbol.tick:f}",
        },
        _lot("LOT_SIZE", symbol.min_quantity, symbol.max_quantity, symbol.lot),
        _lot("MARKET_LOT_SIZE", symbol.market_min_quantity, symbol.market_max_quantity, symbol.lot),
        {"filterType": "MAX_NUM_ORDERS", "limit": symbol.max_orders},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": symbol.max_algo_orders},
        {"filterType": "MIN_NOTIONAL", "notional": plain(symbol.min_notional)},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": digits(symbol.multiplier_up, 4),
            "multiplierDown": digits(symbol.multiplier_down, 4),
            "multiplierDecimal": "4",
        },
        {"filterType": "POSITION_RISK_CONTROL", "positionControlSide": "NONE"},
    ]


def _lot(name: str, least: Decimal, most: Decimal, step: Decimal) -> dict[str, object]:
    return {"filterType": name, "minQty": plain(least), "maxQty": plain(most), "stepSize": f"{step:f}"}
