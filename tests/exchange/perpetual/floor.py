"""A perpetual market with a book, in the hands of a test."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from tests.exchange.perpetual.desk import BTC, ETH, D

from tradefleet.exchange.engine.book import UNLIMITED
from tradefleet.exchange.engine.events import (
    BalancesChanged,
    ConditionalReport,
    Event,
    ExecutionType,
    OrderReport,
)
from tradefleet.exchange.engine.orders import (
    Execution,
    Order,
    OrderRequest,
    OrderStatus,
    PriceSource,
    Side,
    Trigger,
    TriggerKind,
)
from tradefleet.exchange.engine.perpetual.algo_orders import AlgoOrder
from tradefleet.exchange.engine.perpetual.engine import PerpetualEngine

T = TypeVar("T")


@dataclass(frozen=True)
class Told:
    """An order report as it was when it was told."""

    client_id: str
    execution: ExecutionType
    status: OrderStatus
    reason: str


class Floor:
    """An engine, its clock, its events."""

    def __init__(self, *accounts: str, money: str = "1000", by_bars: bool = False) -> None:
        self.now = 1_000_000_000
        self.events: list[Event] = []
        self.told: list[Told] = []
        self.engine = PerpetualEngine(
            {"BTCUSDT": BTC, "ETHUSDT": ETH}, clock=lambda: self.now, emit=self._hear, by_bars=by_bars
        )
        for account in accounts or ("ann",):
            self.engine.deposit(account, "USDT", D(money))
        self.price("10000")
        self.price("1000", "ETHUSDT")
        self.forget()

    def price(self, price: str | Decimal, symbol: str = "BTCUSDT", *, mark: str | None = None) -> None:
        """The market is here: quotes without a spread, a print, the mark price."""
        at = D(price)
        self.now += 1_000_000_000
        self.engine.quote(symbol, [(at, UNLIMITED)], [(at, UNLIMITED)])
        self.engine.print_trade(symbol, at, D("0.001"), False)
        self.engine.mark(symbol, at if mark is None else D(mark))

    def order(
        self,
        side: Side,
        quantity: str,
        price: str | None = None,
        *,
        account: str = "ann",
        symbol: str = "BTCUSDT",
        reduce_only: bool = False,
        position_side: str = "BOTH",
        client_id: str = "",
    ) -> Order:
        """A market order, or a limit order where a price is given."""
        kind = Execution.MARKET if price is None else Execution.LIMIT
        limit = None if price is None else D(price)
        return self.engine.place(
            account,
            OrderRequest(
                symbol,
                side,
                kind.value,
                kind,
                D(quantity),
                limit_price=limit,
                reduce_only=reduce_only,
                position_side=position_side,
                client_id=client_id,
            ),
        )

    def stop(
        self,
        side: Side,
        trigger: str | None,
        quantity: str | None = None,
        *,
        kind: TriggerKind = TriggerKind.STOP,
        limit: str | None = None,
        source: PriceSource = PriceSource.LAST,
        trail: str | None = None,
        account: str = "ann",
        reduce_only: bool = False,
        client_id: str = "",
        position_side: str = "BOTH",
    ) -> AlgoOrder:
        """A conditional order; without a quantity it closes the position."""
        execution = Execution.MARKET if limit is None else Execution.LIMIT
        at = None if trigger is None else D(trigger)
        return self.engine.algos.place(
            account,
            OrderRequest(
                "BTCUSDT",
                side,
                f"{kind.value}_MARKET" if limit is None else kind.value,
                execution,
                None if quantity is None else D(quantity),
                limit_price=None if limit is None else D(limit),
                trigger=Trigger(kind, at, None if trail is None else D(trail), source),
                close_position=quantity is None,
                reduce_only=reduce_only,
                client_id=client_id,
                position_side=position_side,
            ),
        )

    def forget(self) -> None:
        self.events.clear()
        self.told.clear()

    def heard(self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]

    def statuses(self) -> list[str]:
        """What conditional orders have said."""
        return [event.status for event in self.heard(ConditionalReport)]

    def reasons(self) -> list[str]:
        return [event.reason for event in self.heard(BalancesChanged)]

    def amount(self, account: str = "ann", symbol: str = "BTCUSDT", side: str = "BOTH") -> Decimal:
        return self.engine.perpetual.positions.amount(account, symbol, side)

    def money(self, account: str = "ann") -> Decimal:
        return self.engine.perpetual.ledger.balance(account, "USDT")

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, OrderReport):
            self.told.append(Told(event.order.client_id, event.execution, event.status, event.reason))
