"""Random markets, decisions and bars for the property tests: one leg or several on one wallet, any of the rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tradefleet.simulation.blocks import blocks_of
from tradefleet.simulation.columns import BarColumns, DecisionColumns, Detail, Journal, LegColumns, new_journal
from tradefleet.simulation.jump import words_of
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
    first_leg,
    first_state,
)
from tradefleet.simulation.state import Limits as AccountLimits
from tradefleet.simulation.state import Sizing as SizingNumbers
from tradefleet.simulation.table import Table, leg_of, table_of

from .reference import Bar, Costs, Due, Held, Limits, Reference, Sizing, Terms, Told, Wish

MINUTE = 60 * 10**9
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LENGTHS = (MINUTE, 5 * MINUTE, HOUR, 4 * HOUR, DAY, 7 * DAY)
TICKS = ("0.00000001", "0.00001", "0.01", "0.05", "0.25", "1", "2.5", "1000")
KINDS = {"fraction": FRACTION, "amount": AMOUNT, "risk": RISK, "volatility": VOLATILITY, "kelly": KELLY}
# Each set of signals by weight: mostly nothing, single words, and now and then everything at once.
SIGNALS = [0] * 20 + [ENTER_LONG, EXIT_LONG, ENTER_SHORT, EXIT_SHORT] * 3 + list(range(16))
ENTERING = [0] * 8 + [ENTER_LONG, ENTER_SHORT] * 6 + list(range(16))
FRACTIONS = (0.0, 0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5)
FEATURES = (
    "leverage",
    "carry",
    "conversion",
    "spread",
    "impact",
    "range",
    "commission",
    "limit",
    "pyramiding",
    "cooldown",
    "scale_out",
    "aging",
    "trailing",
    "distance",
    "break_even",
    "timer",
    "volatility",
    "kelly",
    "detail",
    "exposure",
    "slots",
    "gaps",
)
# What the jump does not know.
EVERY_BAR = ("conversion", "spread", "limit", "aging", "distance", "break_even")
LEGS_FEATURES = ("exposure", "slots")


@dataclass(frozen=True, repr=False)
class LegCase:
    """What one leg is told: its terms, its columns and which raw signals its strategy gave."""

    terms: Terms
    columns: LegColumns
    signals: Any

    @property
    def market(self) -> Market:
        costs, sizing = self.terms.costs, self.terms.sizing
        return Market(
            fees=Fees(costs.maker, costs.taker, costs.commission),
            slippage=Slippage(costs.slippage, costs.range, costs.impact),
            tick=steps_of(costs.tick),
            lots=Lots(steps_of(costs.lot), costs.minimum),
            margin=margin_of(costs.leverage, costs.tiers, costs.liquidation_fee, costs.liquidates),
            timeframe=self.terms.length,
            bars_per_year=sizing.bars_per_year,
        )

    @property
    def policy(self) -> Policy:
        terms, sizing = self.terms, self.terms.sizing
        multiple = sizing.target if sizing.kind == "volatility" else sizing.multiple
        numbers = (sizing.most, multiple, sizing.cap, float(sizing.least_trades), sizing.floor)
        return Policy(
            sizing=SizingNumbers(KINDS[sizing.kind], *numbers),
            scale_out=np.array(terms.scale_out, np.float64).reshape(-1, 2),
            aging=np.array(terms.aging, np.float64).reshape(-1, 2),
            pyramiding=terms.pyramiding,
            cooldown=terms.cooldown,
            limit_entries=terms.limit_entries,
        )

    def told(self) -> dict[int, Told]:
        """By time, what the reference is fed."""
        columns, count = self.columns, len(self.columns.bid.time)
        bid, ask = bars_of(columns.bid), bars_of(columns.ask)
        finer = list(zip(columns.detail.bars.time.tolist(), bars_of(columns.detail.bars), strict=True))
        start = columns.detail.start.tolist() or [0] * (count + 1)
        volume, rate = spread_out(columns.volume, count), spread_out(columns.rate, count)
        numbers = zip(*(spread_out(column, count) for column in columns.decisions[1:]), strict=True)
        wishes = [
            Wish(*(bool(flags & flag) for flag in (ENTER_LONG, EXIT_LONG, ENTER_SHORT, EXIT_SHORT)), *row)
            for flags, row in zip(self.signals.tolist(), numbers, strict=True)
        ]
        details = [tuple(finer[first:end]) for first, end in pairwise(start)]
        rows = zip(bid, ask, volume, rate, wishes, details, strict=True)
        return {time: Told(*row) for time, row in zip(columns.bid.time.tolist(), rows, strict=True)}


@dataclass(frozen=True, repr=False)
class Case:
    """Everything a walk and the reference need."""

    legs: tuple[LegCase, ...]
    cash: float
    limits: Limits
    features: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"a case of {len(self.legs)} legs, {len(self.times)} steps and {', '.join(self.features)}"

    @property
    def times(self) -> list[int]:
        """When a step begins."""
        return sorted({int(time) for leg in self.legs for time in leg.columns.bid.time})

    @property
    def length(self) -> int:
        return self.legs[0].terms.length


def bars_of(columns: BarColumns) -> list[Bar]:
    return [Bar(*row) for row in zip(*(column.tolist() for column in columns[1:]), strict=True)]


def spread_out(values: Any, count: int) -> list[float]:
    """One value a bar, where there may be one for all."""
    return values.tolist() * (count if len(values) == 1 else 1)  # type: ignore[no-any-return]


# -- making one ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grid:
    """Prices are whole ticks, or any number."""

    random: np.random.Generator
    tick: Decimal | None

    def prices(self, ticks: Any) -> Any:
        if self.tick is None:
            return np.asarray(ticks, np.float64)
        return np.array([float(int(n) * self.tick) for n in np.ravel(ticks)]).reshape(np.shape(ticks))


def _grid_rows(random: np.random.Generator, count: int) -> Any:
    """Few ticks, many gaps: levels are touched, missed by one tick and jumped over all the time."""
    ticks = [int(random.integers(15, 300))]
    for move in random.integers(-3, 4, count - 1).tolist():
        ticks.append(max(8, ticks[-1] + move))
    close = np.array(ticks)
    open_ = np.maximum(8, np.concatenate((close[:1], close[:-1])) + random.choice([0, 0, 0, -4, -1, 1, 4], count))
    high = np.maximum(open_, close) + random.integers(0, 4, count)
    low = np.minimum(open_, close) - random.integers(0, 4, count)
    return np.column_stack([open_, high, low, close])


def _smooth_rows(random: np.random.Generator, count: int) -> Any:
    level = 10.0 ** random.uniform(-6, 6)
    moves = random.standard_normal(count) * random.choice([0.001, 0.02, 0.2])
    close = level * np.exp(np.cumsum(moves))
    open_ = np.concatenate((close[:1], close[:-1])) * np.exp(random.choice([0.0, 0.01], count) * random.random(count))
    high = np.maximum(open_, close) * (1 + random.random(count) * 0.03)
    low = np.minimum(open_, close) * (1 - random.random(count) * 0.03)
    return np.column_stack([open_, high, low, close])


def _ask_rows(random: np.random.Generator, rows: Any, tick: Decimal | None) -> Any:
    """Above the bid by a spread that differs from bar to bar; no price of a bar is below the bid's."""
    count = len(rows)
    if tick is None:
        return rows * (1 + random.choice([0.0, 0.001, 0.02]) * random.random((count, 1)))
    ask = rows + random.integers(0, 3, (count, 1))
    ask[:, 1] += random.integers(0, 3, count)
    return ask


def _finer_rows(random: np.random.Generator, row: Any, whole: bool) -> Any:
    """Bars within a bar that reach its high and low in any order; none at all now and then."""
    count = int(random.choice([0, 1, 2, 3, 5]))
    if count == 0:
        return np.empty((0, 4))
    open_, high, low, close = row.tolist()
    within = random.integers(int(low), int(high) + 1, (count, 4)) if whole else random.uniform(low, high, (count, 4))
    within = np.asarray(within, np.float64)
    within[0, 0], within[-1, 3] = open_, close
    high_at, low_at = random.integers(0, count, 2)
    within[high_at, 1], within[low_at, 2] = high, low
    return np.column_stack([within[:, 0], within.max(axis=1), within.min(axis=1), within[:, 3]])


def _levels(random: np.random.Generator, count: int, choices: Any, bad: bool = True) -> Any:
    """One for all, or one a bar with bad ones among them."""
    if random.random() < 0.5:
        return np.array([float(random.choice(choices))])
    values = random.choice(choices, count) * random.choice([1.0, 1.0, random.random()], count)
    wrong = random.random(count) < 0.04 * bad
    values[wrong] = random.choice([np.nan, -0.01], int(wrong.sum()))
    return values


def _lot(random: np.random.Generator, quantity: float) -> Decimal | None:
    if random.random() < 0.5:
        return None
    power = int(np.floor(np.log10(quantity))) - int(random.integers(0, 6))
    return Decimal(int(random.choice([1, 5]))).scaleb(power)


def _tiers(random: np.random.Generator, leverage: float, cash: float) -> tuple[tuple[float, float, float], ...]:
    """One to three tiers that join: at its start each asks what the one before does."""
    starts = [0.0, *sorted(random.uniform(0.2, 3.0, int(random.integers(0, 3))) * cash * leverage)]
    rates = sorted(random.uniform(0.0, 0.8, len(starts)) / leverage)
    tiers = [(0.0, float(rates[0]), 0.0)]
    for start, rate in zip(starts[1:], rates[1:], strict=True):
        _, before, amount = tiers[-1]
        tiers.append((float(start), float(rate), amount + float(start) * (float(rate) - before)))
    return tuple(tiers)


def _costs(random: np.random.Generator, on: set[str], tick: Decimal | None, close: float, cash: float) -> Costs:
    def chosen(feature: str, choices: Sequence[float]) -> float:
        return float(random.choice(choices)) if feature in on else 0.0

    leverage = chosen("leverage", [1.0, 2.0, 5.0, 20.0, 50.0]) or 1.0
    return Costs(
        taker=float(random.choice([0.0, 0.00075, 0.001, 0.03])),
        maker=float(random.choice([0.0, -0.00025, 0.0005])),
        commission=chosen("commission", [0.0002, 0.01]) * close,
        slippage=float(random.choice([0.0, 0.0, 0.0005, 0.00123, 0.02])),
        impact=chosen("impact", [0.001, 0.02]),
        range=chosen("range", [0.05, 0.5]),
        tick=tick,
        lot=_lot(random, cash / close),
        # A cent where cash can be used up, so that what is left of it by rounding buys nothing.
        minimum=float(
            random.choice([0.01 if on & {"pyramiding", "limit", "leverage", "together"} else 0.0, 5.0, 0.3 * cash])
        ),
        leverage=leverage,
        tiers=_tiers(random, leverage, cash) if "leverage" in on else ((0.0, 0.0, 0.0),),
        liquidation_fee=chosen("leverage", [0.0, 0.005, 0.05]),
        liquidates="leverage" in on and random.random() < 0.9,
    )


def _sizing(random: np.random.Generator, on: set[str]) -> Sizing:
    if "volatility" in on:
        return Sizing("volatility", target=0.3, most=float(random.choice([0.5, 1.0, 3.0])), bars_per_year=365.0)
    if "kelly" in on:
        cap, floor = float(random.choice([0.25, 1.0])), float(random.choice([0.0, 0.01, 0.2]))
        return Sizing("kelly", multiple=0.5, cap=cap, least_trades=int(random.integers(1, 8)), floor=floor)
    return Sizing(str(random.choice(["fraction", "amount", "risk"])))


def _sizes(random: np.random.Generator, count: int, kind: str, cash: float, leverage: float) -> Any:
    choices = {
        "fraction": (0.1, 0.5, 0.99, 1.0, leverage),
        "amount": (0.1 * cash, 0.7 * cash, 1.5 * cash, leverage * cash),
        "risk": (0.001, 0.02),
        "volatility": (0.0, 0.005, 0.02, 0.1),
        "kelly": (1.0,),
    }
    return _levels(random, count, choices[kind])


def _scale_out(random: np.random.Generator) -> list[tuple[float, float]]:
    shares = [(1.0,), (0.5, 0.5), (0.5, 0.3), (0.3, 0.3, 0.4), (0.25,), (0.2, 0.3, 0.1, 0.4)]
    chosen = shares[int(random.integers(len(shares)))]
    fractions = np.cumsum(random.choice([0.003, 0.01, 0.03], len(chosen)))
    return list(zip(fractions.tolist(), chosen, strict=True))


def _aging(random: np.random.Generator) -> list[tuple[float, float]]:
    bars = np.cumsum([random.choice([0, 0, 2]), *random.choice([1, 3, 10], 2)])
    return list(zip(bars.astype(float).tolist(), random.choice([0.04, 0.02, 0.005], 3).tolist(), strict=True))


def _due(random: np.random.Generator, times: Any, length: int, close: float) -> list[Due]:
    """At opens, at closes, inside bars, in gaps and before the first bar."""
    base = random.choice(times, max(1, len(times) // 3))
    moments = base + random.choice([0, 0, -length, -1, 1, length // 3, length - 1, 5 * length], len(base))
    swap = 0.001 * close * random.standard_normal((len(moments), 2)) * random.integers(0, 2, (len(moments), 2))
    rates = random.choice([0.0, 0.0001, 0.003, -0.002], len(moments))
    return [Due(*row) for row in zip(np.sort(moments).tolist(), rates.tolist(), *swap.T.tolist(), strict=True)]


def _limit_column(random: np.random.Generator, rows: Any, tick: float) -> Any:
    """Prices near the close, on the tick and off it, at times nothing."""
    close, count = rows[:, 3], len(rows)
    away = np.rint(close * random.choice([-0.03, -0.01, 0.0, 0.01], count) / tick) + random.integers(-3, 4, count)
    limit = close + tick * (away + random.choice([0.0, 0.0, 0.3, -0.4], count))
    limit = np.where(random.random(count) < 0.3, close, limit)
    limit[random.random(count) < 0.05] = random.choice([np.nan, -1.0, 0.0])
    return limit


def _rates(random: np.random.Generator, close: Any) -> Any:
    """Of the account's currency: a constant, the inverse of the price, or a series of its own."""
    how = random.integers(3)
    if how == 0:
        return np.array([float(random.choice([0.5, 110.0]))])
    return 1 / close if how == 1 else np.exp(0.05 * random.standard_normal(len(close)).cumsum())


def _decisions(random: np.random.Generator, on: set[str], terms: Terms, rows: Any, cash: float) -> DecisionColumns:
    count, tick = len(rows), float(terms.costs.tick or 0) or float(rows[0, 3]) * 0.001

    def read(feature: str, choices: Sequence[float], bad: bool = True) -> Any:
        return _levels(random, count, choices, bad) if feature in on else np.zeros(1)

    busy = random.random() < 0.5
    take_profit = _levels(random, count, FRACTIONS)
    if terms.aging:
        take_profit = np.array([terms.aging[0][1] if terms.aging[0][0] == 0 else 0.0])
    return DecisionColumns(
        signals=random.choice(ENTERING if busy else SIGNALS, count).astype(np.uint8),
        stop_loss=_levels(random, count, FRACTIONS),
        take_profit=take_profit,
        trailing_stop=read("trailing", (0.0, 0.0, 0.01, 0.05)),
        trailing_distance=read("distance", (0.0, 2 * tick, 5 * tick, 20.4 * tick)),
        break_even=read("break_even", (0.0, 0.005, 0.02)),
        max_bars=read("timer", (0.0, 1.0, 2.0, 7.0)),
        size=_sizes(random, count, terms.sizing.kind, cash, terms.costs.leverage),
        limit=_limit_column(random, rows, tick) if terms.limit_entries else np.array([np.nan]),
        expiry=read("limit", (0.0, 1.0, 3.0, 2.5), False),
        priority=random.choice([0.0, 1.0, 2.0, -1.0], count) if random.random() < 0.5 else np.zeros(1),
    )


def _detail(random: np.random.Generator, rows: Any, grid: Grid, time: Any, length: int) -> Detail:
    finer = [_finer_rows(random, row, grid.tick is not None) for row in rows]
    start = np.concatenate(([0], np.cumsum([len(part) for part in finer]))).astype(np.int64)
    spaced = [t + length * np.arange(len(part)) // max(1, len(part)) for t, part in zip(time, finer, strict=True)]
    return Detail(columns_of(np.concatenate(spaced), grid.prices(np.concatenate(finer))), start)


def columns_of(time: Any, rows: Any) -> BarColumns:
    table = np.asarray(rows, np.float64).reshape(-1, 4)
    return BarColumns(np.asarray(time, np.int64), *(np.ascontiguousarray(table[:, i]) for i in range(4)))


def carry_of(due: Sequence[Due]) -> Carry:
    """The columns of what falls due, ended by a time that never comes."""
    rows = [*due, Due(NEVER)]
    floats = [np.array([getattr(row, name) for row in rows], np.float64) for name in ("rate", "long", "short")]
    return Carry(np.array([row.time for row in rows], np.int64), *floats)


def masked(signals: Any, side: str) -> Any:
    """The signals without entries of a side that is not traded."""
    without = {"both": 0, "long": ENTER_SHORT, "short": ENTER_LONG}[side]
    return signals & np.uint8(255 - without)


def _leg(random: np.random.Generator, on: set[str], time: Any, length: int, cash: float, symbol: int) -> LegCase:
    tick = Decimal(str(random.choice(TICKS))) if random.random() < 0.7 else None
    count, grid = len(time), Grid(random, tick)
    ticks = _smooth_rows(random, count) if tick is None else _grid_rows(random, count)
    rows = grid.prices(ticks)
    bid = columns_of(time, rows)
    close = float(rows[0, 3])
    rate = _rates(random, bid.close) if "conversion" in on else np.ones(1)
    money = cash / float(rate[0])
    due = _due(random, time, length, close) if "carry" in on else []
    terms = Terms(
        costs=_costs(random, on, tick, close, money),
        length=length,
        side=str(random.choice(["both", "both", "long", "short"])),
        symbol=symbol,
        sizing=_sizing(random, on),
        scale_out=_scale_out(random) if "scale_out" in on else [],
        aging=_aging(random) if "aging" in on else [],
        pyramiding=int(random.integers(1, 4)) if "pyramiding" in on else 0,
        cooldown=float(random.choice([1.0, 2.0, 5.0])) if "cooldown" in on else 0.0,
        limit_entries="limit" in on,
        due=due,
    )
    decisions = _decisions(random, on, terms, rows, cash)
    columns = LegColumns(
        bid=bid,
        ask=columns_of(time, grid.prices(_ask_rows(random, ticks, tick))) if "spread" in on else bid,
        volume=(money / close) * random.choice([0.0, 0.1, 1.0, 5.0, 100.0], count) if "impact" in on else np.ones(1),
        rate=rate,
        carry=carry_of(due),
        detail=_detail(random, ticks, grid, time, length) if "detail" in on and "spread" not in on else no_detail(),
        decisions=decisions._replace(signals=masked(decisions.signals, terms.side)),
    )
    return LegCase(terms, columns, decisions.signals)


def decisions_of(signals: Any, **levels: Any) -> DecisionColumns:
    """Decisions with levels that are one number or one a bar; none unless told otherwise."""
    named = {**dict.fromkeys(DecisionColumns._fields[1:], 0.0), **levels}
    return DecisionColumns(signals, **{name: np.atleast_1d(np.asarray(v, np.float64)) for name, v in named.items()})


def leg_case(terms: Terms, time: Any, rows: Any, decisions: DecisionColumns) -> LegCase:
    """A leg without spread, volume, conversion and finer bars."""
    bid = columns_of(time, rows)
    masked_decisions = decisions._replace(signals=masked(decisions.signals, terms.side))
    columns = LegColumns(bid, bid, np.ones(1), np.ones(1), carry_of(terms.due), no_detail(), masked_decisions)
    return LegCase(terms, columns, decisions.signals)


def no_detail() -> Detail:
    return Detail(columns_of([], []), np.empty(0, np.int64))


def random_case(
    seed: int, count: int, legs: int = 1, never: Sequence[str] = (), always: Sequence[str] | None = None
) -> Case:
    """The same arguments give the same case: few features mostly, all of them at times; `always` says which."""
    random = np.random.default_rng(seed)
    possible = [name for name in FEATURES if name not in never and (legs > 1 or name not in LEGS_FEATURES)]
    share = float(random.choice([0.0, 0.1, 0.25, 0.5, 0.9]))
    on = {name for name in possible if random.random() < share} if always is None else set(always)
    # No case goes on for longer than times of 64 bits do.
    length = int(random.choice([length for length in LENGTHS if length * count < 2_000 * DAY]))
    steps = np.where(random.random(count) < 0.15, random.integers(1, 40, count), 1) * length
    # From before 1970 to 2060, on the hour.
    time = int(random.integers(-100_000, 800_000)) * HOUR + np.cumsum(steps)
    cash = float(random.uniform(5_000, 20_000))
    parts = []
    for number in range(legs):
        kept = random.random(count) < (0.8 if "gaps" in on and legs > 1 else 2.0)
        kept[int(random.integers(count))] = True
        own = {"together"} | {name for name in sorted(on) if random.random() < 0.8} if legs > 1 else on
        parts.append(_leg(random, own, time[kept], length, cash, int(random.integers(0, max(1, number)))))
    limits = Limits(
        open_positions=int(random.integers(1, legs + 1)) if "slots" in on else 0,
        exposure=float(random.choice([0.3, 1.0, 2.0])) if "exposure" in on else 0.0,
        symbol_exposure=float(random.choice([0.0, 0.2, 0.7])) if "exposure" in on else 0.0,
    )
    return Case(tuple(parts), cash, limits, tuple(sorted(on)))


def random_cases(longest: int = 80, **choices: Any) -> st.SearchStrategy[Case]:
    """Cases of one leg by seed; fewer bars when shrinking."""
    return st.builds(lambda seed, count: random_case(seed, count, **choices), seeds(), st.integers(1, longest))


def random_portfolios(longest: int = 60, **choices: Any) -> st.SearchStrategy[Case]:
    """Cases of one to five legs by seed; fewer bars and legs when shrinking."""
    return st.builds(
        lambda seed, count, legs: random_case(seed, count, legs, **choices),
        seeds(),
        st.integers(1, longest),
        st.integers(1, 5),
    )


def seeds() -> st.SearchStrategy[int]:
    return st.integers(0, 2**32 - 1)


# -- running it ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Found:
    """What a walk left behind: its state, its legs, its journal and the balance."""

    state: Any
    legs: tuple[Leg, ...]
    journal: Journal

    @property
    def rows(self) -> list[dict[str, Any]]:
        used = int(self.journal.used[0])
        numbers, marks = self.journal.trade_numbers[:used].tolist(), self.journal.trade_marks[:used].tolist()
        names = ("entry_price", "exit_price", "quantity", "fees", "carry", "profit", "cost")
        where = ("leg", "number", "side", "reason", "entry_bar", "exit_bar", "entry_time", "exit_time")
        rows = [
            dict(zip(where, m, strict=True)) | dict(zip(names, n, strict=True))
            for n, m in zip(numbers, marks, strict=True)
        ]
        return [row | {"reason": EXIT_REASONS[row["reason"]]} for row in rows]

    @property
    def counts(self) -> dict[str, int]:
        """The counts that are not 0."""
        return {n: int(c) for n, c in zip(COUNTS, self.journal.counts.tolist(), strict=True) if c}


def room_for(case: Case, days_of_legs: bool = False) -> Journal:
    """A journal that a case cannot fill."""
    steps = len(case.times)
    rows = 2 + max(len(leg.terms.scale_out) for leg in case.legs)
    trades = rows * (steps + 2) * len(case.legs) + 2
    return new_journal(trades, steps + 1, steps, len(case.legs) if days_of_legs else 0)


def part_of(columns: LegColumns, begin: int, end: int) -> LegColumns:
    """The columns of some of the bars."""
    whole = len(columns.bid.time)

    def cut(values: Any) -> Any:
        return values if len(values) == 1 != whole else values[begin:end]

    def bars(given: BarColumns) -> BarColumns:
        return BarColumns(*(column[begin:end] for column in given))

    bid = bars(columns.bid)
    ask = bid if columns.ask is columns.bid else bars(columns.ask)
    start = columns.detail.start
    detail = columns.detail._replace(start=start[begin : end + 1] if len(start) else start)
    decisions = DecisionColumns(*(cut(column) for column in columns.decisions))
    return LegColumns(bid, ask, cut(columns.volume), cut(columns.rate), columns.carry, detail, decisions)


def first_table(case: Case, carried: Sequence[int]) -> Table:
    """The legs of a case before their first bars; `carried` is where the carry of each begins."""
    rates = [float(leg.columns.rate[0]) for leg in case.legs]
    legs = [first_leg(rate)._replace(carried=row) for rate, row in zip(rates, carried, strict=True)]
    return table_of(legs, [leg.market for leg in case.legs], [leg.policy for leg in case.legs])


def run_alone(walk: Callable[..., Any], case: Case, cuts: Sequence[int] = ()) -> Found:
    """The walk of the one leg of a case, in chunks that end at the cuts."""
    (leg,) = case.legs
    table, journal, state = first_table(case, [0]), room_for(case), first_state(case.cash, case.times[0])
    for begin, end in pairwise([0, *sorted(cuts), len(case.times)]):
        state = walk(state, table, part_of(leg.columns, begin, end), journal)
    return Found(state, (leg_of(table, 0),), journal)


def run_jump(jump: Callable[..., Any], case: Case) -> Found:
    """The jump over the one leg of a case; it writes no equity per bar."""
    (leg,) = case.legs
    table, state = first_table(case, [0]), first_state(case.cash, case.times[0])
    journal = room_for(case)._replace(bar_equity=np.empty(0))
    words, blocks = words_of(leg.columns.decisions.signals), blocks_of(leg.columns.bid)
    state = jump(state, table, leg.columns, words, blocks, journal)
    return Found(state, (leg_of(table, 0),), journal)


def run_together(walk: Callable[..., Any], case: Case) -> Found:
    """The walk of all legs of a case on one wallet."""
    columns, offsets, carried = joined([leg.columns for leg in case.legs])
    symbols = np.array([leg.terms.symbol for leg in case.legs], np.int64)
    limits = AccountLimits(case.limits.open_positions, case.limits.exposure, case.limits.symbol_exposure)
    table, journal, state = first_table(case, carried), room_for(case, True), first_state(case.cash, case.times[0])
    scratch, places = np.zeros((5, len(case.legs))), np.zeros((3, len(case.legs)), np.int64)
    state = walk(state, table, columns, offsets, symbols, limits, case.length, scratch, places, journal)
    return Found(state, tuple(leg_of(table, row) for row in range(len(case.legs))), journal)


def joined(parts: Sequence[LegColumns]) -> tuple[LegColumns, Any, list[int]]:
    """The columns of several legs behind one another, where each begins, and where the carry of each begins."""
    counts = [len(part.bid.time) for part in parts]

    def whole(values: Callable[[LegColumns], Any]) -> Any:
        columns = [values(part) for part in parts]
        if all(len(column) == 1 and column[0] == columns[0][0] for column in columns):
            return columns[0]
        full = [np.full(n, c[0]) if len(c) == 1 else c for n, c in zip(counts, columns, strict=True)]
        return np.ascontiguousarray(np.concatenate(full))

    def bars(values: Callable[[LegColumns], BarColumns]) -> BarColumns:
        return BarColumns(*(np.concatenate(columns) for columns in zip(*map(values, parts), strict=True)))

    bid = bars(lambda part: part.bid)
    same = all(part.ask is part.bid for part in parts)
    carry = Carry(*(np.concatenate(columns) for columns in zip(*(part.carry for part in parts), strict=True)))
    decisions = DecisionColumns(*(whole(lambda p, i=i: p.decisions[i]) for i in range(len(DecisionColumns._fields))))
    # Signals have one value a bar.
    decisions = decisions._replace(signals=np.concatenate([part.decisions.signals for part in parts]))
    starts = np.cumsum([0, *(len(part.carry.time) for part in parts)])[:-1]
    columns = LegColumns(
        bid=bid,
        ask=bid if same else bars(lambda part: part.ask),
        volume=whole(lambda part: part.volume),
        rate=whole(lambda part: part.rate),
        carry=carry,
        detail=_joined_detail(parts, counts),
        decisions=decisions,
    )
    return columns, np.cumsum([0, *counts]).astype(np.int64), starts.tolist()


def _joined_detail(parts: Sequence[LegColumns], counts: Sequence[int]) -> Detail:
    if all(len(part.detail.start) == 0 for part in parts):
        return parts[0].detail
    starts = [part.detail.start if len(part.detail.start) else np.zeros(1, np.int64) for part in parts]
    pieces = [[c[s[0] : s[-1]] for c in part.detail.bars] for part, s in zip(parts, starts, strict=True)]
    lengths = [np.diff(s) if len(s) > 1 else np.zeros(n, np.int64) for s, n in zip(starts, counts, strict=True)]
    bars = BarColumns(*(np.concatenate(columns) for columns in zip(*pieces, strict=True)))
    return Detail(bars, np.concatenate(([0], np.cumsum(np.concatenate(lengths)))).astype(np.int64))


def refer(case: Case, steps: int | None = None) -> Reference:
    """What the reference makes of a case, or of its first steps."""
    reference = Reference([replace(leg.terms) for leg in case.legs], case.cash, case.limits)
    told = [leg.told() for leg in case.legs]
    for time in case.times[:steps]:
        reference.feed(time, {number: bars[time] for number, bars in enumerate(told) if time in bars})
    return reference


def first_bars(case: Case, count: int) -> Case:
    """The case of one leg, cut short."""
    (leg,) = case.legs
    cut = replace(leg, columns=part_of(leg.columns, 0, count), signals=leg.signals[:count])
    return replace(case, legs=(cut,))


# -- comparing ----------------------------------------------------------------------------------------------------

EXACT = ("leg", "number", "side", "reason", "entry_bar", "exit_bar", "entry_time", "exit_time")
PRICES = ("entry_price", "exit_price", "quantity")
MONEY = ("fees", "carry", "profit", "cost")


def assert_same_trades(found: Found, reference: Reference) -> None:
    """Sides, reasons, bars and positions exactly, numbers within 1e-9."""
    ours, theirs = found.rows, reference.trades
    assert [[row[name] for name in EXACT] for row in ours] == [[row[name] for name in EXACT] for row in theirs]
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose([one[n] for n in PRICES], [other[n] for n in PRICES], rtol=1e-9)
        # Fees and profit are small differences of large amounts.
        np.testing.assert_allclose(
            [one[n] for n in MONEY], [other[n] for n in MONEY], rtol=1e-9, atol=1e-9 * other["cost"]
        )


def assert_same_position(leg: Leg, held: Held | None, scale: float) -> None:
    """What a leg holds: the same quantity at the same price, with the same levels."""
    position = leg.position
    assert position.side == (held.side if held else 0)
    if held is None:
        return
    assert (position.entry_bar, position.entry_time, position.number) == (held.bar, held.time, held.number)
    ours = (position.quantity, position.entry_price, position.fees, position.carry, position.margin, position.cost)
    theirs = (held.quantity, held.price, held.fees, held.carry, held.margin, held.cost)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9 * scale * 1e-3)
    stop = held.nearest_stop()
    assert np.isclose(position.stop, stop[0] if stop else -held.side * np.inf, rtol=1e-9)


def assert_same(found: Found, reference: Reference) -> None:
    """Trades, counts, equity at every step, money, and what each leg holds and has ordered."""
    assert_same_trades(found, reference)
    assert found.counts == {name: reference.counts[name] for name in COUNTS if name in reference.counts}
    turnover = sum(row["cost"] for row in reference.trades[-20:])
    scale = float(np.max(np.abs(reference.equity))) + abs(reference.balance) + turnover
    if len(found.journal.bar_equity):
        np.testing.assert_allclose(found.journal.bar_equity, reference.equity, rtol=1e-9, atol=1e-9 * scale)
    wallet, locked = found.state.wallet, sum(leg.held.margin for leg in reference.legs if leg.held)
    reserved = sum(leg.entry.reserved for leg in reference.legs if leg.entry)
    np.testing.assert_allclose(wallet, [reference.balance, locked, reserved], rtol=1e-9, atol=1e-9 * scale)
    for ours, theirs in zip(found.legs, reference.legs, strict=True):
        assert_same_position(ours, theirs.held, scale)
        assert (ours.leave != 0) == (theirs.leaving != "")
        assert ours.entry.side == (theirs.entry.side if theirs.entry else 0)
        if theirs.entry:
            np.testing.assert_allclose(ours.entry.quantity, theirs.entry.quantity, rtol=1e-9)


def bits(values: Any) -> list[bytes]:
    """Nested numbers as they lie in memory, a NaN equal to itself."""
    if isinstance(values, tuple):
        return [part for value in values for part in bits(value)]
    return [np.asarray(values, np.float64).tobytes()]


def assert_same_bits(one: Found, other: Found, bars: bool = True) -> None:
    """All that two walks left behind is the same to the bit."""
    assert one.journal.used.tolist() == other.journal.used.tolist()
    rows, _, days = one.journal.used.tolist()
    for name, used in (("trade_numbers", rows), ("trade_marks", rows), ("day_times", days), ("day_equity", days)):
        assert getattr(one.journal, name)[:used].tobytes() == getattr(other.journal, name)[:used].tobytes(), name
    assert one.counts == other.counts
    assert bits(one.state) == bits(other.state)
    assert bits(one.legs) == bits(other.legs)
    if bars:
        assert one.journal.bar_equity.tobytes() == other.journal.bar_equity.tobytes()
