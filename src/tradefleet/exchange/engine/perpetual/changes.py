"""What a command has changed, until it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from tradefleet.exchange.engine.accounting import Accounting
from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.events import BalancesChanged, Event
from tradefleet.exchange.engine.perpetual.positions import Position
from tradefleet.exchange.engine.symbols import Market


@dataclass(slots=True)
class Changes:
    """Money and positions that changed, by account, in the order they changed first."""

    accounts: dict[str, tuple[dict[str, Decimal], dict[tuple[str, str], Position]]] = field(default_factory=dict)

    def money(self, account: str, asset: str, amount: Decimal) -> None:
        """An account's wallet has moved."""
        moved, _ = self.accounts.setdefault(account, ({}, {}))
        moved[asset] = moved.get(asset, ZERO) + amount

    def position(self, position: Position, asset: str) -> None:
        """A position has changed."""
        self.money(position.account, asset, ZERO)
        self.accounts[position.account][1][position.symbol, position.side] = position


def tell(accounting: Accounting, time: int, reason: str, emit: Callable[[Event], None]) -> None:
    """Tell what has changed, for one reason."""
    for change in list(accounting.take_changes()):
        emit(
            BalancesChanged(
                Market.PERPETUAL, time, change.account, change.balances, change.changes, reason, change.positions
            )
        )
