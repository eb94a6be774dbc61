"""Ordinary orders of perpetuals: placing, amending, cancelling, asking; and the account's own trades."""

from __future__ import annotations

from tradefleet.exchange.engine.orders import Fill, Order
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.perpetual import payloads
from tradefleet.exchange.wire.perpetual.market import engine_of
from tradefleet.exchange.wire.perpetual.order_reading import Reply, limit_price, order_request, reply_of, side_of
from tradefleet.exchange.wire.perpetual.payloads import Payload
from tradefleet.exchange.wire.perpetual.reading import Window, limit_of, optional_symbol, symbol_of, week_of

_CANCELLED_ALL = {"code": 200, "msg": "The operation of cancel all open order is done."}
# How the ids of liquidations' orders start, by what they were.
_FORCED = {"LIQUIDATION": "autoclose-", "ADL": "adl_autoclose"}


def place(call: Call) -> object:
    """POST /fapi/v1/order."""
    symbol, reply, request = symbol_of(call), reply_of(call.parameters), order_request(call)
    order = call.exchange.perpetual.place(call.who, request)
    form = payloads.taken_order if reply is Reply.ACK else payloads.changed_order
    return form(symbol, order)


def check(call: Call) -> object:
    """POST /fapi/v1/order/test: everything but the effect."""
    reply_of(call.parameters)
    call.exchange.perpetual.check(call.who, order_request(call))
    return {}


def amend(call: Call) -> object:
    """PUT /fapi/v1/order: another price and quantity; the order goes to the end of its price's queue."""
    symbol, (order_id, client_id) = symbol_of(call), ids_of(call)
    side = side_of(call.parameters)
    quantity, price = call.parameters.decimal("quantity"), limit_price(call, symbol, side)
    order = engine_of(call).amend(call.who, symbol.name, side, quantity, price, order_id=order_id, client_id=client_id)
    return payloads.amended_order(symbol, order)


def ids_of(call: Call) -> tuple[int | None, str | None]:
    """Which order is meant: by id, else by the client's own."""
    order_id = call.parameters.optional_whole("orderId")
    client_id = call.parameters.client_id("origClientOrderId")
    if order_id is None and client_id is None:
        raise Reject(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
    return order_id, client_id


def query(call: Call) -> object:
    """GET /fapi/v1/order."""
    symbol = symbol_of(call)
    return payloads.queried_order(symbol, _asked(call, symbol))


def open_order(call: Call) -> object:
    """GET /fapi/v1/openOrder."""
    symbol = symbol_of(call)
    order = _asked(call, symbol)
    if not order.open:
        raise Reject(-2013, "Order does not exist.")
    return payloads.queried_order(symbol, order)


def _asked(call: Call, symbol: Symbol) -> Order:
    order_id, client_id = ids_of(call)
    return call.exchange.perpetual.order(call.who, symbol.name, order_id=order_id, client_id=client_id)


def cancel(call: Call) -> object:
    """DELETE /fapi/v1/order."""
    symbol = symbol_of(call)
    order_id, client_id = ids_of(call)
    order = call.exchange.perpetual.cancel(call.who, symbol.name, order_id=order_id, client_id=client_id)
    return payloads.changed_order(symbol, order)


def cancel_all(call: Call) -> object:
    """DELETE /fapi/v1/allOpenOrders: all of a symbol; none is no error."""
    symbol = symbol_of(call)
    cancel_open(call, symbol)
    return _CANCELLED_ALL


def cancel_open(call: Call, symbol: Symbol) -> None:
    """Cancel whatever of a symbol is open."""
    engine = call.exchange.perpetual
    if engine.open_orders(call.who, symbol.name):
        engine.cancel_all(call.who, symbol.name)


def open_orders(call: Call) -> object:
    """GET /fapi/v1/openOrders: of one symbol or all."""
    engine, named = call.exchange.perpetual, optional_symbol(call)
    found = engine.open_orders(call.who, None if named is None else named.name)
    return [payloads.queried_order(engine.symbols[order.symbol], order) for order in found]


def all_orders(call: Call) -> object:
    """GET /fapi/v1/allOrders: from an id on, in a window, or the latest."""
    symbol, limit = symbol_of(call), limit_of(call.parameters, 500, 1000)
    first = call.parameters.optional_whole("orderId")
    window = week_of(call) if first is None else Window(None, None, first=True)
    found = call.exchange.perpetual.orders(call.who, symbol.name)
    wanted = [order for order in found if window.holds(order.created) and order.id >= (first or 0)]
    return [payloads.queried_order(symbol, order) for order in window.pick(wanted, limit)]


def user_trades(call: Call) -> object:
    """GET /fapi/v1/userTrades: the account's own trades of a symbol."""
    parameters, symbol = call.parameters, symbol_of(call)
    limit, first = limit_of(parameters, 500, 1000), parameters.optional_whole("fromId")
    order_id = parameters.optional_whole("orderId")
    timed = "startTime" in parameters or "endTime" in parameters
    if first is not None and timed:
        raise Reject(-1128, "Combination of optional parameters invalid.")
    by_id = first is not None or (order_id is not None and not timed)
    window = Window(None, None, first=True) if by_id else week_of(call)

    def wanted(fill: Fill) -> bool:
        return window.holds(fill.time) and fill.trade_id >= (first or 0) and order_id in (None, fill.order_id)

    found = [fill for fill in call.exchange.perpetual.fills(call.who, symbol.name) if wanted(fill)]
    return [payloads.user_trade(symbol, fill) for fill in window.pick(found, limit)]


def force_orders(call: Call) -> object:
    """GET /fapi/v1/forceOrders: the orders of the account's liquidations."""
    engine, parameters, named = call.exchange.perpetual, call.parameters, optional_symbol(call)
    kind = parameters.optional_text("autoCloseType")
    if kind is not None and kind not in _FORCED:
        raise Reject(-1130, "Data sent for parameter 'autoCloseType' is not valid.")
    starts = tuple(_FORCED.values()) if kind is None else (_FORCED[kind],)
    window, limit = week_of(call), limit_of(parameters, 50, 100)
    symbols = engine.symbols.values() if named is None else (named,)
    found: list[tuple[int, Payload]] = [
        (order.created, payloads.queried_order(symbol, order))
        for symbol in symbols
        for order in engine.orders(call.who, symbol.name)
        if order.client_id.startswith(starts) and window.holds(order.created)
    ]
    found.sort(key=lambda row: row[0])
    return [order for _, order in window.pick(found, limit)]
