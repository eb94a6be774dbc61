"""From a request to an order: what is checked before the exchange takes it, and what it is taken as."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from tradefleet.exchange.engine.accounting import Accounting
from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.client_ids import client_id
from tradefleet.exchange.engine.filters import check, check_count
from tradefleet.exchange.engine.history import History
from tradefleet.exchange.engine.listing import Listing
from tradefleet.exchange.engine.matching import Matching
from tradefleet.exchange.engine.orders import Order, OrderRequest, OrderStatus, PriceSource
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.engine.triggers import check as check_trigger

_DUPLICATE = {
    Market.SPOT: (-2010, "Duplicate order sent."),
    Market.PERPETUAL: (-4116, "ClientOrderId is duplicated."),
}
_TAKES = {
    Market.SPOT: (-2010, "Order would immediately match and take."),
    Market.PERPETUAL: (
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected. "
        "The order will not be recorded in the order history.",
    ),
}


class Intake:
    """Checks requests and makes orders of them; ids count up from 1 and only orders that are taken use one."""

    def __init__(
        self,
        market: Market,
        accounting: Accounting,
        history: History,
        matching: Matching,
        clock: Callable[[], int],
    ) -> None:
        self._market = market
        self._accounting = accounting
        self._history = history
        self._matching = matching
        self._clock = clock
        self._last_id = 0

    def check(self, request: OrderRequest, listing: Listing) -> None:
        """What can be said without the account: filters and the symbol's status."""
        check(request, listing.symbol, listing.last_price, self._best(request, listing))

    def take(
        self, account: str, request: OrderRequest, listing: Listing, *, list_id: int = -1, reserve: bool = True
    ) -> Order:
        """Check everything, reserve, and make the order; raises Reject and changes nothing."""
        self.check(request, listing)
        opened = self._history.open(account, request.symbol)
        check_count(request, listing.symbol, opened.values(), len(opened))
        self._check_client_id(account, request)
        watched = self.watched(request, listing)
        check_trigger(request, watched, self._market)
        if request.post_only and request.trigger is None and self._matching.crosses(request, listing):
            raise Reject(*_TAKES[self._market])
        order = self.make(account, request, listing, list_id=list_id)
        if reserve and order.quantity:
            self._accounting.admit(order, self.price(order, listing))
        self._last_id = order.id
        return order

    def take_together(
        self, account: str, requests: Sequence[OrderRequest], working: int, listing: Listing, list_id: int
    ) -> list[Order]:
        """Orders of a list, not reserved for: the first `working` as `take` does, the others wait for them."""
        before = self._last_id
        try:
            return [
                self.take(account, request, listing, list_id=list_id, reserve=False)
                if number < working
                else self._pend(account, request, listing, list_id)
                for number, request in enumerate(requests)
            ]
        except Reject:
            self._last_id = before
            raise

    def check_start(self, order: Order, listing: Listing) -> None:
        """Raise Reject where an order that has waited may not start now."""
        check_trigger(order.request, self.watched(order.request, listing), self._market)
        if order.request.post_only and order.request.trigger is None and self._matching.crosses(order.request, listing):
            raise Reject(*_TAKES[self._market])

    def forget(self, orders: Sequence[Order]) -> None:
        """Give back the ids of the orders taken last."""
        self._last_id -= len(orders)

    def _pend(self, account: str, request: OrderRequest, listing: Listing, list_id: int) -> Order:
        self.check(request, listing)
        self._check_client_id(account, request)
        order = self.make(account, request, listing, list_id=list_id)
        order.status, order.working, order.working_since = OrderStatus.PENDING_NEW, False, 0
        self._last_id = order.id
        return order

    def make(self, account: str, request: OrderRequest, listing: Listing, *, list_id: int = -1) -> Order:
        """An order of a request, nothing checked or reserved; it has the next id, which is not used up by it."""
        now, order_id = self._clock(), self._last_id + 1
        return Order(
            order_id,
            request.client_id or client_id(self._market, order_id),
            account,
            request,
            self._quantity(request, listing),
            now,
            now,
            working=request.trigger is None,
            working_since=now if request.trigger is None else 0,
            list_id=list_id,
        )

    def force(self, account: str, request: OrderRequest, listing: Listing) -> Order:
        """An order of the exchange's own making: no filter, no reservation."""
        order = self.make(account, request, listing)
        self._last_id = order.id
        return order

    def watched(self, request: OrderRequest, listing: Listing) -> Decimal | None:
        """The price that a request's trigger watches, as it is now."""
        if request.trigger is None:
            return None
        return listing.mark_price if request.trigger.source is PriceSource.MARK else listing.last_price

    def price(self, order: Order, listing: Listing) -> Decimal:
        """What an order is reserved for: its limit, its trigger, or what the book would give now."""
        request = order.request
        if request.limit_price is not None:
            return request.limit_price
        if request.trigger is None:
            return self._matching.average(order.side, order.left, listing)
        return request.trigger.price or self.watched(request, listing) or ZERO

    def _quantity(self, request: OrderRequest, listing: Listing) -> Decimal:
        if request.quantity is not None:
            return request.quantity
        if request.quote_quantity is not None:
            return self._matching.bought_for(request.side, request.quote_quantity, listing)
        raise Reject(-1102, "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed.")

    def _best(self, request: OrderRequest, listing: Listing) -> Decimal:
        return listing.book.opposite(request.side).best() or ZERO

    def _check_client_id(self, account: str, request: OrderRequest) -> None:
        if not request.client_id:
            return
        known = self._history.find(account, request.symbol, None, request.client_id)
        if known is not None and known.open:
            raise Reject(*_DUPLICATE[self._market])
