"""A small stage for the rule book: a few bars, a few signals, one of the two walks, long or mirrored to short."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np

from tradefleet.simulation.rules.fees import Fees
from tradefleet.simulation.rules.signals import ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT
from tradefleet.simulation.rules.sizing import AMOUNT, FRACTION, RISK, Lots
from tradefleet.simulation.rules.steps import steps_of
from tradefleet.simulation.state import (
    COUNTS,
    EXIT_REASONS,
    BarColumns,
    DecisionColumns,
    Journal,
    Market,
    State,
    first_state,
    new_journal,
    rest_of,
)

MINUTE = 60 * 10**9
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# 2024-01-01, a Monday.
START = 19_723 * DAY
KINDS = {"fraction": FRACTION, "amount": AMOUNT, "risk": RISK}
# "other" words belong to the side opposite to the scene's.
WORDS = {
    1: {"enter": ENTER_LONG, "exit": EXIT_LONG, "other enter": ENTER_SHORT, "other exit": EXIT_SHORT},
    -1: {"enter": ENTER_SHORT, "exit": EXIT_SHORT, "other enter": ENTER_LONG, "other exit": EXIT_LONG},
}
# Bars a scene often begins with: a quiet one to decide on.
QUIET = (100.0, 100.0, 100.0, 100.0)


@dataclass(frozen=True)
class Trade:
    """One row of the journal."""

    side: int
    reason: str
    entry_bar: int
    exit_bar: int
    entry_time: int
    exit_time: int
    entry_price: float
    exit_price: float
    quantity: float
    fees: float
    profit: float


@dataclass(frozen=True)
class Outcome:
    """What a walk left behind."""

    state: State
    journal: Journal

    @property
    def trades(self) -> list[Trade]:
        numbers = self.journal.trade_numbers[: self.state.trades].tolist()
        marks = self.journal.trade_marks[: self.state.trades].tolist()
        return [
            Trade(m[0], EXIT_REASONS[m[1]], m[2], m[3], m[4], m[5], n[0], n[1], n[2], n[3], n[4])
            for n, m in zip(numbers, marks, strict=True)
        ]

    @property
    def only(self) -> Trade:
        """The one trade there must be."""
        (trade,) = self.trades
        return trade

    @property
    def held(self) -> Any:
        """The position at the end, None when flat."""
        return None if self.state.position.side == 0.0 else self.state.position

    @property
    def counts(self) -> dict[str, int]:
        """The counts that are not 0."""
        return {n: int(c) for n, c in zip(COUNTS, self.journal.counts.tolist(), strict=True) if c}


def make_market(
    *,
    fee: float = 0.0,
    maker: float | None = None,
    slippage: float = 0.0,
    tick: str | None = "0.01",
    lot: str | None = None,
    minimum: float = 0.0,
    sizing: str = "amount",
    timeframe: int = MINUTE,
) -> Market:
    """A market; costless, in cents and sized by amount unless told otherwise."""
    return Market(
        fees=Fees(fee if maker is None else maker, fee),
        slippage=slippage,
        tick=steps_of(None if tick is None else Decimal(tick)),
        lots=Lots(steps_of(None if lot is None else Decimal(lot)), minimum),
        size_kind=KINDS[sizing],
        timeframe=timeframe,
    )


def bar_columns(rows: Sequence[Sequence[float]], times: Sequence[int] | None = None, step: int = MINUTE) -> BarColumns:
    """Columns of rows of open, high, low, close."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    time = START + step * np.arange(len(table)) if times is None else np.array(times)
    return BarColumns(time.astype(np.int64), *(np.ascontiguousarray(table[:, i]) for i in range(4)))


def run_walk(
    walk: Callable[..., State],
    bars: BarColumns,
    decisions: DecisionColumns,
    market: Market,
    cash: float = 10_000.0,
    cuts: Sequence[int] = (),
) -> Outcome:
    """Walk over the bars, in chunks that end at the cuts; the last, unfinished day is not written."""
    length = len(bars.time)
    room = journal = new_journal(length + 1, length + 1, length)
    state = first_state(cash, int(bars.time[0]))
    edges = [0, *sorted(cuts), length]
    for begin, end in pairwise(edges):
        part = BarColumns(*(column[begin:end] for column in bars))
        wanted = DecisionColumns(*(column if len(column) == 1 != length else column[begin:end] for column in decisions))
        before, state = state, walk(state, part, wanted, market, room)
        room = rest_of(room, before, state)
    return Outcome(state, journal)


@dataclass(frozen=True)
class Scene:
    """One of the walks and a side; prices of a scene are told for a long and mirrored about 100 for a short."""

    walk: Callable[..., State]
    side: int

    def price(self, value: float) -> float:
        """A price of the scene as this side sees it."""
        return value if self.side > 0 else round(200.0 - value, 9)

    def mirrored(self, row: Sequence[float]) -> tuple[float, float, float, float]:
        open_, high, low, close = (self.price(value) for value in row)
        return (open_, high, low, close) if self.side > 0 else (open_, low, high, close)

    def play(
        self,
        rows: Sequence[Sequence[float]],
        said: Mapping[int, str],
        *,
        stop: Any = 0.0,
        target: Any = 0.0,
        trail: Any = 0.0,
        max_bars: Any = 0.0,
        size: Any = 1000.0,
        times: Sequence[int] | None = None,
        cash: float = 10_000.0,
        **market: Any,
    ) -> Outcome:
        """Walk over rows (open, high, low, close) with what is said at each bar's close ("enter", "enter, exit").

        Levels and size are one number or one a bar. Sized to a quantity of 10 at a close of 100.
        """
        signals = np.zeros(len(rows), dtype=np.uint8)
        for index, text in said.items():
            signals[index] = sum(WORDS[self.side][word.strip()] for word in text.split(","))
        levels = [np.atleast_1d(np.array(value, dtype=np.float64)) for value in (stop, target, trail, max_bars, size)]
        made = make_market(**market)
        bars = bar_columns([self.mirrored(row) for row in rows], times, made.timeframe)
        outcome = run_walk(self.walk, bars, DecisionColumns(signals, *levels), made, cash)
        assert all(trade.side in (1, -1) for trade in outcome.trades)
        return outcome
