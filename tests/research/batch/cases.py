"""Random strategies, combinations, bars, settings and spans: what both evaluators are given."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st
from tests.graph.expressions import Tree, build, feed_leaves, truths
from tests.indicators.samples import MOODS, strange

from tradefleet.graph import (
    Node,
    close,
    constant,
    crossed_above,
    crossed_below,
    high,
    in_session,
    low,
    rising,
    timeframe,
    volume,
    where,
)
from tradefleet.indicators import atr, bollinger_bands, ema, rsi, sma
from tradefleet.market.bars import Bars
from tradefleet.market.instrument import Instrument
from tradefleet.market.series import Series
from tradefleet.market.time import DAY, HOUR, MINUTE
from tradefleet.market.timeframe import Timeframe
from tradefleet.research import Data, Settings
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import Span
from tradefleet.strategies import Signals, Strategy, builtin_strategies, param
from tradefleet.trading.account import Account

COLUMNS = ("time", "open", "high", "low", "close", "volume")
# Monday.
START = 1_704_067_200 * 10**9


@dataclass(frozen=True, repr=False)
class Case:
    """What to evaluate, on what."""

    strategy: type[Strategy]
    fixed: Mapping[str, Any]
    bars: Bars
    settings: Settings
    data: Data
    rows: Sequence[Mapping[str, Any]]
    span: Span
    threads: int = 1
    memory: float = 1e9
    text: Mapping[str, Any] = field(default_factory=dict)

    @property
    def combinations(self) -> Combinations:
        return Combinations.of(self.rows)

    def __repr__(self) -> str:
        lines = [f"{name}: {value!r}" for name, value in self.text.items()]
        first, last = self.bars.first, self.bars.last
        lines += [f"{len(self.bars)} bars of {self.bars.timeframe} {self.bars.instrument}, {first} to {last}"]
        lines += [f"{self.settings}", f"fixed {self.fixed}", f"{self.span}", f"threads {self.threads} {self.memory:g}"]
        return "\n".join([*lines, *(str(row) for row in self.rows)])


# -- bars ---------------------------------------------------------------------------------------------------------


def coarse(
    seed: int, count: int, length: str, absent: str, tick: str | None, lot: str | None, least: str | None
) -> Bars:
    """Few ticks and many gaps, so that levels are touched, missed by a tick and jumped over all the time."""
    random = np.random.default_rng(seed)
    step = Timeframe.parse(length).nanoseconds
    ticks = np.maximum(8, 100 + np.cumsum(random.integers(-3, 4, count)) + int(random.integers(0, 100)))
    open_ = np.maximum(8, np.concatenate((ticks[:1], ticks[:-1])) + random.choice([0, 0, 0, -4, -1, 1, 4], count))
    top = np.maximum(open_, ticks) + random.integers(0, 4, count)
    bottom = np.minimum(open_, ticks) - random.integers(0, 4, count)
    unit = float(tick or random.choice([0.5, 0.1, 0.37]))
    time = step * np.arange(count) + START - START % step
    kept = np.ones(count, bool)
    if absent == "some":
        kept = random.random(count) > 0.15
    elif absent == "weekends":
        kept = (time // DAY + 3) % 7 < 5
    elif absent == "days":
        kept = (time // (2 * DAY)) % 2 == 0
    kept[0] = True
    amount = random.lognormal(3, 1, count) * (random.random(count) > 0.1)
    columns = (time, *(np.round(column * unit, 10) for column in (open_, top, bottom, ticks)), amount)
    instrument = Instrument("BTC/USDT", tick, lot, least)  # type: ignore[arg-type]
    return Bars(*(column[kept] for column in columns), timeframe=length, symbol=instrument)


def moody(seed: int, moods: list[str], start: float, lot: str | None) -> Bars:
    """Stretches of moods: flat, jumping, of one price, with days without bars."""
    bars = strange(seed, moods, start)
    columns = [getattr(bars, name) for name in COLUMNS]
    columns[0] = columns[0] + START
    return Bars(*columns, timeframe="15m", symbol=Instrument("BTC/USDT", None, lot, None))  # type: ignore[arg-type]


@cache
def some_bars() -> st.SearchStrategy[Bars]:
    """Bars of all kinds, of 15 minutes as a rule."""
    grids = st.builds(
        coarse,
        st.integers(0, 2**31),
        st.sampled_from([1, 2, 3, 9, 40, 65, 150, 200, 300, 400, 400, 700]),
        st.sampled_from(["15m", "15m", "1m", "1h", "4h", "1d", "1w"]),
        st.sampled_from(["none", "none", "some", "weekends", "days"]),
        st.sampled_from([None, "0.5", "0.1"]),
        st.sampled_from([None, None, None, "0.001", "0.3", "5"]),
        st.sampled_from([None, None, None, "10", "5000"]),
    )
    moods = st.lists(st.sampled_from([*MOODS, "walk", "walk"]), min_size=1, max_size=9)
    prices = st.sampled_from([100.0, 100.0, 100.0, 1e-7, 1e9])
    return grids | st.builds(moody, st.integers(0, 2**31), moods, prices, st.sampled_from([None, None, "0.01"]))


def data_of(bars: Bars) -> Data:
    """Another symbol and a series, for strategies that read them."""
    other = strange(len(bars), ["walk", "gap", "walk", "flat", "walk"], 20.0)
    columns = [getattr(other, name) for name in COLUMNS]
    columns[0] = columns[0] + int(bars.time[0]) - int(bars.time[0]) % (15 * MINUTE) - 8 * HOUR
    fear = Series("fear", bars.time[0] + np.arange(60) * 5 * HOUR, np.round(50 + 30 * np.sin(np.arange(60)), 1))
    return Data(
        {bars.symbol: bars, "ETH/USDT": Bars(*columns, timeframe="15m", symbol="ETH/USDT")}, None, {"fear": fear}
    )


# -- strategies ---------------------------------------------------------------------------------------------------

OWN: dict[str, tuple[Any, ...]] = {
    "short": (2, 3, 5, 7, 12),
    "long": (10, 11, 20, 40),
    "level": (30.0, 50.0, 70.0, -5.0, 101.0, 0.0, -0.0),
    "factor": (0.25, 0.5, 1.0, 2.5, 4.0),
}
LIVELY: dict[str, Any] = {
    "trend": lambda s: close > sma(close, s.short),
    "below": lambda s: sma(close, s.short) > close,
    "weak": lambda s: rsi(close, s.short) < s.level,
    "strong": lambda s: s.level < rsi(close, s.short),
    "cross": lambda s: crossed_above(ema(close, s.short), ema(close, s.long)),
    "crossed": lambda s: crossed_below(ema(close, s.short), ema(close, s.long + s.short)),
    "number crossed": lambda s: crossed_above(rsi(close, s.short), s.level),
    "same": lambda s: close == close.shift(s.short),
    "other": lambda s: close != close.shift(1),
    "band": lambda s: close <= bollinger_bands(close, s.long, s.factor).lower,
    "busy": lambda s: volume >= sma(volume, s.long) * s.factor,
    "earlier": lambda s: (close > close.shift(1)).shift(s.short) | (low < low.shift(s.short + 1)),
    "earlier by two": lambda s: (close > sma(close, s.short)).shift(2) & (high >= close.shift(1)),
    "earlier logic": lambda s: ((close > close.shift(1)) & (volume > 0)).shift(1),
    "rising": lambda s: rising(close, 2) | ~(close > sma(close, s.long)),
    "not": lambda s: ~((rsi(close, s.short) < s.level) & (close > 0)),
    "hour": lambda s: close > sma(timeframe("1h").close, s.short),
    "session": lambda s: in_session("08:00-17:00") & (close > close.shift(1)),
    "always": lambda s: True,
    "never": lambda s: False,
    "positive": lambda s: close > 0,
    "numbers": lambda s: constant(s.level) * s.factor > 40.0,
    "numbers earlier": lambda s: (constant(s.level) > 40.0).shift(30),
}
LEVELS: dict[str, dict[str, Any]] = {
    "stop_loss": {
        "number": lambda s: 0.02,
        "parameter": lambda s: s.factor / 50,
        "range": lambda s: s.factor * atr(5) / close,
        "own period": lambda s: atr(s.short) / close,
        "at times none": lambda s: where(close > sma(close, 3), 0.02 * s.factor, 0.0),
        "of the bar": lambda s: (high - low) / close,
    },
    "take_profit": {
        "number": lambda s: 0.03,
        "parameter": lambda s: s.factor / 40,
        "range": lambda s: s.factor * atr(s.short) / close,
        "huge": lambda s: 50.0,
    },
    "trailing_stop": {"parameter": lambda s: s.factor / 60, "range": lambda s: atr(5) / close},
    "max_bars": {
        "parameter": lambda s: s.short,
        "half": lambda s: s.factor * 1.5,
        "range": lambda s: rsi(close, 5) / 9,
    },
    "size": {
        "number": lambda s: 0.4,
        "parameter": lambda s: s.factor / 4,
        "too much": lambda s: s.factor,
        "range": lambda s: 0.2 + rsi(close, s.short) / 200,
        "own factor": lambda s: s.factor * rsi(close, 5) / 400,
    },
    "priority": {"range": lambda s: rsi(close, s.long)},
}
READS: dict[str, Any] = {
    "branch": lambda s: s.short > 5,
    "raises": lambda s: 1 / (s.short - 7),
    "root": lambda s: s.level**0.5 > 6,
    "text": lambda s: s.kind == "b",
    "chosen": lambda s: [1, 2, 3, 4, 5, 6, 7, 8][s.short],
}


def made(tree: Mapping[str, Any]) -> type[Strategy]:
    """A strategy of a recipe: conditions by name or as a tree, levels by name, and what it reads."""

    def condition(self: Any, what: Any) -> Any:
        if isinstance(what, str):
            return LIVELY[what](self)
        head, *rest = what
        if head == "tree":
            given = {name: getattr(self, name) for name in OWN}
            return build(rest[0], given)
        parts = [condition(self, part) for part in rest]
        if head == "~":
            return ~parts[0] if isinstance(parts[0], Node) else not parts[0]
        return {"&": operator.and_, "|": operator.or_}[head](*parts)

    def signals(self: Any) -> Signals:
        for name in tree["reads"]:
            READS[name](self)
        fields = {name: condition(self, what) for name, what in tree["conditions"].items()}
        fields |= {name: LEVELS[name][chosen](self) for name, chosen in tree["levels"].items()}
        return Signals(**fields)

    own = {"short": param(3, 2, 12), "long": param(10, 10, 40), "level": param(50.0, -5.0, 150.0)}
    return type("Made", (Strategy,), {**own, "factor": param(1.0, 0.25, 4.0), "kind": param("a"), "signals": signals})


# Made once: it is making them that takes long.
TREES: st.SearchStrategy[Tree] = st.tuples(st.just("tree"), truths(2) | truths(1, feed_leaves()))


@cache
def conditions(depth: int = 2) -> st.SearchStrategy[Any]:
    """Conditions that hold now and then, and random trees."""
    usual = [name for name in LIVELY if name not in ("never", "always", "positive", "numbers")]
    names = st.sampled_from(usual * 3 + sorted(LIVELY))
    if depth == 0:
        return st.one_of(*[names] * 6, TREES)
    one = conditions(depth - 1)
    return st.one_of(
        *[names] * 4, TREES, st.tuples(st.sampled_from(["&", "|", "|"]), one, one), st.tuples(st.just("~"), one)
    )


AXES: dict[str, tuple[Any, ...]] = {
    "stop_loss": (0.0, 0.005, 0.01, 0.02, 0.05, 0.3, 1.0),
    "take_profit": (0.0, 0.005, 0.01, 0.03, 0.1, 50.0),
    "reward_risk": (0.0, 1.0, 2.5),
    "trailing_stop": (0.0, 0.01, 0.03, 0.2),
    "break_even": (0.0, 0.0, 0.01),
    "max_bars": (0, 1, 2, 5, 30, 1_000_000_000),
    "cooldown": (0, 1, 3, 20, 1_000_000_000),
    "pyramiding": (0, 0, 1),
    "size": (0.1, 0.99, 1.0, 3.0, "amount:500", "amount:30000", "risk:0.01", "volatility:0.3,bars=5", "kelly:0.5"),
    "side": ("long", "short", "both"),
    "session": ("", "08:00-17:00", "22:00-03:00 Europe/London mon-fri"),
    "kind": ("a", "b"),
    "cash": (10_000.0, 5_000.0, 50.0),
    "fee": (0.0, 0.001, 0.05, -0.005),
    "slippage": (0.0, 0.002),
    "slippage_impact": (0.0, 0.05),
    **OWN,
}
SETTINGS = ("cash", "fee", "slippage", "slippage_impact")
WIDE = ("stop_loss", "take_profit", "cooldown", "max_bars")


@st.composite
def rows_of(draw: st.DrawFn, names: Sequence[str]) -> list[dict[str, Any]]:
    """Combinations of some axes, with duplicates, and at times of an account."""
    chosen = draw(st.lists(st.sampled_from(sorted(names)), min_size=1, max_size=5, unique=True))
    values = {}
    for name in chosen:
        known = st.sampled_from(AXES[name])
        if name in WIDE or name in ("trailing_stop",):
            known |= st.floats(0.001, 0.2) if name not in ("cooldown", "max_bars") else st.integers(0, 40)
        values[name] = draw(st.lists(known, min_size=1, max_size=4))
    count = draw(st.integers(1, 24))
    random = np.random.default_rng(draw(st.integers(0, 2**31)))
    return [{name: known[random.integers(len(known))] for name, known in values.items()} for _ in range(count)]


@cache
def accounts() -> st.SearchStrategy[Account]:
    """Spot accounts of all costs; now and then one that the chain does not know."""
    spot = st.builds(
        lambda **given: Account(**{name: value for name, value in given.items() if value is not None}),
        maker=st.sampled_from([None, None, -0.001, 0.02]),
        commission=st.sampled_from([0.0, 0.0, 0.05]),
        slippage_range=st.sampled_from([0.0, 0.0, 0.1]),
        slippage_impact=st.sampled_from([0.0, 0.0, 0.0, 0.1]),
        tick=st.sampled_from([None, None, "0.5"]),
        lot=st.sampled_from([None, None, "0.1"]),
        min_notional=st.sampled_from([None, None, "300"]),
    )
    others = [
        Account(market="perpetual", leverage=5),
        Account(market="perpetual", leverage=3, funding=0.0002),
        Account(spread=0.5),
        Account(max_exposure=0.5),
        Account(max_open_positions=1),
        Account(market="forex", leverage=10, swap_long=0.001),
    ]
    return st.one_of(*[st.just(Account())] * 3, *[spot] * 4, st.sampled_from(others))


@st.composite
def spans(draw: st.DrawFn, bars: Bars) -> Span:
    """All bars, or those from some bar to some other, which may be one or none."""
    if draw(st.booleans()):
        return Span()
    count = len(bars)
    begin = draw(st.none() | st.integers(0, count - 1))
    end = draw(st.none() | st.integers((begin or 0) + 1, count) | st.integers((begin or 0) + 1, (begin or 0) + 10))
    since = None if begin is None else int(bars.time[begin])
    until = None if end is None or end >= count else int(bars.time[end])
    return Span(since, until)


@st.composite
def recipes(draw: st.DrawFn) -> dict[str, Any]:
    """A strategy's recipe."""
    found: dict[str, Any] = {"enter_long": draw(conditions()), "exit_long": draw(conditions())}
    if draw(st.integers(0, 3)) == 0:
        found |= {"enter_short": draw(conditions(0)), "exit_short": draw(conditions(0))}
    names = draw(st.lists(st.sampled_from(sorted(LEVELS)), max_size=2, unique=True))
    levels = {name: draw(st.sampled_from(sorted(LEVELS[name]))) for name in names}
    reads = draw(st.lists(st.sampled_from(sorted(READS)), max_size=1)) if draw(st.integers(0, 3)) == 0 else []
    return {"conditions": found, "levels": levels, "reads": reads}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Anything."""
    bars = draw(some_bars())
    fixed: dict[str, Any] = {}
    if draw(st.integers(0, 9)) == 0:
        builtin = builtin_strategies()
        strategy = builtin[draw(st.sampled_from(sorted(builtin)))]
        recipe: dict[str, Any] = {"built in": strategy.__name__}
        names = [name for name in AXES if name not in (*OWN, "kind")]
    else:
        recipe = draw(recipes())
        strategy = made(recipe)
        # What signals set is no axis: an error for all would hide the rest.
        names = [name for name in AXES if name not in recipe["levels"]]
        if "take_profit" in recipe["levels"]:
            names.remove("reward_risk")
        if "enter_short" not in recipe["conditions"]:
            names.remove("side")
        else:
            fixed["side"] = draw(st.sampled_from(["long", "short", "short", "both"]))
    rows = draw(rows_of(names))
    fixed = {name: value for name, value in fixed.items() if name not in rows[0]}
    if not any(name in rows[0] for name in ("stop_loss", *recipe.get("levels", ()))) and draw(st.booleans()):
        fixed["stop_loss"] = 0.02
    settings = Settings(
        cash=draw(st.sampled_from([10_000.0, 10_000.0, 200.0])),
        fee=draw(st.sampled_from([0.001, 0.0, 0.05])),
        slippage=draw(st.sampled_from([0.0, 0.001])),
        account=draw(accounts()),
    )
    return Case(
        strategy, fixed, bars, settings, data_of(bars), rows, draw(spans(bars)),
        draw(st.sampled_from([1, 2, 3])), draw(st.sampled_from([1e9, 1e5, 1e4])), recipe,
    )  # fmt: skip


CHAINED = ("stop_loss", "take_profit", "trailing_stop", "max_bars", "cooldown", "size", "short", "level", "factor")


@st.composite
def trading_cases(draw: st.DrawFn) -> Case:
    """What the chain knows, with trades: usual conditions, spot accounts, several hundred bars."""
    grid = st.builds(
        coarse,
        st.integers(0, 2**31),
        st.sampled_from([150, 400, 700, 3000]),
        st.sampled_from(["15m", "1h", "4h", "1d"]),
        st.sampled_from(["none", "some", "weekends", "days"]),
        st.sampled_from([None, "0.5", "0.1"]),
        st.sampled_from([None, "0.001"]),
        st.none(),
    )
    bars = draw(grid)
    usual = st.sampled_from(
        ["trend", "below", "weak", "strong", "cross", "same", "other", "band", "earlier", "positive"]
    )
    side = draw(st.sampled_from(["long", "short"]))
    conditions_ = {f"enter_{side}": draw(usual), f"exit_{side}": draw(usual | st.just("never"))}
    names = draw(st.lists(st.sampled_from(sorted(LEVELS)), max_size=1))
    recipe = {
        "conditions": conditions_,
        "levels": {name: draw(st.sampled_from(sorted(LEVELS[name]))) for name in names},
        "reads": [],
    }
    rows = draw(rows_of([name for name in CHAINED if name not in names]))
    settings = Settings(
        cash=draw(st.sampled_from([10_000.0, 500.0])),
        fee=draw(st.sampled_from([0.001, 0.0, 0.05])),
        slippage=draw(st.sampled_from([0.0, 0.001])),
        account=draw(
            st.sampled_from([Account(), Account(slippage_range=0.1), Account(commission=0.01, maker=-0.0005)])
        ),
    )
    fixed = {"side": side}
    span, threads, memory = draw(spans(bars)), draw(st.sampled_from([1, 2, 3])), draw(st.sampled_from([1e9, 1e5, 1e4]))
    return Case(made(recipe), fixed, bars, settings, data_of(bars), rows, span, threads, memory, recipe)
