"""The filters of the market of perpetuals."""

from __future__ import annotations

from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO, is_whole
from tradefleet.exchange.engine.orders import Execution, OrderRequest, Side
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol


def check(request: OrderRequest, symbol: Symbol, last: Decimal | None, market_price: Decimal) -> None:
    """Quantity, prices, notional: in this order."""
    if not symbol.trading:
        raise Reject(-1122, "Invalid symbol status.")
    _check_quantity(request, symbol)
    _check_prices(request, symbol)
    _check_percent(request, symbol, last, market_price)
    _check_notional(request, symbol, market_price if last is None else last)


def _check_quantity(request: OrderRequest, symbol: Symbol) -> None:
    quantity = request.quantity
    if quantity is None:
        return
    market = request.execution is Execution.MARKET
    if quantity <= ZERO:
        raise Reject(-4003, "Quantity less than or equal to zero.")
    if not is_whole(quantity, symbol.lot):
        raise Reject(-1111, "Precision is over the maximum defined for this asset.")
    if quantity < (symbol.market_min_quantity if market else symbol.min_quantity):
        raise Reject(-4004, "Quantity less than min quantity.")
    if quantity > (symbol.market_max_quantity if market else symbol.max_quantity):
        raise Reject(-4005, "Quantity greater than max quantity.")


def _check_prices(request: OrderRequest, symbol: Symbol) -> None:
    for price in (request.limit_price, request.trigger_price):
        if price is None:
            continue
        if price <= ZERO:
            raise Reject(-4001, "Price less than 0.")
        if price > symbol.max_price:
            raise Reject(-4002, "Price greater than max price.")
        if price < symbol.min_price:
            raise Reject(-4013, "Price less than min price.")
        if not is_whole(price, symbol.tick):
            raise Reject(-4014, "Price not increased by tick size.")


def _check_percent(request: OrderRequest, symbol: Symbol, last: Decimal | None, market_price: Decimal) -> None:
    if last is None:
        return
    highest, lowest = last * symbol.multiplier_up, last * symbol.multiplier_down
    limit = request.limit_price
    if limit is not None and request.trigger is None:
        if request.side is Side.BUY and limit > highest:
            raise Reject(-4016, f"Limit price can't be higher than {_shown(highest, symbol)}.")
        if request.side is Side.SELL and limit < lowest:
            raise Reject(-4024, f"Limit price can't be lower than {_shown(lowest, symbol)}.")
    market = limit is None and request.trigger is None and market_price > ZERO
    if market and not lowest <= market_price <= highest:
        raise Reject(-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit.")


def _check_notional(request: OrderRequest, symbol: Symbol, market_price: Decimal) -> None:
    quantity = request.quantity
    if quantity is None or request.reduce_only or request.close_position:
        return
    price = request.limit_price or request.trigger_price or market_price
    if price and quantity * price < symbol.min_notional:
        least = f"{symbol.min_notional.normalize():f}"
        raise Reject(-4164, f"Order's notional must be no smaller than {least} (unless you choose reduce only).")


def _shown(price: Decimal, symbol: Symbol) -> str:
    return f"{price.quantize(symbol.tick):f}"
