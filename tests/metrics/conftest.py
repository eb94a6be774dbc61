"""Equity curves and trades the measures are tried on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tradefleet.market.time import DAY, HOUR
from tradefleet.metrics import Performance

HOURLY = Path(__file__).parents[2].parent / "shared" / "data" / "nic-binance-1h" / "BTC_USDT-1h.feather"
CASH = 10_000.0


def performance(equity: Any, profit: Any = (), **changes: Any) -> Performance:
    """A performance of a daily curve, with some fields replaced."""
    base = Performance.from_days(CASH, equity, profit)
    values = {name: getattr(base, name) for name in Performance.__dataclass_fields__}
    return Performance(**{**values, **changes})


def random_walk(seed: int, days: int, trades: int) -> Performance:
    """A lognormal account with trades of random size, length and side."""
    random = np.random.default_rng(seed)
    equity = CASH * np.exp(np.cumsum(random.normal(0.0005, 0.02, days)))
    profit = random.standard_t(3, trades) * 10 + 0.5
    entry = np.sort(random.integers(0, days * DAY, trades))
    return performance(
        equity,
        profit,
        profit_ratio=profit / random.uniform(100, 5_000, trades),
        fees=random.uniform(0.1, 2, trades),
        entry_time=entry,
        exit_time=entry + random.integers(1, 48 * HOUR, trades),
        side=random.choice([-1, 1], trades),
        exposure=0.6,
        open_trades=1,
    )


def bitcoin_cross() -> Performance:
    """Bitcoin held while its fast hourly average is above the slow one, 2017 to 2024, as traded in full."""
    if not HOURLY.exists():
        pytest.skip(f"no real bars at {HOURLY}")
    frame = pl.read_ipc(HOURLY).select("date", "close")
    fast = frame["close"].ewm_mean(span=50, adjust=False)
    slow = frame["close"].ewm_mean(span=200, adjust=False)
    held = (fast > slow).shift(1, fill_value=False).to_numpy()
    close = frame["close"].to_numpy()
    time = frame["date"].dt.epoch("ns").to_numpy()
    step = np.concatenate(([0.0], close[1:] / close[:-1] - 1.0))
    switches = np.abs(np.diff(held.astype(np.int64), prepend=0))
    equity = CASH * np.cumprod((1.0 + held * step) * (1.0 - 0.001 * switches))
    day = time // DAY
    ends = np.flatnonzero(np.append(np.diff(day) > 0, True))
    entries = np.flatnonzero(np.diff(held.astype(np.int64), prepend=0) == 1)
    exits = np.flatnonzero(np.diff(held.astype(np.int64), prepend=0) == -1)
    entries = entries[: len(exits)]
    profit = equity[exits] - equity[entries - 1]
    return performance(
        equity[ends],
        profit,
        equity_time=(day[ends] + 1) * DAY,
        first_time=int(time[0]),
        last_time=int(time[-1]) + HOUR,
        profit_ratio=profit / equity[entries - 1],
        fees=np.full(len(profit), 2.0),
        entry_time=time[entries],
        exit_time=time[exits],
        exposure=float(held.mean()),
    )


RUNS = {
    "bitcoin": bitcoin_cross,
    "steady": lambda: random_walk(1, 730, 400),
    "long": lambda: random_walk(2, 3_000, 5_000),
    "short": lambda: random_walk(3, 40, 7),
}


@pytest.fixture(scope="session", params=sorted(RUNS))
def run(request: pytest.FixtureRequest) -> Performance:
    """One real and three generated runs."""
    return RUNS[request.param]()


@pytest.fixture(scope="session")
def big_run() -> Performance:
    """Two years of days and 40,000 trades."""
    return random_walk(4, 730, 40_000)


@pytest.fixture(scope="session")
def make() -> Callable[..., Performance]:
    """Build a performance of a daily curve with some fields replaced."""
    return performance
