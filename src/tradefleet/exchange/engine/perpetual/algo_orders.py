"""Conditional (algo) orders as records: their lifecycle, and where they are found."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from tradefleet.exchange.engine.orders import Order, OrderStatus


class AlgoStatus(StrEnum):
    """The states of a conditional order.

    TRIGGERING: its price has come and it is on its way to the book; TRIGGERED: an ordinary order of its own is there;
    FINISHED: that order has ended. REJECTED: the book did not take it. EXPIRED: its position is gone.
    """

    NEW = "NEW"
    TRIGGERING = "TRIGGERING"
    TRIGGERED = "TRIGGERED"
    FINISHED = "FINISHED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"


_S = AlgoStatus
# From each state, the states that may follow; a state without any is final.
ALGO_LIFECYCLE: dict[AlgoStatus, frozenset[AlgoStatus]] = {
    _S.NEW: frozenset({_S.TRIGGERING, _S.CANCELED, _S.EXPIRED}),
    _S.TRIGGERING: frozenset({_S.TRIGGERED, _S.REJECTED, _S.EXPIRED}),
    _S.TRIGGERED: frozenset({_S.FINISHED}),
    _S.FINISHED: frozenset(),
    _S.CANCELED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.REJECTED: frozenset(),
}
# What the order inside a conditional order is, once the conditional order has ended of itself.
_ENDS = {
    _S.CANCELED: OrderStatus.CANCELED,
    _S.EXPIRED: OrderStatus.EXPIRED,
    _S.REJECTED: OrderStatus.REJECTED,
}


@dataclass(slots=True)
class AlgoOrder:
    """A conditional order. `order` has its ids and what was asked for; `triggered` is the order it became."""

    order: Order
    status: AlgoStatus = AlgoStatus.NEW
    triggered: Order | None = None
    trigger_time: int = 0
    reason: str = ""

    @property
    def waiting(self) -> bool:
        """Whether it can still be triggered or cancelled."""
        return self.status is AlgoStatus.NEW

    def move_to(self, status: AlgoStatus, time: int) -> None:
        """Go to another state; raises ValueError for a step that the lifecycle does not have."""
        if status not in ALGO_LIFECYCLE[self.status]:
            raise ValueError(f"conditional order {self.order.id} cannot go from {self.status} to {status}")
        self.status = status
        self.order.updated = time
        if status is AlgoStatus.FINISHED and self.triggered is not None:
            self.order.move_to(self.triggered.status, time)
        elif status in _ENDS:
            self.order.move_to(_ENDS[status], time)


class AlgoBook:
    """All conditional orders: those that wait or are on their way, and the last `keep` that have ended."""

    def __init__(self, keep: int = 100_000) -> None:
        self._live: dict[int, AlgoOrder] = {}
        self._by_account: dict[str, dict[int, AlgoOrder]] = {}
        self._ended: deque[AlgoOrder] = deque(maxlen=keep)
        self._by_order: dict[int, AlgoOrder] = {}

    def add(self, algo: AlgoOrder) -> None:
        """Keep a new one."""
        self._live[algo.order.id] = algo
        self._by_account.setdefault(algo.order.account, {})[algo.order.id] = algo

    def triggered(self, algo: AlgoOrder, order: Order) -> None:
        """Note the order it became."""
        algo.triggered = order
        self._by_order[order.id] = algo

    def end(self, algo: AlgoOrder) -> None:
        """Move one that has ended to the history."""
        if self._live.pop(algo.order.id, None) is not None:
            del self._by_account[algo.order.account][algo.order.id]
            self._ended.append(algo)
        if algo.triggered is not None:
            self._by_order.pop(algo.triggered.id, None)

    def of_order(self, order_id: int) -> AlgoOrder | None:
        """The conditional order that an open order came from."""
        return self._by_order.get(order_id)

    def waiting(self, account: str, symbol: str | None = None) -> list[AlgoOrder]:
        """An account's that wait for their price, oldest first."""
        mine = self._by_account.get(account, {}).values()
        return [algo for algo in mine if algo.waiting and symbol in (None, algo.order.symbol)]

    def all(self, account: str, symbol: str | None = None) -> list[AlgoOrder]:
        """Everything of an account that is kept, oldest first."""
        kept = (*self._ended, *self._live.values())
        found = [algo for algo in kept if algo.order.account == account and symbol in (None, algo.order.symbol)]
        return sorted(found, key=lambda algo: algo.order.id)

    def find(self, account: str, algo_id: int | None, client_id: str | None) -> AlgoOrder | None:
        """By id, else by client id: the one that lives, else the latest."""
        if algo_id is not None and algo_id in self._live:
            algo = self._live[algo_id]
            return algo if algo.order.account == account else None
        for algo in (*reversed(self._live.values()), *reversed(self._ended)):
            if algo.order.account == account and _named(algo, algo_id, client_id):
                return algo
        return None


def _named(algo: AlgoOrder, algo_id: int | None, client_id: str | None) -> bool:
    return algo.order.id == algo_id if algo_id is not None else algo.order.client_id == client_id
