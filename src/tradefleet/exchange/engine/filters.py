"""The filters a request must pass, in the words of the market it is sent to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tradefleet.exchange.engine import filters_perpetual, filters_spot
from tradefleet.exchange.engine.orders import Order, OrderRequest
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market, Symbol

_TOO_MANY = {
    Market.SPOT: (
        (-2010, "Filter failure: MAX_NUM_ORDERS"),
        (-2010, "Filter failure: MAX_NUM_ALGO_ORDERS"),
    ),
    Market.PERPETUAL: (
        (-2025, "Reach max open order limit."),
        (-4045, "Reach max stop order limit."),
    ),
}


def check(request: OrderRequest, symbol: Symbol, last: Decimal | None, market_price: Decimal) -> None:
    """Raise Reject where a request breaks a filter.

    `last` is the market's last price, None before there is one; `market_price` what a market order would get now, 0
    where the book is empty.
    """
    if symbol.market is Market.SPOT:
        filters_spot.check(request, symbol, last, market_price)
    else:
        filters_perpetual.check(request, symbol, last, market_price)


def check_count(request: OrderRequest, symbol: Symbol, open_orders: Iterable[Order], count: int) -> None:
    """Raise Reject where an account has as many open orders of a symbol as it may; `count` is how many it has."""
    many, many_sleeping = _TOO_MANY[symbol.market]
    if count >= symbol.max_orders:
        raise Reject(*many)
    if request.trigger is None or count < symbol.max_algo_orders:
        return
    if sum(order.request.trigger is not None for order in open_orders) >= symbol.max_algo_orders:
        raise Reject(*many_sleeping)
