"""Income: every change of a wallet by what it was for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

import msgspec


class IncomeKind(StrEnum):
    """What a wallet's change was for."""

    TRANSFER = "TRANSFER"
    REALIZED_PNL = "REALIZED_PNL"
    COMMISSION = "COMMISSION"
    FUNDING_FEE = "FUNDING_FEE"
    INSURANCE_CLEAR = "INSURANCE_CLEAR"


class Income(msgspec.Struct, frozen=True, gc=False):
    """One change; `amount` is negative for what was paid, `trade_id` 0 where there was no trade, `id` consecutive."""

    id: int
    time: int
    account: str
    symbol: str
    kind: IncomeKind
    amount: Decimal
    asset: str
    trade_id: int = 0


class Incomes:
    """The last `keep` changes of all accounts."""

    def __init__(self, keep: int = 100_000) -> None:
        self._rows: deque[Income] = deque(maxlen=keep)
        self._count = 0

    def add(
        self,
        time: int,
        account: str,
        symbol: str,
        kind: IncomeKind,
        amount: Decimal,
        asset: str,
        trade_id: int = 0,
    ) -> None:
        """Note a change; one of 0 is none."""
        if amount:
            self._count += 1
            self._rows.append(Income(self._count, time, account, symbol, kind, amount, asset, trade_id))

    def of(self, account: str, wanted: Callable[[Income], bool] | None = None) -> list[Income]:
        """An account's changes, oldest first, those `wanted`."""
        return [row for row in self._rows if row.account == account and (wanted is None or wanted(row))]
