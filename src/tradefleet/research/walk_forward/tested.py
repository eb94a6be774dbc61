"""What one test brings to the account: its equity and its trades, at the account's scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradefleet.metrics.performance import Floats, Integers
from tradefleet.research.ledger import Ledger
from tradefleet.research.result import Result


@dataclass(frozen=True, eq=False)
class Tested:
    """The result of a test for an account that had `scale` times its money.

    Where it `ends`, because another window follows, positions that are still open are closed at the last close: their
    fee of an exit, the taker's, is the account's to pay. The result itself leaves them open, as any backtest does.
    """

    result: Result
    scale: float
    bars: int
    ends: bool

    @property
    def _ledger(self) -> Ledger:
        return self.result.ledger

    @property
    def rows(self) -> int:
        """How many rows of the ledger are closed."""
        return len(self._ledger.profit) if self.ends else self._ledger.closed

    @property
    def still_open(self) -> int:
        """How many rows stay open."""
        return len(self._ledger.profit) - self.rows

    @property
    def cut_short(self) -> int:
        """How many positions are closed because the test ends."""
        return self.rows - self._ledger.closed

    @property
    def exit_fees(self) -> Floats:
        """What closing costs at the end of the test, a value a row: 0 for those that were closed before."""
        ledger, paid = self._ledger, np.zeros(self.rows)
        late = slice(ledger.closed, self.rows)
        notional = ledger.cost[late] * ledger.exit_price[late] / ledger.entry_price[late]
        paid[late] = self.result.fee * self.scale * notional
        return paid

    def equity(self) -> Floats:
        """The account's worth at each bar close, before the fees of closing at the end."""
        worth: Floats = self.result.per_bar() * self.scale
        return worth

    @property
    def profit(self) -> Floats:
        """Profit of each closed row, after all fees."""
        profit: Floats = self._ledger.profit[: self.rows] * self.scale - self.exit_fees
        return profit

    @property
    def profit_ratio(self) -> Floats:
        """The same, as a fraction of the entry's notional."""
        ratio: Floats = self.profit / (self._ledger.cost[: self.rows] * self.scale)
        return ratio

    @property
    def fees(self) -> Floats:
        """The fees of each closed row."""
        fees: Floats = self._ledger.fees[: self.rows] * self.scale + self.exit_fees
        return fees

    @property
    def open_fees(self) -> float:
        """The fees paid so far for what stays open."""
        return float(self._ledger.fees[self.rows :].sum()) * self.scale

    def marks(self, name: str) -> Integers:
        """A column of the ledger's closed rows, such as `entry_time`."""
        column: Integers = getattr(self._ledger, name)[: self.rows]
        return column
