"""A small stage for the rule book: a few bars, a few signals, one of the two walks, long or mirrored to short."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np

from tradefleet.simulation.columns import (
    ROWS,
    BarColumns,
    DecisionColumns,
    Detail,
    Journal,
    LegColumns,
    new_journal,
)
from tradefleet.simulation.rules.carry import Carry
from tradefleet.simulation.rules.fees import Fees
from tradefleet.simulation.rules.margin import margin_of
from tradefleet.simulation.rules.signals import ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT
from tradefleet.simulation.rules.sizing import AMOUNT, FRACTION, KELLY, RISK, VOLATILITY, Lots
from tradefleet.simulation.rules.slippage import Slippage
from tradefleet.simulation.rules.steps import steps_of
from tradefleet.simulation.state import (
    COUNTS,
    EXIT_REASONS,
    NEVER,
    Leg,
    Market,
    Policy,
    Sizing,
    State,
    first_leg,
    first_state,
)
from tradefleet.simulation.table import leg_of, table_of

MINUTE = 60 * 10**9
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# 2024-01-01, a Monday.
START = 19_723 * DAY
KINDS = {"fraction": FRACTION, "amount": AMOUNT, "risk": RISK, "volatility": VOLATILITY, "kelly": KELLY}
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
    carry: float = 0.0
    leg: int = 0
    position: int = 0


@dataclass(frozen=True)
class Outcome:
    """What a walk left behind."""

    state: State
    leg: Leg
    journal: Journal

    @property
    def trades(self) -> list[Trade]:
        rows = int(self.journal.used[ROWS])
        numbers = self.journal.trade_numbers[:rows].tolist()
        marks = self.journal.trade_marks[:rows].tolist()
        return [
            Trade(m[2], EXIT_REASONS[m[3]], m[4], m[5], m[6], m[7], n[0], n[1], n[2], n[3], n[5], n[4], m[0], m[1])
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
        position = self.leg.position
        return None if position.side == 0.0 else position

    @property
    def counts(self) -> dict[str, int]:
        """The counts that are not 0."""
        return {n: int(c) for n, c in zip(COUNTS, self.journal.counts.tolist(), strict=True) if c}


def make_market(
    *,
    fee: float = 0.0,
    maker: float | None = None,
    commission: float = 0.0,
    slippage: float = 0.0,
    of_range: float = 0.0,
    impact: float = 0.0,
    tick: str | None = "0.01",
    lot: str | None = None,
    minimum: float = 0.0,
    leverage: float = 1.0,
    tiers: Sequence[tuple[float, float, float]] = ((0.0, 0.0, 0.0),),
    liquidation_fee: float = 0.0,
    liquidates: bool = False,
    timeframe: int = MINUTE,
    bars_per_year: float = 365.0 * 24 * 60,
) -> Market:
    """A market; costless, unlevered and in cents unless told otherwise."""
    return Market(
        Fees(fee if maker is None else maker, fee, commission),
        Slippage(slippage, of_range, impact),
        steps_of(None if tick is None else Decimal(tick)),
        Lots(steps_of(None if lot is None else Decimal(lot)), minimum),
        margin_of(leverage, tiers, liquidation_fee, liquidates),
        timeframe,
        bars_per_year,
    )


def make_policy(
    *,
    sizing: str = "amount",
    most: float = 1.0,
    multiple: float = 1.0,
    cap: float = 1.0,
    least_trades: float = 0.0,
    floor: float = 0.0,
    scale_out: Sequence[tuple[float, float]] = (),
    aging: Sequence[tuple[float, float]] = (),
    pyramiding: int = 0,
    cooldown: float = 0.0,
    limit_entries: bool = False,
) -> Policy:
    """A policy; sized by amount, with one target, one entry and market orders unless told otherwise."""
    return Policy(
        Sizing(KINDS[sizing], most, multiple, cap, least_trades, floor),
        np.array(scale_out, np.float64).reshape(-1, 2),
        np.array(aging, np.float64).reshape(-1, 2),
        pyramiding,
        cooldown,
        limit_entries,
    )


def make_decisions(signals: Sequence[int], **levels: Any) -> DecisionColumns:
    """Decisions with levels that are one number or one a bar; none unless told otherwise."""
    named = {**dict.fromkeys(DecisionColumns._fields[1:], 0.0), **levels}
    columns = {name: np.atleast_1d(np.array(value, dtype=np.float64)) for name, value in named.items()}
    return DecisionColumns(signals=np.array(signals, np.uint8), **columns)


def make_carry(events: Sequence[tuple[int, float, float, float]] = ()) -> Carry:
    """Funding and swaps of (time, rate, long, short)."""
    rows = [*events, (NEVER, 0.0, 0.0, 0.0)]
    return Carry(np.array([row[0] for row in rows], np.int64), *(np.array([r[i] for r in rows]) for i in (1, 2, 3)))


NO_BARS = BarColumns(np.empty(0, np.int64), *(np.empty(0) for _ in range(4)))


def make_columns(
    bars: BarColumns,
    decisions: DecisionColumns,
    *,
    ask: BarColumns | None = None,
    volume: Any = 0.0,
    rate: Any = 1.0,
    carry: Carry | None = None,
    detail: BarColumns = NO_BARS,
    start: Sequence[int] = (),
) -> LegColumns:
    """The columns of a leg: no spread, no funding, no finer bars unless told otherwise."""
    return LegColumns(
        bars,
        bars if ask is None else ask,
        np.atleast_1d(np.array(volume, np.float64)),
        np.atleast_1d(np.array(rate, np.float64)),
        make_carry() if carry is None else carry,
        Detail(detail, np.array(start, np.int64)),
        decisions,
    )


def bar_columns(rows: Sequence[Sequence[float]], times: Sequence[int] | None = None, step: int = MINUTE) -> BarColumns:
    """Columns of rows of open, high, low, close."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    time = START + step * np.arange(len(table)) if times is None else np.array(times)
    return BarColumns(time.astype(np.int64), *(np.ascontiguousarray(table[:, i]) for i in range(4)))


def cut(columns: LegColumns, begin: int, end: int) -> LegColumns:
    """Some of the bars of a leg's columns."""
    length = len(columns.bid.time)

    def part(values: Any) -> Any:
        return values[begin:end] if len(values) == length else values

    bid = BarColumns(*map(part, columns.bid))
    ask = bid if columns.ask is columns.bid else BarColumns(*map(part, columns.ask))
    start = columns.detail.start[begin : end + 1] if len(columns.detail.start) else columns.detail.start
    return columns._replace(
        bid=bid,
        ask=ask,
        volume=part(columns.volume),
        rate=part(columns.rate),
        detail=columns.detail._replace(start=start),
        decisions=DecisionColumns(*map(part, columns.decisions)),
    )


def run_walk(
    walk: Callable[..., State],
    columns: LegColumns,
    market: Market,
    policy: Policy,
    cash: float = 10_000.0,
    cuts: Sequence[int] = (),
) -> Outcome:
    """Walk over the bars, in chunks that end at the cuts; the last, unfinished day is not written."""
    length = len(columns.bid.time)
    rows = (length + 2) * (len(policy.scale_out) + 1)
    journal = new_journal(rows, length + 1, length)
    state = first_state(cash, int(columns.bid.time[0]))
    table = table_of([first_leg(float(columns.rate[0]))], [market], [policy])
    for begin, end in pairwise([0, *sorted(cuts), length]):
        if end > begin:
            state = walk(state, table, cut(columns, begin, end), journal)
    return Outcome(state, leg_of(table, 0), journal)


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
        levels: Mapping[str, Any] | None = None,
        columns: Mapping[str, Any] | None = None,
        policy: Mapping[str, Any] | None = None,
        sizing: str = "amount",
        **market: Any,
    ) -> Outcome:
        """Walk over rows (open, high, low, close) with what is said at each bar's close ("enter", "enter, exit").

        Levels and size are one number or one a bar. Sized to a quantity of 10 at a close of 100.
        """
        signals = [0] * len(rows)
        for index, text in said.items():
            signals[index] = sum(WORDS[self.side][word.strip()] for word in text.split(","))
        made = make_market(**market)
        named = {"stop_loss": stop, "take_profit": target, "trailing_stop": trail, "max_bars": max_bars, "size": size}
        decisions = make_decisions(signals, **named, **(levels or {}))
        bars = bar_columns([self.mirrored(row) for row in rows], times, made.timeframe)
        found = make_columns(bars, decisions, **(columns or {}))
        outcome = run_walk(self.walk, found, made, make_policy(sizing=sizing, **(policy or {})), cash)
        assert all(trade.side in (1, -1) for trade in outcome.trades)
        return outcome
