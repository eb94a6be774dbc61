"""Orders and fills of perpetuals as the wire shows them."""

from __future__ import annotations

from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.orders import Fill, Order, OrderRequest, OrderStatus
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.wire.numbers import MILLISECOND, eight, milliseconds
from tradefleet.exchange.wire.perpetual import forms

Payload = dict[str, object]


def queried_order(symbol: Symbol, order: Order) -> Payload:
    """An order that was asked for."""
    return {**_order(symbol, order), "time": milliseconds(order.created), "updateTime": milliseconds(order.updated)}


def changed_order(symbol: Symbol, order: Order) -> Payload:
    """An order that was placed or cancelled, as it is now."""
    return {
        **_order(symbol, order),
        "cumQty": forms.quantity(symbol, order.filled),
        "updateTime": milliseconds(order.updated),
    }


def taken_order(symbol: Symbol, order: Order) -> Payload:
    """An order as it was taken, before anything happened to it."""
    nothing = forms.quantity(symbol, ZERO)
    return {
        **changed_order(symbol, order),
        "status": OrderStatus.NEW.value,
        "avgPrice": forms.average(symbol, ZERO),
        "executedQty": nothing,
        "cumQty": nothing,
        "cumQuote": forms.notional(symbol, ZERO),
        "updateTime": milliseconds(order.created),
    }


def _order(symbol: Symbol, order: Order) -> Payload:
    request = order.request
    return {
        "orderId": order.id,
        "symbol": symbol.name,
        "status": order.status.value,
        "clientOrderId": order.client_id,
        "price": forms.price(symbol, request.limit_price or ZERO),
        "avgPrice": forms.average(symbol, order.average_price),
        "origQty": forms.quantity(symbol, order.quantity),
        "executedQty": forms.quantity(symbol, order.filled),
        "cumQuote": forms.notional(symbol, order.filled_quote),
        "timeInForce": request.time_in_force.value,
        "type": current_type(order),
        "reduceOnly": request.reduce_only,
        "closePosition": request.close_position,
        "side": order.side.value,
        "positionSide": request.position_side,
        "stopPrice": forms.price(symbol, stop_price(request)),
        "workingType": working_type(request),
        "priceProtect": request.price_protect,
        "origType": request.type,
        "priceMatch": request.price_match,
        "selfTradePreventionMode": request.self_trade_prevention,
        "goodTillDate": request.good_till // MILLISECOND,
    }


def current_type(order: Order) -> str:
    """What an order is by now: a conditional one that has woken is a plain one."""
    woken = order.request.trigger is not None and order.working
    return order.request.execution.value if woken else order.request.type


def stop_price(request: OrderRequest) -> Decimal:
    """The price that wakes it, 0 for none."""
    return ZERO if request.trigger is None else request.trigger.price or ZERO


def working_type(request: OrderRequest) -> str:
    """The price that its trigger watches."""
    return "CONTRACT_PRICE" if request.trigger is None else request.trigger.source.value


def amended_order(symbol: Symbol, order: Order) -> Payload:
    """An order that was amended."""
    return {**changed_order(symbol, order), "pair": symbol.name}


def user_trade(symbol: Symbol, fill: Fill) -> Payload:
    """One of the account's own trades."""
    return {
        "symbol": symbol.name,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "side": fill.side.value,
        "price": forms.price(symbol, fill.price),
        "qty": forms.quantity(symbol, fill.quantity),
        "realizedPnl": eight(fill.realised),
        "marginAsset": symbol.quote,
        "quoteQty": forms.notional(symbol, fill.quote),
        "commission": eight(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": milliseconds(fill.time),
        "positionSide": fill.position_side,
        "buyer": fill.side.sign > 0,
        "maker": fill.maker,
    }
