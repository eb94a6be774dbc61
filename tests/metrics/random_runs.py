"""Accounts of every kind, to compare two ways to measure them."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from tradefleet.market.time import DAY, HOUR
from tradefleet.metrics import Figures, Performance
from tradefleet.metrics.figures import Terms, Totals

KINDS = ("any", "idle", "constant", "rising", "steps", "ruined", "wild")


def plain_sum(values: Any) -> float:
    """From first to last."""
    total = 0.0
    for value in values.tolist():
        total += value
    return total


def changes(random: np.random.Generator, kind: str, days: int) -> Any:
    """Daily factors."""
    normal = 1.0 + random.normal(0.0005, 0.02, days)
    if kind == "idle":
        return np.where(random.random(days) < 0.1, normal, 1.0)
    if kind == "constant":
        return np.ones(days)
    if kind == "rising":
        return np.linspace(1.0, 1.02, days)
    if kind == "steps":
        return random.choice([0.99, 1.0, 1.01, 1.02], days)
    if kind == "wild":
        return np.exp(random.standard_cauchy(days).clip(-3, 3))
    return normal


def random_run(seed: int, kind: str, days: int, trades: int, cash: float) -> Performance:
    """A run of a kind, with trades in order of exit; a ruined one goes on after the day of its ruin."""
    random = np.random.default_rng(seed)
    equity = cash * np.cumprod(changes(random, kind, days))
    if kind == "ruined" and days:
        equity[random.integers(days)] = random.choice([0.0, -0.5, 1e-15]) * cash
    sizes = random.choice([0.0, -0.0, 1.0, -1.0, 2.5, -7.0], trades) if seed % 2 else random.standard_t(2, trades)
    profit = sizes * cash / 100.0
    exits = np.sort(random.integers(2 * DAY, (days + 3) * DAY, trades))
    return Performance(
        initial_cash=cash,
        equity_time=np.arange(1, days + 1, dtype=np.int64) * DAY,
        equity=equity,
        first_time=0,
        last_time=days * DAY,
        max_drawdown=float(random.random()),
        max_drawdown_length=int(random.integers(0, 2**60)),
        exposure=float(random.random()),
        profit=profit,
        profit_ratio=profit / random.uniform(0.1, 2.0, trades) / cash,
        fees=random.uniform(0.0, cash / 1_000.0, trades),
        entry_time=exits - random.integers(1, 48 * HOUR, trades),
        exit_time=exits,
        side=random.choice([-1, 1], trades),
        open_trades=int(random.integers(0, 3)),
        periods_per_year=365,
        open_fees=float(random.random()),
    )


random_runs = st.builds(
    random_run,
    seed=st.integers(0, 10_000),
    kind=st.sampled_from(KINDS),
    days=st.integers(0, 3) | st.integers(0, 60) | st.integers(61, 800),
    trades=st.integers(0, 3) | st.integers(0, 200),
    cash=st.sampled_from([1e-9, 0.1, 10_000.0, 3e15]),
)


def loop_arguments(run: Performance) -> tuple[Any, ...]:
    """What `figures_by_loop` is given for a run, in buffers with room and rubbish behind the values."""
    duration = int((run.exit_time - run.entry_time).sum())
    totals = Totals(
        run.max_drawdown,
        run.max_drawdown_length,
        run.exposure,
        run.open_trades,
        plain_sum(run.fees),
        run.open_fees,
        duration,
    )
    terms = Terms(run.initial_cash, run.years, run.periods)
    equity, profit, ratio = (np.append(each, [1e300, -1e300]) for each in (run.equity, run.profit, run.profit_ratio))
    return terms, totals, equity, len(run.equity), profit, ratio, len(run.profit), np.full(len(run.equity), np.nan)


def bits(figures: Any) -> dict[str, int]:
    """The bits of each figure by name, one pattern for all that is NaN."""
    values = np.array(tuple(figures), dtype=np.float64)
    patterns = np.where(np.isnan(values), -1, values.view(np.int64))
    names = Figures._fields if isinstance(figures, Figures) else map(str, range(len(values)))
    return dict(zip(names, patterns.tolist(), strict=True))
