"""What the user stream of the spot market says, from what happens on the exchange."""

from __future__ import annotations

from collections.abc import Iterable

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.events import BalancesChanged, Event, ExecutionType, ListReport, OrderReport
from tradefleet.exchange.engine.orders import Order, OrderStatus
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.numbers import eight, milliseconds
from tradefleet.exchange.wire.spot.payloads import (
    Payload,
    limit_price,
    stop_price,
    trailing_delta,
    trailing_time,
    working_time,
)

Reports = list[tuple[str, Payload]]

_ZERO = eight(ZERO)
_ON_THE_BOOK = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})
# Money that comes from elsewhere has an event of its own besides the new balances.
_FROM_OUTSIDE = frozenset({"DEPOSIT", "WITHDRAW", "MARGIN_TRANSFER"})


def reports(event: Event, exchange: Exchange) -> Iterable[tuple[str, Payload]]:
    """What an event tells accounts: their names and the payloads, in order."""
    match event:
        case OrderReport(market=Market.SPOT):
            return ((event.order.account, _execution_report(event)),)
        case BalancesChanged(market=Market.SPOT):
            return _balances(event)
        case ListReport():
            return ((event.account, _list_status(event)),)
        case _:
            return ()


def stream_terminated(time: int) -> Payload:
    """The last message of a stream that the exchange ends; `time` in nanoseconds."""
    return {"e": "eventStreamTerminated", "E": milliseconds(time)}


def _execution_report(event: OrderReport) -> Payload:
    order, request, fill = event.order, event.order.request, event.fill
    cancelled = event.execution is ExecutionType.CANCELED and bool(event.cancel_id)
    time = milliseconds(event.time)
    quote = request.quote_quantity
    return {
        "e": "executionReport",
        "E": time,
        "s": order.symbol,
        "c": event.cancel_id if cancelled else order.client_id,
        "S": request.side.value,
        "o": request.type,
        "f": request.time_in_force.value,
        "q": eight(order.quantity),
        "p": limit_price(request),
        "P": stop_price(request),
        "F": _ZERO if request.iceberg is None else eight(request.iceberg),
        "g": order.list_id,
        "C": order.client_id if cancelled else "",
        "x": event.execution.value,
        "X": event.status.value,
        "r": event.reason,
        "i": order.id,
        "l": _ZERO if fill is None else eight(fill.quantity),
        "z": eight(event.filled),
        "L": _ZERO if fill is None else eight(fill.price),
        "n": "0" if fill is None else eight(fill.fee),
        "N": None if fill is None else fill.fee_asset,
        "T": time,
        "t": -1 if fill is None else fill.trade_id,
        "I": order.id,
        "w": order.working and event.status in _ON_THE_BOOK,
        "m": fill is not None and fill.maker,
        "M": fill is not None,
        "O": milliseconds(order.created),
        "Z": eight(event.filled_quote),
        "Y": _ZERO if fill is None else eight(fill.quote),
        "Q": _ZERO if quote is None else eight(quote),
        "V": request.self_trade_prevention,
        **_sometimes(order),
    }


def _sometimes(order: Order) -> Payload:
    """Fields that are there for some orders only: since when one works, how one trails, whose strategy it is."""
    request = order.request
    trails = trailing_time(order)
    shown = {
        "W": working_time(order) if order.working else None,
        "d": trailing_delta(request),
        "D": trails if trails > 0 else None,
        "j": request.strategy_id,
        "J": request.strategy_type,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _balances(event: BalancesChanged) -> Reports:
    time = milliseconds(event.time)
    position = {
        "e": "outboundAccountPosition",
        "E": time,
        "u": time,
        "B": [{"a": asset, "f": eight(free), "l": eight(locked)} for asset, (free, locked) in event.balances.items()],
    }
    moved: list[Payload] = []
    if event.reason in _FROM_OUTSIDE:
        moved = [
            {"e": "balanceUpdate", "E": time, "a": asset, "d": eight(change), "T": time}
            for asset, change in event.changes.items()
        ]
    return [(event.account, payload) for payload in (*moved, position)]


def _list_status(event: ListReport) -> Payload:
    time = milliseconds(event.time)
    return {
        "e": "listStatus",
        "E": time,
        "s": event.symbol,
        "g": event.list_id,
        "c": event.contingency,
        "l": event.status_type,
        "L": event.order_status,
        "r": event.reason,
        "C": event.client_id,
        "T": time,
        "O": [{"s": order.symbol, "i": order.id, "c": order.client_id} for order in event.orders],
    }
