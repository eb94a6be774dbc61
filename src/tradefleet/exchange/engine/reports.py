"""Turns what happens to orders and balances into events; a command's balances come last, once per account."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from tradefleet.exchange.engine.accounting import Accounting
from tradefleet.exchange.engine.events import BalancesChanged, BookChanged, Event, ExecutionType, OrderReport, Printed
from tradefleet.exchange.engine.listing import Listing
from tradefleet.exchange.engine.orders import Fill, Order
from tradefleet.exchange.engine.symbols import Market


class Reports:
    """Events of one market. As a context it is one command: at its end balances and books are reported.

    Commands nest; only the outermost ends anything.
    """

    def __init__(
        self, market: Market, accounting: Accounting, clock: Callable[[], int], emit: Callable[[Event], None]
    ) -> None:
        self.market = market
        self.clock = clock
        self.emit = emit
        self._accounting = accounting
        self._depth = 0
        self._reason = "ORDER"
        self._books: dict[str, Listing] = {}

    def because(self, reason: str) -> Reports:
        """The next command's balances change for this reason; within another, that one's reason stays."""
        if not self._depth:
            self._reason = reason
        return self

    def touch(self, listing: Listing) -> None:
        """The book of a symbol has changed in this command."""
        self._books[listing.symbol.name] = listing

    def order(
        self,
        order: Order,
        execution: ExecutionType,
        *,
        fill: Fill | None = None,
        cancel_id: str = "",
        reason: str = "NONE",
    ) -> None:
        """Report an order as it stands."""
        self.emit(
            OrderReport(
                self.market,
                order.updated,
                order,
                execution,
                order.status,
                order.filled,
                order.filled_quote,
                fill,
                cancel_id,
                reason,
            )
        )

    def printed(self, listing: Listing, trade: Printed) -> None:
        """Report a trade of the public tape."""
        listing.trade_id = max(listing.trade_id, trade.trade_id)
        self.emit(trade)

    def __enter__(self) -> Reports:
        self._depth += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if not self._depth:
            self._finish()

    def _finish(self) -> None:
        reason, self._reason = self._reason, "ORDER"
        changes = self._accounting.take_changes()
        for change in changes:
            self.emit(
                BalancesChanged(
                    self.market,
                    self.clock(),
                    change.account,
                    change.balances,
                    change.changes,
                    reason,
                    change.positions,
                )
            )
        if self._books:
            books, self._books = self._books, {}
            for name, listing in books.items():
                self._book(name, listing)

    def _book(self, name: str, listing: Listing) -> None:
        change = listing.book.take_changes()
        if change is not None:
            self.emit(
                BookChanged(self.market, self.clock(), name, change.first_id, change.last_id, change.bids, change.asks)
            )
