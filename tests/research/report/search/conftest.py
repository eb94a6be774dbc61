"""Generated sweeps, optimizations and walk-forwards, as the searches would give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from tradefleet.market.time import DAY, parse_time
from tradefleet.metrics import MEASURES
from tradefleet.research.luck import Luck, Overfitting, trade_order

START = parse_time("2019-01-01")
DATA = {
    "symbol": "BTC/USD", "timeframe": "1m", "venue": "kraken", "bars": 1_025_708, "first": START,
    "last": START + 712 * DAY,
}  # fmt: skip
HELD = {"total_return": 0.62, "cagr": 0.28, "sharpe": 0.71, "max_drawdown": 0.55, "volatility": 0.6}


@dataclass(frozen=True)
class FakeObjective:
    name: str = "sharpe"
    higher_is_better: bool = True


def make_luck(logits: int = 924) -> Luck:
    """The luck of a search of 270 combinations."""
    random = np.random.default_rng(5)
    found = random.normal(0.3, 1.2, logits)
    nothing = np.empty(0)
    overfitting = Overfitting(0.36, 0.4, 0.1, 0.22, found, nothing, nothing, logits, 12, 270)
    order = trade_order(random.normal(0.002, 0.02, 197), orders=100)
    return Luck(270, 41.7, 1.22, 1.1, 0.97, 0.8349, 0.91, 712, 1530.0, overfitting, order, ("A note <b>.",))


@dataclass(frozen=True)
class FakeSweep:
    """Satisfies SweepReportable."""

    table: pl.DataFrame
    axes: Mapping[str, Sequence[Any]]
    strategy: str = "RsiReversion"
    objective: FakeObjective = FakeObjective()
    data: Mapping[str, object] = field(default_factory=lambda: DATA)
    settings: Mapping[str, object] = field(default_factory=lambda: {"cash": 10_000.0, "fee": 0.001})
    luck: Luck | None = field(default_factory=make_luck)
    buy_and_hold: Mapping[str, float] = field(default_factory=lambda: HELD)
    warnings: Sequence[str] = ()

    @property
    def trials(self) -> int:
        return len(self.table)

    def but(self, **changes: Any) -> FakeSweep:
        return replace(self, **changes)


@dataclass(frozen=True)
class FakeStudy:
    """Satisfies StudyReportable."""

    table: pl.DataFrame
    axes: Mapping[str, Sequence[Any]]
    objectives: Sequence[FakeObjective]
    importance: Mapping[str, float]
    strategy: str = "EmaCross"
    data: Mapping[str, object] = field(default_factory=lambda: DATA)
    settings: Mapping[str, object] = field(default_factory=lambda: {"sampler": "tpe", "seed": 7})
    luck: Luck | None = field(default_factory=make_luck)
    buy_and_hold: Mapping[str, float] = field(default_factory=lambda: HELD)
    warnings: Sequence[str] = ()

    @property
    def trials(self) -> int:
        return len(self.table)

    def but(self, **changes: Any) -> FakeStudy:
        return replace(self, **changes)


@dataclass(frozen=True)
class FakeWalk:
    """Satisfies WalkForwardReportable."""

    windows: pl.DataFrame
    equity: pl.DataFrame
    parameters: Sequence[str] = ("fast", "slow", "side")
    strategy: str = "EmaCross"
    objective: FakeObjective = FakeObjective()
    data: Mapping[str, object] = field(default_factory=lambda: DATA)
    settings: Mapping[str, object] = field(default_factory=lambda: {"train": "252d", "test": "21d", "anchored": False})
    luck: Luck | None = field(default_factory=make_luck)
    buy_and_hold: Mapping[str, float] = field(default_factory=lambda: HELD)
    metrics: Mapping[str, float] = field(
        default_factory=lambda: {"total_return": 0.21, "sharpe": 0.48, "max_drawdown": 0.2, "trades": 310.0}
    )
    warnings: Sequence[str] = ()
    trials: int = 9_800
    efficiency: float = 0.41

    def but(self, **changes: Any) -> FakeWalk:
        return replace(self, **changes)


def measures_of(quality: np.ndarray, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Every measure of combinations of a quality, some noise added."""
    count = len(quality)
    sharpe = quality + random.normal(0, 0.15, count)
    known = {
        "sharpe": sharpe,
        "sortino": sharpe * 1.4,
        "total_return": sharpe * 0.3 + random.normal(0, 0.05, count),
        "final_equity": 10_000 * (1 + sharpe * 0.3),
        "cagr": sharpe * 0.14,
        "calmar": sharpe * 0.6,
        "max_drawdown": np.clip(0.4 - sharpe * 0.1 + random.normal(0, 0.04, count), 0.01, None),
        "trades": np.round(np.abs(random.normal(220, 80, count))),
        "win_rate": np.clip(0.5 + sharpe * 0.04, 0, 1),
        "profit_factor": np.exp(sharpe * 0.3),
        "exposure": np.full(count, 0.35),
    }
    return {name: known.get(name, np.zeros(count)) for name in MEASURES}


def make_sweep(axes: Mapping[str, Sequence[Any]], *, confirm: bool = False, seed: int = 1) -> FakeSweep:
    """Every combination; the objective is a hill over the axes."""
    random = np.random.default_rng(seed)
    sizes = [len(values) for values in axes.values()]
    places = np.indices(sizes).reshape(len(sizes), -1)
    hill = sum(np.cos((place / size - 0.6) * 3) for place, size in zip(places, sizes, strict=True))
    quality = np.asarray(hill) - 0.6 * len(sizes)
    columns = {name: [values[i] for i in place] for (name, values), place in zip(axes.items(), places, strict=True)}
    measures = measures_of(quality, random)
    if confirm:
        names = ("sharpe", "total_return", "max_drawdown", "trades")
        later = measures_of(0.5 * quality + random.normal(0, 0.3, len(quality)), random)
        measures |= {f"confirm_{name}": later[name] for name in names}
    return FakeSweep(pl.DataFrame(columns | measures), axes)


def with_errors(sweep: FakeSweep, rows: Sequence[int], text: str = "StrategyError: fast is above slow") -> FakeSweep:
    """Some combinations failed: no measures, a message."""
    row = pl.int_range(pl.len())
    failed = row.is_in(list(rows))
    others = [name for name in sweep.table.columns if name not in (*sweep.axes, "error")]
    return sweep.but(
        table=sweep.table.with_columns(
            *(pl.when(failed).then(float("nan")).otherwise(pl.col(name)).alias(name) for name in others),
            pl.when(failed).then(pl.lit(text)).alias("error"),
        )
    )


RSI_AXES = {
    "entry": [float(value) for value in range(20, 38, 2)],
    "stop_loss": [0.005, 0.01, 0.015, 0.02, 0.025, 0.03],
    "reward_risk": [1.0, 1.5, 2.0, 2.5, 3.0],
}


@pytest.fixture(scope="session")
def sweep_of() -> Callable[..., FakeSweep]:
    return make_sweep


@pytest.fixture(scope="session")
def failing() -> Callable[..., FakeSweep]:
    return with_errors


@pytest.fixture(scope="session")
def small() -> FakeSweep:
    """270 combinations with a confirmation part, eight of them failed."""
    sweep = with_errors(make_sweep(RSI_AXES, confirm=True), range(8))
    return sweep.but(warnings=["Fees are 41 % of the profit.", "The best has 31 trades: few."])


@pytest.fixture(scope="session")
def large() -> FakeSweep:
    """200,000 combinations."""
    return make_sweep(
        {
            "entry": [round(20 + 0.5 * i, 1) for i in range(20)],
            "stop_loss": [round(0.001 * (i + 1), 3) for i in range(100)],
            "take_profit": [round(0.001 * (i + 1), 3) for i in range(100)],
        },
        confirm=True,
    )


def make_study(count: int = 300, objectives: Sequence[FakeObjective] = (FakeObjective(),), seed: int = 3) -> FakeStudy:
    """Trials that draw nearer to a hill; some pruned, some failed."""
    random = np.random.default_rng(seed)
    nearer = np.linspace(1, 0.25, count)
    fast = np.clip(np.round(18 + random.normal(0, 14, count) * nearer), 5, 50).astype(int)
    slow = np.clip(np.round(110 + random.normal(0, 60, count) * nearer), 20, 200).astype(int)
    stop = np.clip(random.lognormal(-4, 0.6 * nearer, count), 0.002, 0.1)
    side = random.choice(["long", "both"], count)
    quality = 1.4 - ((fast - 18) / 20) ** 2 - ((slow - 110) / 90) ** 2 + 0.2 * (side == "both")
    state = random.choice(["complete", "pruned", "failed"], count, p=[0.8, 0.17, 0.03]) if count else []
    table = pl.DataFrame(
        {
            "number": np.arange(count), "state": pl.Series(list(state), dtype=pl.String), "fast": fast, "slow": slow,
            "stop_loss": stop, "side": pl.Series(list(side), dtype=pl.String), **measures_of(quality, random),
        }
    )  # fmt: skip
    done = pl.col("state") == "complete"
    table = table.with_columns(
        *(pl.when(done).then(pl.col(name)).alias(name) for name in MEASURES),
        pl.when(pl.col("state") == "failed").then(pl.lit("TimeoutError: over 10 s")).alias("error"),
    )
    axes = {"fast": range(5, 51), "slow": range(20, 201), "stop_loss": [0.002, 0.1], "side": ["long", "both"]}
    importance = {"fast": 0.47, "slow": 0.38, "stop_loss": 0.05, "side": 0.1}
    return FakeStudy(table, axes, objectives, importance)


@pytest.fixture(scope="session")
def study_of() -> Callable[..., FakeStudy]:
    return make_study


def make_walk(count: int = 24, seed: int = 4) -> FakeWalk:
    """Rolling windows of 252 and 21 days; the last is skipped."""
    random = np.random.default_rng(seed)
    since = START + np.arange(count, dtype=np.int64) * 21 * DAY
    inside = random.normal(1.6, 0.3, count)
    outside = 0.4 * inside + random.normal(0, 0.6, count)
    windows = pl.DataFrame(
        {
            "train_since": since, "train_until": since + 252 * DAY,
            "test_since": since + 252 * DAY, "test_until": since + 273 * DAY,
            "fast": random.integers(1, 11, count) * 5, "slow": random.integers(1, 11, count) * 20,
            "side": pl.Series(random.choice(["long", "short"], count).tolist(), dtype=pl.String),
            "train_sharpe": inside, "test_sharpe": outside,
            "train_total_return": inside * 0.2, "test_total_return": outside * 0.02,
            "train_trades": np.full(count, 120.0), "test_trades": np.full(count, 11.0),
            "skipped": pl.Series([None] * (count - 1) + ["9 bars, fewer than 10"] * min(count, 1), dtype=pl.String),
        }
    ).with_columns(pl.col("^.*_(since|until)$").cast(pl.Datetime("ns", "UTC")))  # fmt: skip
    days = 21 * count
    time = pl.Series(START + (252 + np.arange(days, dtype=np.int64)) * DAY).cast(pl.Datetime("ns", "UTC"))
    equity = 10_000 * np.exp(np.cumsum(random.normal(0.0004, 0.01, days)))
    held = 10_000 * np.exp(np.cumsum(random.normal(0.0006, 0.03, days)))
    return FakeWalk(windows, pl.DataFrame({"time": time, "equity": equity, "buy_and_hold": held}))


@pytest.fixture(scope="session")
def walk_of() -> Callable[..., FakeWalk]:
    return make_walk
