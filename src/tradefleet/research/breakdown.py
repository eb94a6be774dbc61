"""Closed trades summed up by symbol, side, time, exit reason, tag or strategy, as a table with names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from tradefleet.market.errors import ParameterError
from tradefleet.market.time import DAY, format_time
from tradefleet.metrics.groups import WEEKDAYS, day_of, grouped, hour_of, month_of, weekday_of
from tradefleet.metrics.performance import Integers, Performance
from tradefleet.research.ledger import Ledger
from tradefleet.simulation.state import EXIT_REASONS

if TYPE_CHECKING:
    import polars as pl

# What trades can be grouped by: the key of every row of a ledger, and the name of a key.
BY: dict[str, tuple[Callable[[Ledger], Integers], Callable[[Ledger, int], str | int]]] = {
    "symbol": (lambda ledger: ledger.symbol_index, lambda ledger, key: ledger.symbols[key]),
    "side": (lambda ledger: -ledger.side, lambda ledger, key: "short" if key > 0 else "long"),
    "weekday": (lambda ledger: weekday_of(ledger.entry_time), lambda ledger, key: WEEKDAYS[key]),
    "hour": (lambda ledger: hour_of(ledger.entry_time), lambda ledger, key: key),
    "day": (lambda ledger: day_of(ledger.exit_time), lambda ledger, key: format_time(key * DAY)[:10]),
    "month": (lambda ledger: month_of(ledger.exit_time), lambda ledger, key: str(np.datetime64(key, "M"))),
    "exit_reason": (lambda ledger: ledger.reason, lambda ledger, key: EXIT_REASONS[key]),
    "tag": (lambda ledger: ledger.tag_index, lambda ledger, key: ledger.tags[key]),
    "strategy": (lambda ledger: ledger.strategy_index, lambda ledger, key: ledger.strategies[key]),
}


def breakdown(ledger: Ledger, performance: Performance, what: str) -> pl.DataFrame:
    """A row a group of closed trades in its natural order; `what` is one of BY and names the first column.

    Weekday and hour are those of the entry, when a trade was decided; day and month those of the exit, when its profit
    was earned; all UTC. The other columns are trades, profit, share (of the size of all profit), win_rate, average,
    best and worst (fractions of the entry's notional), profit_factor, expectancy, fees and average_duration_hours, as
    the measures define them. Groups without a trade have no row.

    Raises ParameterError when there is no such grouping.
    """
    import polars as pl  # noqa: PLC0415 - heavy, only where a frame is wanted

    if what not in BY:
        raise ParameterError(f"trades cannot be grouped by {what!r}", cure=f"choose one of {', '.join(BY)}")
    key_of, name_of = BY[what]
    columns = grouped(key_of(ledger)[: ledger.closed], performance)
    names = [name_of(ledger, key) for key in columns.pop("key").tolist()]
    return pl.DataFrame({what: pl.Series(names, dtype=pl.Int64 if what == "hour" else pl.String), **columns})
