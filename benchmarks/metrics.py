"""Trades by group against a loop over them, and the time of confidence intervals."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np
from tests.metrics.plain_groups import plain_groups

from benchmarks.report import Check, Report
from tradefleet.market.time import DAY, HOUR
from tradefleet.metrics import Performance
from tradefleet.metrics.bootstrap import confidence
from tradefleet.metrics.groups import day_of, grouped, hour_of, month_of, weekday_of

NAME = "metrics"
TRADES, DAYS, RUNS = 100_000, 730, 7
KEYS = {"hour": hour_of, "weekday": weekday_of, "day": day_of, "month": month_of}


def run() -> Report:
    """Medians of several runs in one process, the two ways taking turns; both give the same bits."""
    report = Report(f"{TRADES:,} trades by group: vectorised against a plain loop")
    performance = _performance()
    for name, key_of in KEYS.items():
        keys = key_of(performance.entry_time)
        ways: tuple[Callable[[], object], ...] = (
            lambda keys=keys: grouped(keys, performance),
            lambda keys=keys: plain_groups(keys.tolist(), performance),
        )
        fast, slow = _medians(ways)
        row = {"by": name, "vectorised ms": fast * 1e3, "loop ms": slow * 1e3, "times faster": slow / fast}
        report.rows.append(row)
        report.checks.append(Check(f"trades by {name}, times a loop's speed", slow / fast, 10, at_least=True))
    (seconds,) = _medians((lambda: confidence(performance),))
    report.notes.append(f"confidence intervals, {DAYS} days and {TRADES:,} trades, 2,000 resamples: {seconds:.3f} s")
    report.checks.append(Check("confidence intervals, s", seconds, 0.3))
    return report


def _performance() -> Performance:
    random = np.random.default_rng(1)
    profit = random.normal(0.5, 10, TRADES)
    entry = np.sort(random.integers(0, DAYS * DAY, TRADES))
    days = Performance.from_days(10_000, 10_000 * np.cumprod(1 + random.normal(0.0005, 0.02, DAYS)))
    values = {name: getattr(days, name) for name in Performance.__dataclass_fields__}
    changes = {
        "profit": profit,
        "profit_ratio": profit / 1_000,
        "fees": random.uniform(0.1, 2, TRADES),
        "entry_time": entry,
        "exit_time": entry + random.integers(1, 48 * HOUR, TRADES),
        "side": random.choice([-1, 1], TRADES),
    }
    return Performance(**{**values, **changes})


def _medians(ways: tuple[Callable[[], object], ...]) -> list[float]:
    # The first turn warms up and is not counted.
    seconds: list[list[float]] = [[] for _ in ways]
    for _ in range(RUNS + 1):
        for way, taken in zip(ways, seconds, strict=True):
            start = time.perf_counter()
            way()
            taken.append(time.perf_counter() - start)
    return [median(taken[1:]) for taken in seconds]
