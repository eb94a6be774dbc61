"""The spot market's filters."""

from __future__ import annotations

from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO, is_whole
from tradefleet.exchange.engine.orders import Execution, OrderRequest
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol


def check(request: OrderRequest, symbol: Symbol, last: Decimal | None, market_price: Decimal) -> None:
    """Precision, prices, quantity, notional: in this order."""
    if not symbol.trading:
        raise Reject(-1013, "Market is closed.")
    _check_precision(request, symbol)
    _check_prices(request, symbol, last)
    _check_quantity(request, symbol)
    _check_notional(request, symbol, market_price if last is None else last)


def _check_precision(request: OrderRequest, symbol: Symbol) -> None:
    for name, value, digits in (
        ("quantity", request.quantity, symbol.base_digits),
        ("quoteOrderQty", request.quote_quantity, symbol.quote_digits),
        ("price", request.limit_price, symbol.quote_digits),
        ("stopPrice", request.trigger_price, symbol.quote_digits),
    ):
        if value is not None and _digits(value) > digits:
            raise Reject(-1111, f"Parameter '{name}' has too much precision.")


def _check_prices(request: OrderRequest, symbol: Symbol, last: Decimal | None) -> None:
    for price in (request.limit_price, request.trigger_price):
        if price is None:
            continue
        if not symbol.min_price <= price <= symbol.max_price or not is_whole(price, symbol.tick):
            raise _failure("PRICE_FILTER")
    limit = request.limit_price
    if limit is None or last is None:
        return
    if not last * symbol.multiplier_down <= limit <= last * symbol.multiplier_up:
        raise _failure("PERCENT_PRICE_BY_SIDE")


def _check_quantity(request: OrderRequest, symbol: Symbol) -> None:
    quantity = request.quantity
    if quantity is None:
        return
    if not symbol.min_quantity <= quantity <= symbol.max_quantity or not is_whole(quantity, symbol.lot):
        raise _failure("LOT_SIZE")
    if request.execution is not Execution.MARKET:
        return
    if not symbol.market_min_quantity <= quantity <= symbol.market_max_quantity:
        raise _failure("MARKET_LOT_SIZE")


def _check_notional(request: OrderRequest, symbol: Symbol, market_price: Decimal) -> None:
    if request.quantity is None:
        notional = request.quote_quantity
    else:
        price = request.limit_price or request.trigger_price or market_price
        notional = request.quantity * price if price > ZERO else None
    if notional is None:
        return
    limited = request.execution is Execution.LIMIT
    if notional < symbol.min_notional or (limited and notional > symbol.max_notional):
        raise _failure("NOTIONAL")


def _failure(name: str) -> Reject:
    return Reject(-1013, f"Filter failure: {name}")


def _digits(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
