"""Conditional (algo) orders of perpetuals: placing, cancelling, asking."""

from __future__ import annotations

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.orders import Order, TriggerKind
from tradefleet.exchange.engine.perpetual.algo_orders import AlgoOrder
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import MILLISECOND, milliseconds, plain
from tradefleet.exchange.wire.perpetual import forms
from tradefleet.exchange.wire.perpetual.market import engine_of
from tradefleet.exchange.wire.perpetual.order_reading import conditional_request, reply_of
from tradefleet.exchange.wire.perpetual.payloads import Payload, stop_price, working_type
from tradefleet.exchange.wire.perpetual.reading import Window, limit_of, optional_symbol, symbol_of, week_of

_CANCELLED_ALL = {"code": 200, "msg": "The operation of cancel all open order is done."}


def place(call: Call) -> object:
    """POST /fapi/v1/algoOrder."""
    reply_of(call.parameters)
    algo = engine_of(call).algos.place(call.who, conditional_request(call))
    return {**_told(call, algo), **_trailing(algo.order)}


def cancel(call: Call) -> object:
    """DELETE /fapi/v1/algoOrder."""
    algo_id, client_id = _ids(call)
    return _told(call, engine_of(call).algos.cancel(call.who, algo_id=algo_id, client_id=client_id))


def query(call: Call) -> object:
    """GET /fapi/v1/algoOrder."""
    algo_id, client_id = _ids(call)
    return _queried(call, engine_of(call).algos.order(call.who, algo_id=algo_id, client_id=client_id))


def cancel_all(call: Call) -> object:
    """DELETE /fapi/v1/algoOpenOrders: all of a symbol; none is no error."""
    engine_of(call).algos.cancel_all(call.who, symbol_of(call).name)
    return _CANCELLED_ALL


def open_orders(call: Call) -> object:
    """GET /fapi/v1/openAlgoOrders: those that wait for their price."""
    named = optional_symbol(call)
    found = engine_of(call).algos.open_orders(call.who, None if named is None else named.name)
    wanted = call.parameters.optional_whole("algoId")
    return [_queried(call, algo) for algo in found if wanted in (None, algo.order.id)]


def all_orders(call: Call) -> object:
    """GET /fapi/v1/allAlgoOrders: from an id on, in a window, or the latest."""
    symbol, limit = symbol_of(call), limit_of(call.parameters, 500, 1000)
    first = call.parameters.optional_whole("algoId")
    window = week_of(call) if first is None else Window(None, None, first=True)
    found = engine_of(call).algos.orders(call.who, symbol.name)
    wanted = [algo for algo in found if window.holds(algo.order.created) and algo.order.id >= (first or 0)]
    return [_queried(call, algo) for algo in window.pick(wanted, limit)]


def _ids(call: Call) -> tuple[int | None, str | None]:
    algo_id = call.parameters.optional_whole("algoId")
    client_id = call.parameters.client_id("clientAlgoId")
    if algo_id is None and client_id is None:
        raise Reject(-1102, "Param 'clientAlgoId' or 'algoId' must be sent, but both were empty/null!")
    return algo_id, client_id


def _told(call: Call, algo: AlgoOrder) -> Payload:
    """A conditional order as it was asked for, and how it stands."""
    order, request = algo.order, algo.order.request
    symbol = call.exchange.perpetual.symbols[order.symbol]
    return {
        "algoId": order.id,
        "clientAlgoId": order.client_id,
        "algoType": "CONDITIONAL",
        "orderType": request.type,
        "symbol": order.symbol,
        "side": order.side.value,
        "positionSide": request.position_side,
        "timeInForce": request.time_in_force.value,
        "quantity": forms.quantity(symbol, order.quantity),
        "algoStatus": algo.status.value,
        "triggerPrice": forms.price(symbol, stop_price(request)),
        "price": forms.price(symbol, request.limit_price or ZERO),
        "icebergQuantity": None,
        "selfTradePreventionMode": request.self_trade_prevention,
        "workingType": working_type(request),
        "priceMatch": request.price_match,
        "closePosition": request.close_position,
        "priceProtect": request.price_protect,
        "reduceOnly": request.reduce_only,
        "createTime": milliseconds(order.created),
        "updateTime": milliseconds(order.updated),
        "triggerTime": milliseconds(algo.trigger_time),
        "goodTillDate": request.good_till // MILLISECOND,
    }


def _queried(call: Call, algo: AlgoOrder) -> Payload:
    """A conditional order that was asked for: with the order it has become."""
    symbol = call.exchange.perpetual.symbols[algo.order.symbol]
    trailing = _trailing(algo.order) if _follows(algo.order) else {}
    return {**_told(call, algo), **_became(symbol, algo.triggered), **_protections(symbol), **trailing}


def _became(symbol: Symbol, order: Order | None) -> Payload:
    if order is None:
        return {"actualOrderId": "", "actualPrice": forms.notional(symbol, ZERO)}
    return {
        "actualOrderId": str(order.id),
        "actualPrice": forms.notional(symbol, order.average_price),
        "actualQty": forms.quantity(symbol, order.filled),
        "actualType": order.request.execution.value,
    }


def _protections(symbol: Symbol) -> Payload:
    """Take-profits and stops that were placed together with it: there are none."""
    none = forms.quantity(symbol, ZERO)
    names = ("tpTriggerPrice", "tpPrice", "slTriggerPrice", "slPrice")
    return {**dict.fromkeys(names, none), "tpOrderType": ""}


def _follows(order: Order) -> bool:
    return order.request.trigger is not None and order.request.trigger.kind is TriggerKind.TRAILING


def _trailing(order: Order) -> Payload:
    """What a trailing stop follows by; empty texts for others."""
    trigger = order.request.trigger
    if trigger is None or not _follows(order):
        return {"activatePrice": "", "callbackRate": ""}
    return {"activatePrice": plain(trigger.price or ZERO), "callbackRate": plain((trigger.trail or ZERO) * 100)}
