"""Amending a resting limit order: another quantity and price under the same id."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tradefleet.exchange.engine.events import ExecutionType
from tradefleet.exchange.engine.intake import Intake
from tradefleet.exchange.engine.lifecycle import Lifecycle
from tradefleet.exchange.engine.listing import Listing
from tradefleet.exchange.engine.matching import Matching
from tradefleet.exchange.engine.orders import Execution, Order, OrderRequest, OrderStatus, Side
from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.reports import Reports


class Amendments:
    """Changes orders where they stand; one that is amended goes to the end of its price's queue."""

    def __init__(
        self,
        accounting: PerpetualAccounting,
        intake: Intake,
        lifecycle: Lifecycle,
        matching: Matching,
        reports: Reports,
    ) -> None:
        self._accounting = accounting
        self._intake = intake
        self._lifecycle = lifecycle
        self._matching = matching
        self._reports = reports

    def amend(self, order: Order, listing: Listing, side: Side, quantity: Decimal, price: Decimal) -> None:
        """Give an open order another quantity and price; raises Reject and leaves it as it is.

        One that has filled that much already, or that must not take but now would, is cancelled.
        """
        request = order.request
        if request.execution is not Execution.LIMIT:
            raise Reject(-5025, "Only limit order is supported.")
        if side is not order.side:
            raise Reject(-1130, "Data sent for parameter 'side' is not valid.")
        if (quantity, price) == (order.quantity, request.limit_price):
            raise Reject(-5027, "No need to modify the order.")
        changed = msgspec.structs.replace(request, quantity=quantity, limit_price=price)
        self._intake.check(changed, listing)
        takes = request.post_only and self._matching.crosses(changed, listing)
        if takes or quantity <= order.filled:
            self._lifecycle.end(order, OrderStatus.CANCELED)
            return
        admitted = self._admit(order, changed, quantity)
        self._lifecycle.pull(order)
        order.request, order.quantity = changed, admitted
        order.updated = self._reports.clock()
        self._reports.order(order, ExecutionType.AMENDMENT)
        self._matching.match(order, listing)

    def _admit(self, order: Order, changed: OrderRequest, quantity: Decimal) -> Decimal:
        """Count the order by its new terms, or as before where they are refused; gives the quantity that is let in.

        The order itself stays as it was: the book finds it by its old price and quantity until it is pulled.
        """
        exposure, before = self._accounting.exposure, (order.request, order.quantity)
        counted = exposure.counted_at(order)
        exposure.drop(order)
        order.request, order.quantity = changed, quantity
        try:
            self._accounting.admit(order, changed.limit_price or Decimal(0))
            return order.quantity
        except Reject:
            # Nothing is counted of an order that can only reduce.
            if counted[0]:
                exposure.count(order, *counted)
            else:
                exposure.watch(order)
            raise
        finally:
            order.request, order.quantity = before
