"""Orders of the spot market: placed, tested, asked for, cancelled, replaced."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from tradefleet.exchange.engine.client_ids import made_up_id
from tradefleet.exchange.engine.orders import Order, OrderRequest, OrderStatus
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.spot import payloads
from tradefleet.exchange.wire.spot.order_types import OrderType
from tradefleet.exchange.wire.spot.payloads import Payload
from tradefleet.exchange.wire.spot.reading import both_missing, optional_symbol, read_order, symbol_of
from tradefleet.exchange.wire.spot.windows import window_of

_UNKNOWN_ORDER = Reject(-2011, "Unknown order sent.")


class ResponseType(StrEnum):
    """How much the answer to a new order says."""

    ACK = "ACK"
    RESULT = "RESULT"
    FULL = "FULL"


class _Restriction(StrEnum):
    ONLY_NEW = "ONLY_NEW"
    ONLY_PARTIALLY_FILLED = "ONLY_PARTIALLY_FILLED"


class _Replacing(StrEnum):
    STOP_ON_FAILURE = "STOP_ON_FAILURE"
    ALLOW_FAILURE = "ALLOW_FAILURE"


ANSWERS: dict[ResponseType, Callable[[Order], Payload]] = {
    ResponseType.ACK: payloads.acknowledged,
    ResponseType.RESULT: payloads.result,
    ResponseType.FULL: payloads.full,
}
_FULL_BY_DEFAULT = frozenset({OrderType.LIMIT.value, OrderType.MARKET.value})
_RESTRICTED_TO = {
    _Restriction.ONLY_NEW: OrderStatus.NEW,
    _Restriction.ONLY_PARTIALLY_FILLED: OrderStatus.PARTIALLY_FILLED,
}


def place(call: Call) -> Payload:
    """POST /api/v3/order."""
    request = read_order(call)
    answer = ANSWERS[response_type(call.parameters, request)]
    return answer(call.exchange.spot.place(call.who, request))


def response_type(parameters: Parameters, request: OrderRequest) -> ResponseType:
    """How much is asked to be said; market and limit orders say all of it unless told otherwise."""
    name = "newOrderRespType"
    if name not in parameters:
        return ResponseType.FULL if request.type in _FULL_BY_DEFAULT else ResponseType.ACK
    return parameters.choice(name, ResponseType, -1130, f"Data sent for parameter '{name}' is not valid.")


def test_weight(parameters: Parameters) -> int:
    """Weight of a test: more with fees."""
    return 20 if parameters.get("computeCommissionRates") == "true" else 1


def test(call: Call) -> Payload:
    """POST /api/v3/order/test: everything but the effect."""
    request = read_order(call)
    response_type(call.parameters, request)
    with_fees = call.parameters.flag("computeCommissionRates")
    call.exchange.spot.check(call.who, request)
    if not with_fees:
        return {}
    symbol = call.exchange.spot.symbols[request.symbol]
    return {
        "standardCommissionForOrder": payloads.fee_rates(symbol),
        "specialCommissionForOrder": payloads.NO_FEES,
        "taxCommissionForOrder": payloads.NO_FEES,
        "discount": payloads.DISCOUNT,
    }


def query(call: Call) -> Payload:
    """GET /api/v3/order."""
    symbol = symbol_of(call)
    order_id, client_id = _which(call.parameters)
    order = call.exchange.spot.order(call.who, symbol.name, order_id=order_id, client_id=client_id)
    return payloads.described(order)


def _which(
    parameters: Parameters, id_name: str = "orderId", client_name: str = "origClientOrderId"
) -> tuple[int | None, str | None]:
    """The ids of the order that is meant: one of them is enough."""
    order_id, client_id = parameters.optional_whole(id_name), parameters.client_id(client_name)
    if order_id is None and client_id is None:
        raise both_missing(client_name, id_name)
    return order_id, client_id


def cancel(call: Call) -> Payload:
    """DELETE /api/v3/order."""
    order_id, client_id = _which(call.parameters)
    return _cancel(call, order_id, client_id, call.parameters.client_id("newClientOrderId"))


def _cancel(call: Call, order_id: int | None, client_id: str | None, cancel_id: str | None) -> Payload:
    spot, name = call.exchange.spot, symbol_of(call).name
    _check_restriction(call, order_id, client_id)
    given = cancel_id or made_up_id("cancel", call.who, name, order_id, client_id)
    order = spot.cancel(call.who, name, order_id=order_id, client_id=client_id, cancel_id=given)
    return payloads.cancelled(order, given)


def _check_restriction(call: Call, order_id: int | None, client_id: str | None) -> None:
    """Refuse where only orders of another state are to be cancelled."""
    name = "cancelRestrictions"
    if name not in call.parameters:
        return
    allowed = call.parameters.choice(
        name, _Restriction, -1145, f"{name} has to be either ONLY_NEW or ONLY_PARTIALLY_FILLED."
    )
    order = call.exchange.spot.order(call.who, symbol_of(call).name, order_id=order_id, client_id=client_id)
    if order.open and order.status is not _RESTRICTED_TO[allowed]:
        raise Reject(-2011, "Order was not canceled due to cancel restrictions.")


def replace(call: Call) -> Payload:
    """POST /api/v3/order/cancelReplace: cancel one order, then place another."""
    parameters = call.parameters
    mode = parameters.choice("cancelReplaceMode", _Replacing, -1102, _malformed("cancelReplaceMode"))
    order_id, client_id = _which(parameters, "cancelOrderId", "cancelOrigClientOrderId")
    request = read_order(call, replacing=True)
    answer = ANSWERS[response_type(parameters, request)]
    cancelling = _tried(lambda: _cancel(call, order_id, client_id, parameters.client_id("cancelNewClientOrderId")))
    placing: Payload | Reject | None = None
    if not isinstance(cancelling, Reject) or mode is _Replacing.ALLOW_FAILURE:
        placing = _tried(lambda: answer(call.exchange.spot.place(call.who, request)))
    done = {
        "cancelResult": _outcome(cancelling),
        "newOrderResult": _outcome(placing),
        "cancelResponse": _told(cancelling),
        "newOrderResponse": _told(placing),
    }
    failed = [isinstance(each, Reject) for each in (cancelling, placing) if each is not None]
    if not any(failed):
        return done
    if all(failed):
        raise Reject(-2022, "Order cancel-replace failed.", data=done)
    raise Reject(-2021, "Order cancel-replace partially failed.", 409, data=done)


def _malformed(name: str) -> str:
    return f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."


def _tried(what: Callable[[], Payload]) -> Payload | Reject:
    try:
        return what()
    except Reject as reject:
        return reject


def _outcome(done: Payload | Reject | None) -> str:
    if done is None:
        return "NOT_ATTEMPTED"
    return "FAILURE" if isinstance(done, Reject) else "SUCCESS"


def _told(done: Payload | Reject | None) -> object:
    return {"code": done.code, "msg": done.message} if isinstance(done, Reject) else done


def open_weight(parameters: Parameters) -> int:
    """Weight of open orders: of one symbol or of all."""
    return 6 if "symbol" in parameters else 80


def open_orders(call: Call) -> list[Payload]:
    """GET /api/v3/openOrders."""
    found = call.exchange.spot.open_orders(call.who, optional_symbol(call))
    return [payloads.described(order) for order in found]


def all_orders(call: Call) -> list[Payload]:
    """GET /api/v3/allOrders: open and ended ones."""
    symbol = symbol_of(call)
    window = window_of(call.parameters, "orderId")
    found = call.exchange.spot.orders(call.who, symbol.name)
    chosen = window.of(found, lambda order: order.id, lambda order: order.created)
    return [payloads.described(order) for order in chosen]
