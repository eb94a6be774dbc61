"""Order lists of the spot market: pairs of which one cancels the other, and orders that start others."""

from __future__ import annotations

from collections.abc import Callable

from tradefleet.exchange.engine.client_ids import made_up_id
from tradefleet.exchange.engine.order_lists import Contingency, OrderList, OrderListRequest
from tradefleet.exchange.engine.orders import Order
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import milliseconds
from tradefleet.exchange.wire.spot import payloads
from tradefleet.exchange.wire.spot.list_reading import Requests, read_oco, read_old_oco, read_oto, read_otoco
from tradefleet.exchange.wire.spot.orders import ANSWERS, ResponseType
from tradefleet.exchange.wire.spot.payloads import Payload
from tradefleet.exchange.wire.spot.reading import both_missing, symbol_of
from tradefleet.exchange.wire.spot.windows import window_of


def place_oco(call: Call) -> Payload:
    """POST /api/v3/orderList/oco."""
    return _place(call, Contingency.OCO, read_oco)


def place_old_oco(call: Call) -> Payload:
    """POST /api/v3/order/oco: the old form of a pair."""
    return _place(call, Contingency.OCO, read_old_oco)


def place_oto(call: Call) -> Payload:
    """POST /api/v3/orderList/oto."""
    return _place(call, Contingency.OTO, read_oto)


def place_otoco(call: Call) -> Payload:
    """POST /api/v3/orderList/otoco."""
    return _place(call, Contingency.OTO, read_otoco)


def _place(call: Call, contingency: Contingency, read: Callable[[Call], Requests]) -> Payload:
    requests = read(call)
    parameters = call.parameters
    name = "newOrderRespType"
    form = ResponseType.RESULT
    if name in parameters:
        form = parameters.choice(name, ResponseType, -1130, f"Data sent for parameter '{name}' is not valid.")
    client_id = parameters.client_id("listClientOrderId") or ""
    request = OrderListRequest(symbol_of(call).name, contingency, requests, client_id)
    placed = call.exchange.spot.place_list(call.who, request)
    return {**described(placed), "orderReports": [ANSWERS[form](order) for order in placed.orders]}


def described(found: OrderList) -> Payload:
    """A list as queries tell it."""
    return {
        "orderListId": found.id,
        "contingencyType": found.contingency.value,
        "listStatusType": found.status.value,
        "listOrderStatus": found.order_status,
        "listClientOrderId": found.client_id,
        "transactionTime": milliseconds(found.updated),
        "symbol": found.symbol,
        "orders": [
            {"symbol": order.symbol, "orderId": order.id, "clientOrderId": order.client_id} for order in found.orders
        ],
    }


def query(call: Call) -> Payload:
    """GET /api/v3/orderList."""
    list_id, client_id = _which(call, "origClientOrderId")
    for found in call.exchange.spot.order_lists(call.who):
        if found.id == list_id if list_id is not None else found.client_id == client_id:
            return described(found)
    raise Reject(-2018, "Order list does not exist.")


def _which(call: Call, client_name: str) -> tuple[int | None, str | None]:
    list_id, client_id = call.parameters.optional_whole("orderListId"), call.parameters.client_id(client_name)
    if list_id is None and client_id is None:
        raise both_missing(client_name, "orderListId")
    return list_id, client_id


def cancel(call: Call) -> Payload:
    """DELETE /api/v3/orderList."""
    name = symbol_of(call).name
    list_id, client_id = _which(call, "listClientOrderId")
    cancel_id = call.parameters.client_id("newClientOrderId") or made_up_id(
        "cancel list", call.who, name, list_id, client_id
    )
    found = call.exchange.spot.cancel_list(call.who, name, list_id=list_id, client_id=client_id, cancel_id=cancel_id)
    return _cancelled(found, cancel_id)


def _cancelled(found: OrderList, cancel_id: str) -> Payload:
    return {**described(found), "orderReports": [payloads.cancelled(order, cancel_id) for order in found.orders]}


def all_lists(call: Call) -> list[Payload]:
    """GET /api/v3/allOrderList."""
    window = window_of(call.parameters, "fromId")
    found = call.exchange.spot.order_lists(call.who)
    return [described(each) for each in window.of(found, lambda each: each.id, lambda each: each.updated)]


def open_lists(call: Call) -> list[Payload]:
    """GET /api/v3/openOrderList."""
    return [described(each) for each in call.exchange.spot.order_lists(call.who) if each.open]


def cancel_everything(call: Call) -> list[Payload]:
    """DELETE /api/v3/openOrders: every open order of a symbol, those of lists as lists."""
    name, spot = symbol_of(call).name, call.exchange.spot
    orders = spot.open_orders(call.who, name)
    if not orders:
        raise Reject(-2011, "Unknown order sent.")
    cancel_id = made_up_id("cancel all", call.who, name, orders[0].id)
    lists = {found.id: found for found in spot.order_lists(call.who)}
    told: dict[int, Payload] = {}
    for order in orders:
        if order.open:
            spot.cancel(call.who, name, order_id=order.id, cancel_id=cancel_id)
        told.setdefault(*_told(order, lists.get(order.list_id), cancel_id))
    return list(told.values())


def _told(order: Order, found: OrderList | None, cancel_id: str) -> tuple[int, Payload]:
    """What to tell of a cancelled order, under a number that orders of one list have in common."""
    if found is None:
        return order.id, payloads.cancelled(order, cancel_id)
    return -found.id, _cancelled(found, cancel_id)
