"""Orders, trades and fees of the spot market as they are written."""

from __future__ import annotations

from typing import Any

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.orders import Fill, Order, OrderRequest, TriggerKind
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.wire.numbers import eight, milliseconds

Payload = dict[str, Any]

_ZERO = eight(ZERO)
# What this exchange does not take, and the discount it does not give.
NO_FEES = {"maker": _ZERO, "taker": _ZERO}
DISCOUNT = {"enabledForAccount": False, "enabledForSymbol": False, "discountAsset": "BNB", "discount": "0.75000000"}
_BIPS = 10_000


def acknowledged(order: Order) -> Payload:
    """The shortest answer to a new order."""
    return {
        "symbol": order.symbol,
        "orderId": order.id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_id,
        "transactTime": milliseconds(order.updated),
    }


def result(order: Order) -> Payload:
    """The answer to a new order that says what has become of it."""
    return {
        **acknowledged(order),
        **_progress(order),
        **_stop(order.request),
        "workingTime": working_time(order),
        **_marks(order),
        "selfTradePreventionMode": order.request.self_trade_prevention,
    }


def full(order: Order) -> Payload:
    """The answer to a new order with its fills."""
    return {**result(order), "fills": [_fill_of_order(fill) for fill in order.fills]}


def cancelled(order: Order, cancel_id: str) -> Payload:
    """The answer to a cancellation, whose own id is `cancel_id`."""
    return {
        "symbol": order.symbol,
        "origClientOrderId": order.client_id,
        "orderId": order.id,
        "orderListId": order.list_id,
        "clientOrderId": cancel_id,
        "transactTime": milliseconds(order.updated),
        **_progress(order),
        **_stop(order.request),
        **_marks(order),
        "selfTradePreventionMode": order.request.self_trade_prevention,
    }


def described(order: Order) -> Payload:
    """An order as queries tell it."""
    request = order.request
    return {
        "symbol": order.symbol,
        "orderId": order.id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_id,
        **_progress(order),
        "stopPrice": stop_price(request),
        "icebergQty": _ZERO if request.iceberg is None else eight(request.iceberg),
        "time": milliseconds(order.created),
        "updateTime": milliseconds(order.updated),
        "isWorking": order.working,
        "workingTime": working_time(order),
        **_trailing(order),
        **_strategy(request),
        "selfTradePreventionMode": request.self_trade_prevention,
    }


def my_trade(fill: Fill, list_id: int) -> Payload:
    """A trade of an account."""
    return {
        "symbol": fill.symbol,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "orderListId": list_id,
        "price": eight(fill.price),
        "qty": eight(fill.quantity),
        "quoteQty": eight(fill.quote),
        "commission": eight(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": milliseconds(fill.time),
        "isBuyer": fill.side.sign > 0,
        "isMaker": fill.maker,
        "isBestMatch": True,
    }


def limit_price(request: OrderRequest) -> str:
    """The limit, zero for market orders."""
    return _ZERO if request.limit_price is None else eight(request.limit_price)


def stop_price(request: OrderRequest) -> str:
    """The price that wakes an order, zero where there is none."""
    trigger = request.trigger
    return _ZERO if trigger is None or trigger.price is None else eight(trigger.price)


def trailing_delta(request: OrderRequest) -> int | None:
    """How far a trailing order follows, in hundredths of a percent; None for others."""
    trigger = request.trigger
    if trigger is None or trigger.kind is not TriggerKind.TRAILING or trigger.trail is None:
        return None
    return int(trigger.trail * _BIPS)


def trailing_time(order: Order) -> int:
    """Since when a trailing order follows the price, -1 for one that may still wait for it and for others."""
    trigger = order.request.trigger
    if trigger is None or trigger.kind is not TriggerKind.TRAILING or trigger.price is not None:
        return -1
    return milliseconds(order.created)


def working_time(order: Order) -> int:
    """Since when the order works, -1 while it waits for its trigger."""
    return milliseconds(order.working_since) if order.working else -1


def fee_rates(symbol: Symbol) -> Payload:
    """The fees of a symbol, as fractions."""
    return {"maker": eight(symbol.maker), "taker": eight(symbol.taker)}


def _progress(order: Order) -> Payload:
    request = order.request
    quote = request.quote_quantity
    return {
        "price": limit_price(request),
        "origQty": eight(order.quantity),
        "executedQty": eight(order.filled),
        "origQuoteOrderQty": _ZERO if quote is None else eight(quote),
        "cummulativeQuoteQty": eight(order.filled_quote),
        "status": order.status.value,
        "timeInForce": request.time_in_force.value,
        "type": request.type,
        "side": request.side.value,
    }


def _stop(request: OrderRequest) -> Payload:
    trigger = request.trigger
    return {} if trigger is None or trigger.price is None else {"stopPrice": eight(trigger.price)}


def _marks(order: Order) -> Payload:
    """What only some orders have."""
    iceberg = order.request.iceberg
    shown: Payload = {} if iceberg is None else {"icebergQty": eight(iceberg)}
    return {**shown, **_trailing(order), **_strategy(order.request)}


def _trailing(order: Order) -> Payload:
    delta = trailing_delta(order.request)
    return {} if delta is None else {"trailingDelta": delta, "trailingTime": trailing_time(order)}


def _strategy(request: OrderRequest) -> Payload:
    given = {"strategyId": request.strategy_id, "strategyType": request.strategy_type}
    return {name: value for name, value in given.items() if value is not None}


def _fill_of_order(fill: Fill) -> Payload:
    return {
        "price": eight(fill.price),
        "qty": eight(fill.quantity),
        "commission": eight(fill.fee),
        "commissionAsset": fill.fee_asset,
        "tradeId": fill.trade_id,
    }
