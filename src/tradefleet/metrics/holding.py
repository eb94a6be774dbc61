"""Buy and hold: what the same cash would have become in the same markets without a strategy."""

from __future__ import annotations

import numpy as np

from tradefleet.metrics import MEASURES
from tradefleet.metrics.performance import Floats, Integers, Performance, longest_drawdown

# The measures that compare an account with one that only holds.
COMPARED = ("final_equity", "total_return", "cagr", "volatility", "sharpe", "sortino", "calmar", "max_drawdown")


def held(
    initial_cash: float,
    fee: float,
    opens: Floats,
    closes: Floats,
    times: Integers,
    days: Integers,
    *,
    first_time: int,
    periods_per_year: int,
) -> Performance:
    """The account that puts an equal share of the cash into each symbol at its first open, pays the fee, and waits.

    `opens` has the price each symbol is bought at; `closes` a row a time and a column a symbol, NaN until a symbol has
    its first bar (its share is cash till then); `times` the closes' UTC nanoseconds, rising; `days` the times whose
    equity is kept, each with the last close by then. Drawdown is exact at `closes`, its length at `days`. Nothing is
    sold, so there is no closed trade. Needs a close.

    >>> run = held(100.0, 0.0, np.array([10.0]), np.array([[11.0], [12.0]]), np.array([1, 2]), np.array([2]),
    ...            first_time=0, periods_per_year=365)
    >>> run.equity.tolist(), run.max_drawdown
    ([120.0], 0.0)
    """
    share = initial_cash / len(opens)
    worth = closes * (share / (opens * (1.0 + fee)))
    equity: Floats = worth[:, 0] if len(opens) == 1 else np.where(np.isnan(worth), share, worth).sum(axis=1)
    # In place: a million closes are read as often as they must, and no more.
    left = np.maximum.accumulate(equity)
    np.maximum(left, initial_cash, out=left)
    np.divide(equity, left, out=left)
    rows = np.maximum(np.searchsorted(times, days, side="right") - 1, 0)
    nothing, never = np.empty(0), np.empty(0, dtype=np.int64)
    return Performance(
        initial_cash=initial_cash,
        equity_time=days,
        equity=equity[rows],
        first_time=first_time,
        last_time=int(times[-1]),
        max_drawdown=1.0 - float(left.min()),
        max_drawdown_length=longest_drawdown(1.0 - left[rows], days, first_time),
        exposure=1.0,
        profit=nothing,
        profit_ratio=nothing,
        fees=nothing,
        entry_time=never,
        exit_time=never,
        side=never,
        open_trades=len(opens),
        periods_per_year=periods_per_year,
        open_fees=initial_cash * fee / (1.0 + fee),
    )


def compared(performance: Performance) -> dict[str, float]:
    """The measures worth setting beside a strategy's, by name."""
    return {name: MEASURES[name](performance) for name in COMPARED}
