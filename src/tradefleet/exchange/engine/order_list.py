"""What an order list is: its request, its state, and how the prices of its orders must stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tradefleet.exchange.engine.orders import Order, OrderRequest, Side, TriggerKind
from tradefleet.exchange.engine.rejects import Reject


class Contingency(StrEnum):
    """What holds a list together: one cancels the other, or one triggers the others."""

    OCO = "OCO"
    OTO = "OTO"


class ListStatus(StrEnum):
    """What a report of a list tells: it has begun or changed, or it is over."""

    EXEC_STARTED = "EXEC_STARTED"
    ALL_DONE = "ALL_DONE"


# The state of a list by what its last report told.
_ORDER_STATUS = {ListStatus.EXEC_STARTED: "EXECUTING", ListStatus.ALL_DONE: "ALL_DONE"}
_RELATION = (-2010, "The relationship of the prices for the orders is not correct.")


@dataclass(frozen=True, slots=True)
class OrderListRequest:
    """What a client asks for.

    OCO: two requests of one side, the one above the price first. OTO: the working one, then one that waits for it to
    fill; with two that wait (OTOCO) those are an OCO.
    """

    symbol: str
    contingency: Contingency
    requests: tuple[OrderRequest, ...]
    client_id: str = ""

    @property
    def working(self) -> int:
        """How many of the requests work from the start."""
        return len(self.requests) if self.contingency is Contingency.OCO else 1


@dataclass(slots=True)
class OrderList:
    """A list the exchange has taken; `orders` are in the order of the request, `updated` is when it last changed."""

    id: int
    client_id: str
    account: str
    symbol: str
    contingency: Contingency
    orders: tuple[Order, ...]
    updated: int
    status: ListStatus = ListStatus.EXEC_STARTED

    @property
    def order_status(self) -> str:
        """The state of its orders together: EXECUTING or ALL_DONE."""
        return _ORDER_STATUS[self.status]

    @property
    def open(self) -> bool:
        """Whether any of its orders is."""
        return self.status is ListStatus.EXEC_STARTED

    @property
    def rivals(self) -> tuple[Order, ...]:
        """The orders of which one cancels the other; none where there are not two of them."""
        rivals = self.orders if self.contingency is Contingency.OCO else self.orders[1:]
        return rivals if len(rivals) > 1 else ()


def check_relation(requests: Sequence[OrderRequest], last: Decimal | None) -> None:
    """Refuse two rivals that do not stand on both sides of the last price, the first above; raises Reject.

    One is a stop, the other a limit or a take-profit order. A trailing order without a price stands anywhere.
    """
    above, below = requests
    stop_above = above.side is Side.BUY
    if _is_stop(above) is not stop_above or _is_stop(below) is stop_above or above.side is not below.side:
        raise Reject(*_RELATION)
    high, low = level_of(above), level_of(below)
    if high is not None and low is not None and high <= low:
        raise Reject(*_RELATION)
    if last is not None and ((high is not None and high <= last) or (low is not None and low >= last)):
        raise Reject(*_RELATION)


def _is_stop(request: OrderRequest) -> bool:
    trigger = request.trigger
    if trigger is None:
        return False
    return trigger.kind is TriggerKind.STOP or request.type.startswith("STOP_LOSS")


def level_of(request: OrderRequest) -> Decimal | None:
    return request.limit_price if request.trigger is None else request.trigger.price
