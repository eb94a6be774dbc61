"""What every command is made of: taking, starting, waking, filling and ending orders of one market."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from tradefleet.exchange.engine.accounting import Accounting
from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.book import Book
from tradefleet.exchange.engine.events import Event, ExecutionType
from tradefleet.exchange.engine.history import History
from tradefleet.exchange.engine.intake import Intake
from tradefleet.exchange.engine.lifecycle import Lifecycle
from tradefleet.exchange.engine.listing import Listing
from tradefleet.exchange.engine.matching import Matching
from tradefleet.exchange.engine.orders import Fill, Order, OrderRequest, OrderStatus
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.reports import Reports
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.engine.triggers import Triggers


class Floor:
    """One market's books, orders and money, for those who act on them: clients, order lists, liquidation, played bars.

    Commands nest: balances and books are told when the outermost ends.
    """

    def __init__(
        self,
        market: Market,
        symbols: Mapping[str, Symbol],
        accounting: Accounting,
        *,
        clock: Callable[[], int],
        emit: Callable[[Event], None],
        keep: int = 100_000,
        by_bars: bool = False,
    ) -> None:
        self.market = market
        self.symbols: dict[str, Symbol] = dict(symbols)
        self.accounting = accounting
        self.clock = clock
        self.emit = emit
        self.by_bars = by_bars
        # Set where conditional orders become others when they are triggered.
        self.trigger: Callable[[Order], Order | None] | None = None
        self._listings = {name: Listing(symbol, Book(symbol), Triggers()) for name, symbol in symbols.items()}
        self._history = History(keep)
        self._reports = Reports(market, accounting, clock, emit)
        self._lifecycle = Lifecycle(self._listings, accounting, self._history, self._reports)
        self._matching = Matching(accounting, self._lifecycle, by_bars)
        self._intake = Intake(market, accounting, self._history, self._matching, clock)
        self._deadlines: list[tuple[int, int, Order]] = []

    def listing(self, symbol: str) -> Listing:
        """A symbol's book, triggers and prices; raises Reject for a symbol that is not traded here."""
        found = self._listings.get(symbol)
        if found is None:
            raise Reject(-1121, "Invalid symbol.")
        return found

    def book(self, symbol: str) -> Book:
        """The book of a symbol."""
        return self.listing(symbol).book

    def last_price(self, symbol: str) -> Decimal | None:
        """The price of the last trade of the outside market, None before the first."""
        return self.listing(symbol).last_price

    def command(self, reason: str = "ORDER") -> Reports:
        """One command as a context: the balances of all that is done within are reported once, for this reason."""
        return self._reports.because(reason)

    def on_ended(self, listener: Callable[[Order], None]) -> None:
        """Tell a listener of every order that reaches a final state."""
        self._lifecycle.ended.append(listener)

    def enter(self, account: str, request: OrderRequest) -> Order:
        """Take an order without starting it; raises Reject."""
        with self._reports:
            order = self._intake.take(account, request, self.listing(request.symbol))
            self._lifecycle.take(order)
            if request.good_till:
                heapq.heappush(self._deadlines, (request.good_till, order.id, order))
        return order

    def enter_together(
        self,
        account: str,
        requests: Sequence[OrderRequest],
        working: int,
        list_id: int,
        admit: Callable[[Sequence[Order]], None],
    ) -> tuple[Order, ...]:
        """Take the orders of a list without starting them, all or none; all but the first `working` wait.

        `admit` reserves for those that work; raises Reject, as this does.
        """
        with self._reports:
            self._expire_due()
            orders = self._intake.take_together(account, requests, working, self.listing(requests[0].symbol), list_id)
            try:
                admit(orders[:working])
            except Reject:
                self._intake.forget(orders)
                raise
            for order in orders:
                self._lifecycle.take(order)
        return tuple(orders)

    def start_pending(self, orders: Sequence[Order], admit: Callable[[Sequence[Order]], None]) -> None:
        """Let orders that waited start; where one may not, or `admit` raises Reject, all expire."""
        with self._reports:
            try:
                for order in orders:
                    self._intake.check_start(order, self.listing(order.symbol))
                admit(orders)
            except Reject:
                for order in orders:
                    if order.open:
                        self._lifecycle.end(order, OrderStatus.EXPIRED)
                return
            for order in orders:
                self._lifecycle.begin(order)
            for order in orders:
                if order.open:
                    self.start(order)

    def cancel_order(self, order: Order, cancel_id: str) -> None:
        """Cancel an order at hand."""
        with self._reports:
            self._lifecycle.end(order, OrderStatus.CANCELED, cancel_id=cancel_id)

    def force(self, account: str, request: OrderRequest, price: Decimal) -> Order:
        """Fill an order of the exchange's own, whole and at once: no filter, no reservation, matched with nobody."""
        listing = self.listing(request.symbol)
        with self._reports:
            order = self._intake.force(account, request, listing)
            self._lifecycle.take(order, ExecutionType.CALCULATED)
            self._lifecycle.fill(order, price, order.quantity, False, listing.next_trade_id())
        return order

    def start(self, order: Order) -> None:
        """Let an entered order match, or sleep until it is triggered."""
        listing = self.listing(order.symbol)
        with self._reports:
            if order.working:
                self._matching.match(order, listing)
            else:
                self._lifecycle.sleep(order, self._intake.watched(order.request, listing))

    def activate(self, order: Order) -> None:
        """A conditional order is triggered: it works from now on, and matches."""
        with self._reports:
            self._lifecycle.wake(order)
            if order.open:
                self._matching.match(order, self.listing(order.symbol))

    def wake(self, order: Order) -> Order | None:
        """Trigger a sleeping order; gives the order that works now, itself or what it became, None where none does."""
        with self._reports:
            if self.trigger is not None:
                return self.trigger(order)
            self.activate(order)
        return order

    def reduces(self, order: Order) -> bool:
        """Whether an order only takes from what its account holds."""
        return self.accounting.reduces(order)

    def fill_at(self, order: Order, price: Decimal, quantity: Decimal, maker: bool) -> Fill | None:
        """Fill an order against the house at a given price; a sleeping one is triggered by it.

        Less than `quantity` fills where the account has not more to pay or to reduce; where that is nothing, the order
        expires and there is no fill.
        """
        with self._reports:
            if not order.working:
                self._lifecycle.wake(order)
            self._lifecycle.about_to_fill(order)
            quantity = self.accounting.fillable(order, price, min(quantity, order.left))
            if quantity <= ZERO:
                self._lifecycle.end(order, OrderStatus.EXPIRED)
                return None
            trade_id = self.listing(order.symbol).next_trade_id()
            return self._lifecycle.fill(order, price, quantity, maker, trade_id)

    def expire(self, order: Order, reason: str = "NONE", status: OrderStatus = OrderStatus.EXPIRED) -> None:
        """End an open order that nobody cancelled."""
        with self._reports:
            self._lifecycle.end(order, status, reason=reason)

    def resting(self, symbol: str) -> list[Order]:
        """Clients' orders in the book: bids, then asks, each in price-time priority."""
        return [resting.order for resting in self.book(symbol).resting()]

    def sleeping(self, symbol: str) -> list[Order]:
        """Conditional orders that wait for their trigger, oldest first."""
        return self.listing(symbol).triggers.orders()

    def _expire_due(self) -> None:
        if not self._deadlines:
            return
        now = self.clock()
        while self._deadlines and self._deadlines[0][0] <= now:
            order = heapq.heappop(self._deadlines)[2]
            if order.open:
                self._lifecycle.end(order, OrderStatus.EXPIRED)
