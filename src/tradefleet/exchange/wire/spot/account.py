"""The spot account: balances, trades, fees, use of limits."""

from __future__ import annotations

import hashlib
from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.orders import Fill
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import eight, milliseconds
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.spot.payloads import DISCOUNT, Payload, fee_rates, my_trade
from tradefleet.exchange.wire.spot.reading import symbol_of
from tradefleet.exchange.wire.spot.windows import window_of

_BIPS = 10_000
_USUAL_FEE = Decimal("0.001")
_NOTHING = {"maker": eight(ZERO), "taker": eight(ZERO), "buyer": eight(ZERO), "seller": eight(ZERO)}


def balances_of(call: Call) -> dict[str, tuple[Decimal, Decimal]]:
    """Free and locked of every asset that is traded or that the caller ever had."""
    held = call.exchange.spot.accounting.balances(call.who)
    assets = {asset for symbol in call.exchange.spot.symbols.values() for asset in (symbol.base, symbol.quote)}
    return {asset: held.get(asset, (ZERO, ZERO)) for asset in sorted(assets | held.keys())}


def account(call: Call) -> Payload:
    """GET /api/v3/account."""
    without_zeros = call.parameters.flag("omitZeroBalances")
    symbol = next(iter(call.exchange.spot.symbols.values()), None)
    maker, taker = (symbol.maker, symbol.taker) if symbol else (_USUAL_FEE, _USUAL_FEE)
    return {
        "makerCommission": int(maker * _BIPS),
        "takerCommission": int(taker * _BIPS),
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {**_NOTHING, "maker": eight(maker), "taker": eight(taker)},
        "canTrade": True,
        "canWithdraw": True,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": milliseconds(call.exchange.clock()),
        "accountType": "SPOT",
        "balances": [
            {"asset": asset, "free": eight(free), "locked": eight(locked)}
            for asset, (free, locked) in balances_of(call).items()
            if free or locked or not without_zeros
        ],
        "permissions": ["SPOT"],
        "uid": uid(call.who),
    }


def uid(account_name: str) -> int:
    """A number for an account, the same for the same name.

    >>> uid("first")
    2811460452
    """
    return int.from_bytes(hashlib.sha256(account_name.encode()).digest()[:4])


def trades_weight(parameters: Parameters) -> int:
    """Weight of an account's trades: of one order or of all."""
    return 5 if "orderId" in parameters else 20


def my_trades(call: Call) -> list[Payload]:
    """GET /api/v3/myTrades."""
    symbol = symbol_of(call)
    window = window_of(call.parameters, "fromId")
    order_id = call.parameters.optional_whole("orderId")
    found = call.exchange.spot.fills(call.who, symbol.name)
    if order_id is not None:
        found = [fill for fill in found if fill.order_id == order_id]
    chosen = window.of(found, lambda fill: fill.trade_id, lambda fill: fill.time)
    return [my_trade(fill, _list_of(call, fill)) for fill in chosen]


def _list_of(call: Call, fill: Fill) -> int:
    """The list of the order of a fill, -1 for none and for an order that is forgotten."""
    try:
        return call.exchange.spot.order(call.who, fill.symbol, order_id=fill.order_id).list_id
    except Reject:
        return -1


def order_counts(call: Call) -> list[Payload]:
    """GET /api/v3/rateLimit/order."""
    counts = [] if call.desk is None else call.desk.order_counts(Market.SPOT, call.who)
    return [
        {
            "rateLimitType": count.kind,
            "interval": count.interval,
            "intervalNum": count.number,
            "limit": count.limit,
            "count": count.used,
        }
        for count in counts
    ]


def prevented_weight(parameters: Parameters) -> int:
    """Weight of prevented matches: one, or those of an order."""
    return 20 if "orderId" in parameters else 2


def prevented_matches(call: Call) -> list[Payload]:
    """GET /api/v3/myPreventedMatches: none is kept."""
    symbol_of(call)
    return []


def commission(call: Call) -> Payload:
    """GET /api/v3/account/commission."""
    symbol = symbol_of(call)
    return {
        "symbol": symbol.name,
        "standardCommission": _fees(symbol),
        "specialCommission": _NOTHING,
        "taxCommission": _NOTHING,
        "discount": DISCOUNT,
    }


def _fees(symbol: Symbol) -> Payload:
    return {**_NOTHING, **fee_rates(symbol)}
