"""Buy and hold: what the same cash would have become in the same markets without a strategy."""

from __future__ import annotations

import numpy as np

from tradefleet.metrics import MEASURES
from tradefleet.metrics.figures import figures_of
from tradefleet.metrics.performance import Floats, Integers, Performance, longest_drawdown

# Closes at a time: what is made of them fits into the processor's cache, however many there are.
_AT_A_TIME = 65_536
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
    quantities = share / (opens * (1.0 + fee))
    rows = np.maximum(np.searchsorted(times, days, side="right") - 1, 0)
    kept, kept_left = np.empty(len(rows)), np.empty(len(rows))
    peak, lowest = initial_cash, 1.0
    for start in range(0, len(times), _AT_A_TIME):
        worth = closes[start : start + _AT_A_TIME] * quantities
        equity: Floats = worth[:, 0] if len(opens) == 1 else np.where(np.isnan(worth), share, worth).sum(axis=1)
        left = np.maximum.accumulate(equity)
        np.maximum(left, peak, out=left)
        peak = float(left[-1])
        np.divide(equity, left, out=left)
        lowest = min(lowest, float(left.min()))
        here = slice(*np.searchsorted(rows, (start, start + _AT_A_TIME)))
        kept[here], kept_left[here] = equity[rows[here] - start], left[rows[here] - start]
    nothing, never = np.empty(0), np.empty(0, dtype=np.int64)
    return Performance(
        initial_cash=initial_cash,
        equity_time=days,
        equity=kept,
        first_time=first_time,
        last_time=int(times[-1]),
        max_drawdown=1.0 - lowest,
        max_drawdown_length=longest_drawdown(1.0 - kept_left, days, first_time),
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
    figures = figures_of(performance)
    return {name: MEASURES[name](figures) for name in COMPARED}
