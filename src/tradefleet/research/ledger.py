"""The trades of one simulation, as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradefleet.research.simulate import Outcome, Part
from tradefleet.simulation.columns import ROWS
from tradefleet.simulation.state import EXIT_REASONS, OPEN

if TYPE_CHECKING:
    import polars as pl

# Columns of a journal's marks.
_LEG = 0
_EXIT_TIME = 7
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ledger:
    """One value a row in each column: closed rows in order of exit, then those of positions still open.

    A position has several rows where it was scaled out of. `symbol_index`, `strategy_index` and `tag_index` count
    into `symbols`, `strategies` and `tags`. `side` is 1 or -1, times are UTC nanoseconds (the open of the bar it
    happened in), bars count from the first one simulated; `cost` is the notional at the entry, `funding` what was
    paid of it and of swaps, `profit` is after fees and funding, all in the account's currency.
    """

    symbols: tuple[str, ...]
    strategies: tuple[str, ...]
    tags: tuple[str, ...]
    closed: int
    symbol_index: Integers
    strategy_index: Integers
    tag_index: Integers
    position: Integers
    side: Integers
    entry_bar: Integers
    exit_bar: Integers
    entry_time: Integers
    exit_time: Integers
    quantity: Floats
    entry_price: Floats
    exit_price: Floats
    fees: Floats
    funding: Floats
    profit: Floats
    cost: Floats
    reason: Integers

    @property
    def profit_ratio(self) -> Floats:
        """Profit as a fraction of the entry's notional."""
        ratio: Floats = self.profit / self.cost
        return ratio

    def frame(self) -> pl.DataFrame:
        """The trades as a polars frame."""
        import polars as pl  # noqa: PLC0415 - heavy, only where a frame is wanted

        def texts(names: Sequence[str], rows: Integers) -> pl.Series:
            return pl.Series(names, dtype=pl.String).gather(rows.astype(np.uint32))

        columns = {
            "position": self.position,
            "symbol": texts(self.symbols, self.symbol_index),
            "side": texts(["long", "short"], (self.side < 0).astype(np.int64)),
            "entry_time": pl.Series(self.entry_time).cast(pl.Datetime("ns", "UTC")),
            "exit_time": pl.Series(self.exit_time).cast(pl.Datetime("ns", "UTC")),
            "quantity": self.quantity,
            "entry_price": self.entry_price,
            "exit_price": self.exit_price,
            "fees": self.fees,
            "profit": self.profit,
            "profit_ratio": self.profit_ratio,
            "exit_reason": texts(EXIT_REASONS, self.reason),
            "tag": texts(self.tags, self.tag_index),
            "funding": self.funding,
        }
        if len(self.strategies) > 1:
            columns["strategy"] = texts(self.strategies, self.strategy_index)
        return pl.DataFrame(columns)


def ledger_of(outcome: Outcome, parts: Sequence[Part], strategies: Sequence[str], tags: Sequence[str]) -> Ledger:
    """The ledger of a finished simulation: what it wrote down, and open positions marked to the last close."""
    closed = int(outcome.journal.used[ROWS])
    numbers, marks = outcome.journal.trade_numbers[:closed], outcome.journal.trade_marks[:closed]
    order = _order_of_exit(marks)
    if order is not None:
        numbers, marks = numbers[order], marks[order]
    open_numbers, open_marks = _open_rows(outcome, parts)
    if open_numbers:
        numbers = np.vstack([numbers, np.array(open_numbers)])
        marks = np.vstack([marks, np.array(open_marks, dtype=np.int64)])
    columns = np.ascontiguousarray(numbers.T)
    whole = np.ascontiguousarray(marks.T)
    symbols, symbol_index = _coded([part.bars.symbol for part in parts], whole[0])
    strategies, strategy_index = _coded(strategies, whole[0])
    names, tag_index = _tagged(tags, whole[0], whole[1], outcome.tags)
    return Ledger(
        symbols=symbols,
        strategies=strategies,
        tags=names,
        closed=closed,
        symbol_index=symbol_index,
        strategy_index=strategy_index,
        tag_index=tag_index,
        position=whole[1],
        side=whole[2],
        reason=whole[3],
        entry_bar=whole[4],
        exit_bar=whole[5],
        entry_time=whole[6],
        exit_time=whole[7],
        entry_price=columns[0],
        exit_price=columns[1],
        quantity=columns[2],
        fees=columns[3],
        funding=columns[4],
        profit=columns[5],
        cost=columns[6],
    )


def _order_of_exit(marks: Integers) -> Integers | None:
    """The rows in order of exit, as finer bars tell those of one step apart; None where they are in order."""
    times = marks[:, _EXIT_TIME].copy()
    if bool((times[1:] >= times[:-1]).all()):
        return None
    for leg in np.unique(marks[:, _LEG]):
        # A leg's own rows stay as they are: what a bar decided comes after what its finer bars did.
        own = marks[:, _LEG] == leg
        times[own] = np.maximum.accumulate(times[own])
    return np.argsort(times, kind="stable")


def _coded(names: Sequence[str], legs: Integers) -> tuple[tuple[str, ...], Integers]:
    """The distinct names of legs, and each row's index into them."""
    distinct = tuple(dict.fromkeys(names))
    return distinct, np.array([distinct.index(name) for name in names], dtype=np.int64)[legs]


def _tagged(
    tags: Sequence[str], legs: Integers, positions: Integers, own: Mapping[int, str]
) -> tuple[tuple[str, ...], Integers]:
    """The tags of rows: those of their legs, or of single positions that have one of their own."""
    if not own:
        return _coded(tags, legs)
    given = [own.get(position, tags[leg]) for leg, position in zip(legs.tolist(), positions.tolist(), strict=True)]
    return _coded(given or tags, np.arange(len(given)))


def _open_rows(outcome: Outcome, parts: Sequence[Part]) -> tuple[list[list[float]], list[list[int]]]:
    numbers, marks = [], []
    for number, (leg, part) in enumerate(zip(outcome.legs, parts, strict=True)):
        held = leg.position
        if held.side == 0.0:
            continue
        side = part.columns.ask if held.side < 0.0 else part.columns.bid
        close, end = float(side.close[-1]), int(side.time[-1]) + part.market.timeframe
        profit = held.side * held.quantity * (close - held.entry_price) * leg.rate - held.fees - held.carry
        numbers.append([held.entry_price, close, held.quantity, held.fees, held.carry, profit, held.cost])
        marks.append([number, held.number, int(held.side), OPEN, held.entry_bar, leg.bar, held.entry_time, end])
    return numbers, marks
