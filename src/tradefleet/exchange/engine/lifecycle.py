"""What happens to one order from the moment it is taken: it rests, fills, ends; all of it booked and reported."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

from tradefleet.exchange.engine.accounting import Accounting
from tradefleet.exchange.engine.events import ExecutionType
from tradefleet.exchange.engine.history import History
from tradefleet.exchange.engine.listing import Listing
from tradefleet.exchange.engine.orders import Execution, Fill, Order, OrderStatus
from tradefleet.exchange.engine.reports import Reports

# How many of the fills it met on its arrival an order carries with it, for the answer; the history has them all.
_FILLS_CARRIED = 1000

_ENDINGS = {
    OrderStatus.CANCELED: ExecutionType.CANCELED,
    OrderStatus.EXPIRED: ExecutionType.EXPIRED,
    OrderStatus.EXPIRED_IN_MATCH: ExecutionType.TRADE_PREVENTION,
    OrderStatus.REJECTED: ExecutionType.REJECTED,
}


class Followers(Protocol):
    """Who acts on what happens to orders that belong together."""

    def on_filling(self, order: Order) -> None:
        """It is about to fill."""

    def on_filled(self, order: Order) -> None:
        """It has filled, in part or whole."""

    def on_ended(self, order: Order) -> None:
        """It has reached a final state."""

    def on_triggered(self, order: Order) -> None:
        """Its condition is met, and it is about to work."""


class Lifecycle:
    """Moves orders through their states; takes care of books, triggers, reservations, history and reports."""

    def __init__(
        self, listings: dict[str, Listing], accounting: Accounting, history: History, reports: Reports
    ) -> None:
        self._listings = listings
        self._accounting = accounting
        self._history = history
        self._reports = reports
        # Orders in a book; every other open order sleeps, or is being matched.
        self._resting: set[int] = set()
        self.followers: Followers | None = None
        # Called with every order that has reached a final state.
        self.ended: list[Callable[[Order], None]] = []

    def take(self, order: Order, execution: ExecutionType = ExecutionType.NEW) -> None:
        """A new order is known from here on."""
        self._history.add(order)
        self._reports.order(order, execution)

    def begin(self, order: Order) -> None:
        """An order that waited for another one of its list may start."""
        order.move_to(OrderStatus.NEW, self._reports.clock())
        order.working = order.request.trigger is None
        order.working_since = order.updated if order.working else 0
        self._reports.order(order, ExecutionType.NEW)

    def rest(self, order: Order) -> None:
        """Put what is left of a limit order into the book."""
        listing = self._listings[order.request.symbol]
        listing.book.add(order)
        self._resting.add(order.id)
        self._reports.touch(listing)

    def pull(self, order: Order) -> None:
        """Take an order out of the book without ending it."""
        if order.id in self._resting:
            listing = self._listings[order.request.symbol]
            listing.book.remove(order)
            self._resting.discard(order.id)
            self._reports.touch(listing)

    def touch(self, listing: Listing) -> None:
        """The house's levels have changed."""
        self._reports.touch(listing)

    def sleep(self, order: Order, price: Decimal | None) -> None:
        """Let a conditional order wait for its trigger; `price` is what it watches now."""
        self._listings[order.request.symbol].triggers.add(order, price)

    def about_to_fill(self, order: Order) -> None:
        """Tell those who follow the order before its money is looked at."""
        if order.list_id >= 0 and self.followers is not None:
            self.followers.on_filling(order)

    def fill(self, order: Order, price: Decimal, quantity: Decimal, maker: bool, trade_id: int) -> Fill:
        """Book and report a fill."""
        time = self._reports.clock()
        fill = self._accounting.settle(order, price, quantity, maker, trade_id, time)
        order.filled += quantity
        order.filled_quote += fill.quote
        order.last_trade_id = trade_id
        if order.id not in self._resting and len(order.fills) < _FILLS_CARRIED:
            order.fills.append(fill)
        self._history.filled(fill)
        whole = order.filled >= order.quantity
        if order.id in self._resting:
            self._taken_from_book(order, quantity, whole)
        order.move_to(OrderStatus.FILLED if whole else OrderStatus.PARTIALLY_FILLED, time)
        if whole:
            self._accounting.release(order)
            self._history.ended(order)
        self._reports.order(order, ExecutionType.TRADE, fill=fill)
        if order.list_id >= 0 and self.followers is not None:
            self.followers.on_filled(order)
        if whole:
            self._tell_ended(order)
        return fill

    def end(self, order: Order, status: OrderStatus, *, cancel_id: str = "", reason: str = "NONE") -> None:
        """End an order that is not filled: cancelled, expired or prevented."""
        listing = self._listings[order.request.symbol]
        if order.id in self._resting:
            listing.book.remove(order)
            self._resting.discard(order.id)
            self._reports.touch(listing)
        elif not order.working:
            listing.triggers.discard(order)
        self._accounting.release(order)
        order.move_to(status, self._reports.clock())
        self._history.ended(order)
        self._reports.order(order, _ENDINGS[status], cancel_id=cancel_id, reason=reason)
        self._tell_ended(order)

    def wake(self, order: Order) -> None:
        """A conditional order's condition is met: it works from now on, under its own id."""
        self._listings[order.request.symbol].triggers.discard(order)
        if order.list_id >= 0 and self.followers is not None:
            self.followers.on_triggered(order)
        order.working = True
        order.working_since = order.updated = self._reports.clock()
        # A market order is gone before anybody could see it; a limit order is seen to have entered the book.
        if order.request.execution is Execution.LIMIT:
            self._reports.order(order, ExecutionType.NEW)

    def is_resting(self, order: Order) -> bool:
        """Whether the order is in the book."""
        return order.id in self._resting

    def _tell_ended(self, order: Order) -> None:
        if order.list_id >= 0 and self.followers is not None:
            self.followers.on_ended(order)
        for listener in self.ended:
            listener(order)

    def _taken_from_book(self, order: Order, quantity: Decimal, whole: bool) -> None:
        listing = self._listings[order.request.symbol]
        listing.book.filled(order, quantity)
        self._reports.touch(listing)
        if whole:
            self._resting.discard(order.id)
