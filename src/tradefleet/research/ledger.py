"""The trades of one simulation, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradefleet.simulation.state import EXIT_REASONS, OPEN, Journal, State

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ledger:
    """One value a trade in each column, closed trades in order of exit, then the one still open, if any.

    `side` is 1 or -1, times are UTC nanoseconds (the open of the bar it happened in), bars count from the first one
    simulated; `profit` is after fees.
    """

    symbol: str
    tag: str
    closed: int
    side: Integers
    entry_bar: Integers
    exit_bar: Integers
    entry_time: Integers
    exit_time: Integers
    quantity: Floats
    entry_price: Floats
    exit_price: Floats
    fees: Floats
    profit: Floats
    reason: Integers

    @property
    def profit_ratio(self) -> Floats:
        """Profit as a fraction of the entry's notional."""
        ratio: Floats = self.profit / (self.entry_price * self.quantity)
        return ratio

    def frame(self) -> pl.DataFrame:
        """The trades as a polars frame."""
        import polars as pl  # noqa: PLC0415 - heavy, only where a frame is wanted

        rows = len(self.side)
        reasons = pl.Series("reason", EXIT_REASONS, dtype=pl.String)
        return pl.DataFrame(
            {
                "position": np.arange(rows, dtype=np.int64),
                "symbol": pl.repeat(self.symbol, rows, dtype=pl.String, eager=True),
                "side": pl.Series(["long", "short"]).gather((self.side < 0).astype(np.uint32)),
                "entry_time": pl.Series(self.entry_time).cast(pl.Datetime("ns", "UTC")),
                "exit_time": pl.Series(self.exit_time).cast(pl.Datetime("ns", "UTC")),
                "quantity": self.quantity,
                "entry_price": self.entry_price,
                "exit_price": self.exit_price,
                "fees": self.fees,
                "profit": self.profit,
                "profit_ratio": self.profit_ratio,
                "exit_reason": reasons.gather(self.reason.astype(np.uint32)),
                "tag": pl.repeat(self.tag, rows, dtype=pl.String, eager=True),
            }
        )


def ledger_of(journal: Journal, state: State, last_close: float, symbol: str, tag: str) -> Ledger:
    """The ledger of a finished walk: what it wrote down, and the open position marked to the last close."""
    closed = state.trades
    numbers, marks = journal.trade_numbers[:closed], journal.trade_marks[:closed]
    held = state.position
    if held.side != 0.0:
        profit = held.side * held.quantity * (last_close - held.entry_price) - held.fees
        last_number = [held.entry_price, last_close, held.quantity, held.fees, profit]
        last_mark = [int(held.side), OPEN, held.entry_bar, state.bar, held.entry_time, state.close_time]
        numbers = np.vstack([numbers, np.array([last_number])])
        marks = np.vstack([marks, np.array([last_mark], dtype=np.int64)])
    columns = np.ascontiguousarray(numbers.T)
    whole = np.ascontiguousarray(marks.T)
    return Ledger(
        symbol,
        tag,
        closed,
        side=whole[0],
        entry_bar=whole[2],
        exit_bar=whole[3],
        entry_time=whole[4],
        exit_time=whole[5],
        quantity=columns[2],
        entry_price=columns[0],
        exit_price=columns[1],
        fees=columns[3],
        profit=columns[4],
        reason=whole[1],
    )
