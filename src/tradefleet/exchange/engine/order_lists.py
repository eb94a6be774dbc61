"""Order lists: orders that belong together, where one cancels the others (OCO) or starts them (OTO, OTOCO)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Protocol

from tradefleet.exchange.engine.accounting import Accounting
from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.client_ids import made_up_id
from tradefleet.exchange.engine.events import Event, ListReport
from tradefleet.exchange.engine.order_list import (
    Contingency,
    ListStatus,
    OrderList,
    OrderListRequest,
    check_relation,
    level_of,
)
from tradefleet.exchange.engine.orders import Order, OrderRequest, OrderStatus
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market

__all__ = ["Contingency", "ListStatus", "OrderList", "OrderListRequest", "OrderLists"]


class ListEngine(Protocol):
    """What order lists need of the engine."""

    @property
    def market(self) -> Market: ...

    @property
    def accounting(self) -> Accounting: ...

    @property
    def clock(self) -> Callable[[], int]: ...

    @property
    def emit(self) -> Callable[[Event], None]: ...

    def command(self) -> AbstractContextManager[object]: ...

    def last_price(self, symbol: str) -> Decimal | None: ...

    def enter_together(
        self,
        account: str,
        requests: Sequence[OrderRequest],
        working: int,
        list_id: int,
        admit: Callable[[Sequence[Order]], None],
    ) -> tuple[Order, ...]: ...

    def start(self, order: Order) -> None: ...

    def start_pending(self, orders: Sequence[Order], admit: Callable[[Sequence[Order]], None]) -> None: ...

    def expire(self, order: Order, reason: str = "NONE", status: OrderStatus = OrderStatus.EXPIRED) -> None: ...

    def cancel_order(self, order: Order, cancel_id: str) -> None: ...


class OrderLists:
    """All order lists of a market; of those that are over the last `keep` are remembered.

    Follows what becomes of their orders: as soon as one of two rivals fills, in part or whole, or is triggered, the
    other expires; where one is cancelled, all are. Two rivals reserve as one order does: whichever fills has what is
    reserved.
    """

    def __init__(self, engine: ListEngine, keep: int = 100_000) -> None:
        self._engine = engine
        self._open: dict[int, OrderList] = {}
        self._ended: deque[OrderList] = deque(maxlen=keep)
        self._count = 0
        # The client id of a cancellation that is under way.
        self._cancel_id = ""
        # Lists of which one order is the reason that others end, and not they for the list to end.
        self._deciding: set[int] = set()

    # Clients.

    def place(self, account: str, request: OrderListRequest) -> OrderList:
        """Take a list: all of its orders or none; raises Reject."""
        self._check(account, request)
        with self._engine.command():
            number = self._count + 1
            orders = self._engine.enter_together(account, request.requests, request.working, number, self._admit)
            self._count = number
            name = request.client_id or made_up_id(self._engine.market, "list", number)
            made = OrderList(number, name, account, request.symbol, request.contingency, orders, self._engine.clock())
            self._open[number] = made
            self._tell(made)
            for order in orders[: request.working]:
                if order.open:
                    self._engine.start(order)
        return made

    def cancel(
        self,
        account: str,
        symbol: str,
        *,
        list_id: int | None = None,
        client_id: str | None = None,
        cancel_id: str = "",
    ) -> OrderList:
        """Cancel all orders of a list; raises Reject."""
        for found in self._open.values():
            if found.account == account and found.symbol == symbol and _named(found, list_id, client_id):
                break
        else:
            raise Reject(-2011, "Unknown order list sent.")
        with self._engine.command():
            self._cancel_id = cancel_id
            self._engine.cancel_order(next(order for order in found.orders if order.open), cancel_id)
            self._cancel_id = ""
        return found

    def find(self, account: str, *, list_id: int | None = None, client_id: str | None = None) -> OrderList:
        """A list in any state; raises Reject."""
        for found in (*self._open.values(), *reversed(self._ended)):
            if found.account == account and _named(found, list_id, client_id):
                return found
        raise Reject(-2018, "Order list does not exist.")

    def of(self, account: str, *, open_only: bool = False) -> list[OrderList]:
        """An account's lists, oldest first."""
        known = self._open.values() if open_only else (*self._ended, *self._open.values())
        return sorted((found for found in known if found.account == account), key=lambda found: found.id)

    # What becomes of orders.

    def on_filling(self, order: Order) -> None:
        """An order is about to fill: it gets what its rival has reserved."""
        self._claim(order)

    def on_triggered(self, order: Order) -> None:
        """An order is about to work: its rival is done."""
        self._claim(order)
        self._end_rivals(order)

    def on_filled(self, order: Order) -> None:
        """An order has filled: its rival is done; those that waited for all of it start."""
        self._end_rivals(order)
        found = self._open.get(order.list_id)
        if found is None or order.status is not OrderStatus.FILLED:
            return
        waiting = [other for other in found.orders if other.status is OrderStatus.PENDING_NEW]
        if waiting:
            self._engine.start_pending(waiting, self._admit)
            if any(other.open for other in waiting):
                self._tell(found)

    def on_ended(self, order: Order) -> None:
        """An order is over: unless it filled or lost to its rival, so are the others; with the last one the list is."""
        found = self._open.get(order.list_id)
        if found is None:
            return
        if order.status is OrderStatus.CANCELED:
            for other in _others(found.orders, order):
                self._engine.cancel_order(other, self._cancel_id)
        elif order.status is not OrderStatus.FILLED and found.id not in self._deciding:
            for other in _others(found.orders, order):
                self._engine.expire(other)
        if found.open and not any(other.open for other in found.orders):
            found.status = ListStatus.ALL_DONE
            self._ended.append(self._open.pop(found.id))
            self._tell(found)

    def _end_rivals(self, order: Order) -> None:
        found = self._open.get(order.list_id)
        if found is None or not _among(found.rivals, order):
            return
        self._deciding.add(found.id)
        for other in _others(found.rivals, order):
            self._engine.expire(other)
        self._deciding.discard(found.id)

    def _claim(self, order: Order) -> None:
        found = self._open.get(order.list_id)
        if found is None or not _among(found.rivals, order):
            return
        for other in _others(found.rivals, order):
            if other.reserved:
                order.reserved_asset = other.reserved_asset
                order.reserved, other.reserved = other.reserved, ZERO

    def _admit(self, orders: Sequence[Order]) -> None:
        """Reserve for orders that start together: of two rivals, once, for the dearer."""
        first = next((order for order in orders if order.request.trigger is None), orders[0])
        last = self._engine.last_price(first.symbol) or ZERO
        prices = [order.request.limit_price or level_of(order.request) or last for order in orders]
        self._engine.accounting.admit(first, max(prices))

    def _check(self, account: str, request: OrderListRequest) -> None:
        names = [each.client_id for each in request.requests if each.client_id]
        known = {found.client_id for found in self._open.values() if found.account == account}
        if len(set(names)) < len(names) or request.client_id in known:
            raise Reject(-2010, "Duplicate order sent.")
        if request.contingency is Contingency.OCO:
            check_relation(request.requests, self._engine.last_price(request.symbol))
        elif len(request.requests) > 2:
            check_relation(request.requests[1:], None)

    def _tell(self, found: OrderList) -> None:
        found.updated = self._engine.clock()
        self._engine.emit(
            ListReport(
                found.updated,
                found.account,
                found.symbol,
                found.id,
                found.client_id,
                found.contingency.value,
                found.status.value,
                found.order_status,
                found.orders,
            )
        )


def _among(orders: Sequence[Order], order: Order) -> bool:
    return any(other is order for other in orders)


def _others(orders: Sequence[Order], order: Order) -> Iterator[Order]:
    """Open ones at the time they are reached: what is done to one may end the next."""
    return (other for other in orders if other is not order and other.open)


def _named(found: OrderList, list_id: int | None, name: str | None) -> bool:
    return found.id == list_id if list_id is not None else found.client_id == name
