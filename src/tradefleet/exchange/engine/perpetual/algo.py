"""Conditional (algo) orders: they wait beside the book, and become ordinary orders when their price comes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.client_ids import made_up_id
from tradefleet.exchange.engine.events import ConditionalReport, Event
from tradefleet.exchange.engine.orders import Execution, Order, OrderRequest, PriceSource
from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.perpetual.admission import check_position_side
from tradefleet.exchange.engine.perpetual.algo_orders import AlgoBook, AlgoOrder, AlgoStatus
from tradefleet.exchange.engine.perpetual.matching import Matching
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.engine.triggers import check

# How many may wait, over all symbols.
MOST_WAITING = 200
_REASONS = {-2022: "Reduce Only reject"}


class AlgoOrders:
    """The conditional orders of all accounts, with ids of their own from 1.

    They reserve nothing and are asked for margin only when they are triggered; where the market does not take them
    then, they are rejected.
    """

    def __init__(
        self,
        accounting: PerpetualAccounting,
        engine: Matching,
        clock: Callable[[], int],
        emit: Callable[[Event], None],
        keep: int = 100_000,
    ) -> None:
        self._accounting = accounting
        self._engine = engine
        self._clock = clock
        self._emit = emit
        self._book = AlgoBook(keep)
        self._count = 0

    def place(self, account: str, request: OrderRequest) -> AlgoOrder:
        """Take a conditional order; raises Reject."""
        self._check(account, request)
        self._count += 1
        now = self._clock()
        client_id = request.client_id or made_up_id("algo", self._count)
        order = Order(self._count, client_id, account, request, request.quantity or ZERO, now, now, working=False)
        algo = AlgoOrder(order)
        self._book.add(algo)
        self._engine.listing(request.symbol).triggers.add(order, self._watched(request))
        self._tell(algo)
        return algo

    def cancel(self, account: str, algo_id: int | None = None, client_id: str | None = None) -> AlgoOrder:
        """Cancel one that waits; raises Reject for any other."""
        algo = self._book.find(account, algo_id, client_id)
        if algo is None or not algo.waiting:
            raise Reject(-2011, "Unknown order sent.")
        self._end(algo, AlgoStatus.CANCELED)
        return algo

    def cancel_all(self, account: str, symbol: str) -> list[AlgoOrder]:
        """Cancel all that wait on a symbol."""
        found = self._book.waiting(account, symbol)
        for algo in found:
            self._end(algo, AlgoStatus.CANCELED)
        return found

    def abandon(self, account: str, symbol: str) -> None:
        """Cancel what a liquidation leaves behind and could open a position; what closes one expires with it."""
        for algo in self._book.waiting(account, symbol):
            if not algo.order.request.close_position:
                self._end(algo, AlgoStatus.CANCELED)

    def order(self, account: str, algo_id: int | None = None, client_id: str | None = None) -> AlgoOrder:
        """One of any state; raises Reject if there is none."""
        algo = self._book.find(account, algo_id, client_id)
        if algo is None:
            raise Reject(-2013, "Order does not exist.")
        return algo

    def open_orders(self, account: str, symbol: str | None = None) -> list[AlgoOrder]:
        """Those that wait for their price, oldest first."""
        return self._book.waiting(account, symbol)

    def orders(self, account: str, symbol: str | None = None) -> list[AlgoOrder]:
        """Those of every state that are kept, oldest first."""
        return self._book.all(account, symbol)

    def trigger(self, order: Order) -> Order | None:
        """Make a sleeping order an ordinary one; None where the market does not take it (its report says why)."""
        algo = self._book.find(order.account, order.id, None)
        if algo is None or not algo.waiting:
            return None
        self._engine.listing(order.symbol).triggers.discard(order)
        algo.trigger_time = order.working_since = self._clock()
        algo.move_to(AlgoStatus.TRIGGERING, algo.trigger_time)
        self._tell(algo)
        try:
            placed = self._engine.place(order.account, self._ordinary(algo))
        except Reject as reject:
            self._end(algo, AlgoStatus.REJECTED, _REASONS.get(reject.code, reject.message))
            return None
        order.working = True
        algo.move_to(AlgoStatus.TRIGGERED, self._clock())
        self._book.triggered(algo, placed)
        self._tell(algo)
        self.ended(placed)
        return placed

    def ended(self, order: Order) -> None:
        """An ordinary order may have ended: the conditional one that it came from is finished with it."""
        algo = self._book.of_order(order.id)
        if algo is not None and algo.status is AlgoStatus.TRIGGERED and not order.open:
            self._end(algo, AlgoStatus.FINISHED)

    def expire_closing(self, account: str, symbol: str) -> None:
        """A position has changed: orders to close it that have nothing to close any more expire."""
        for algo in self._book.waiting(account, symbol):
            request = algo.order.request
            if request.close_position and not self._closable(account, request):
                self._end(algo, AlgoStatus.EXPIRED)

    def _ordinary(self, algo: AlgoOrder) -> OrderRequest:
        request = algo.order.request
        quantity = request.quantity
        if request.close_position:
            quantity = self._closable(algo.order.account, request)
        market = request.execution is Execution.MARKET
        return msgspec.structs.replace(
            request,
            type="MARKET" if market else "LIMIT",
            trigger=None,
            quantity=quantity,
            client_id=algo.order.client_id,
            reduce_only=request.reduce_only or request.close_position,
            close_position=False,
        )

    def _check(self, account: str, request: OrderRequest) -> None:
        self._engine.listing(request.symbol)
        check_position_side(self._accounting.settings.hedge(account), request.position_side)
        waiting = self._book.waiting(account)
        if request.client_id and any(algo.order.client_id == request.client_id for algo in waiting):
            raise Reject(-4116, "ClientOrderId is duplicated.")
        if len(waiting) >= MOST_WAITING:
            raise Reject(-4045, "Reach max stop order limit.")
        self._engine.check(account, request)
        if request.close_position:
            self._check_closing(account, request, waiting)
        check(request, self._watched(request), Market.PERPETUAL)

    def _check_closing(self, account: str, request: OrderRequest, waiting: list[AlgoOrder]) -> None:
        if not self._closable(account, request):
            raise Reject(
                -4509,
                "Time in Force (TIF) GTE can only be used with open positions."
                " Please ensure that positions are available.",
            )
        if any(algo.order.request.close_position and _alike(algo.order.request, request) for algo in waiting):
            raise Reject(
                -4130, "An open stop or take profit order with GTE and closePosition in the direction is existing."
            )

    def _closable(self, account: str, request: OrderRequest) -> Decimal:
        held = self._accounting.positions.amount(account, request.symbol, request.position_side)
        return max(-held * request.side.sign, ZERO)

    def _watched(self, request: OrderRequest) -> Decimal | None:
        listing, trigger = self._engine.listing(request.symbol), request.trigger
        if trigger is None:
            raise Reject(-1102, "Mandatory parameter 'triggerprice' was not sent, was empty/null, or malformed.")
        return listing.mark_price if trigger.source is PriceSource.MARK else listing.last_price

    def _end(self, algo: AlgoOrder, status: AlgoStatus, reason: str = "") -> None:
        self._engine.listing(algo.order.symbol).triggers.discard(algo.order)
        algo.reason = reason
        algo.move_to(status, self._clock())
        self._book.end(algo)
        self._tell(algo)

    def _tell(self, algo: AlgoOrder) -> None:
        self._emit(
            ConditionalReport(
                algo.order.updated, algo.order.account, algo.order, algo.status.value, algo.triggered, algo.reason
            )
        )


def _alike(one: OrderRequest, other: OrderRequest) -> bool:
    """Whether both close the same position in the same way: a stop and a take-profit do not."""
    kinds = [request.trigger.kind if request.trigger else None for request in (one, other)]
    return (one.symbol, one.side, one.position_side) == (other.symbol, other.side, other.position_side) and (
        kinds[0] is kinds[1]
    )
