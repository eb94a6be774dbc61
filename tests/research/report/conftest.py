"""Generated results, as a backtest would give them, and a real browser."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tradefleet.market.bars import Bars
from tradefleet.market.time import DAY, parse_time
from tradefleet.market.timeframe import Timeframe
from tradefleet.metrics import Performance, measure
from tradefleet.metrics.bootstrap import Interval
from tradefleet.research.holding import buy_and_hold

CASH = 10_000.0
REASONS = np.array(["signal", "stop_loss", "take_profit", "trailing_stop", "time"])
TEXTS = ("symbol", "side", "exit_reason", "tag")
NUMBERS = ("quantity", "entry_price", "exit_price", "fees", "profit", "profit_ratio")


@dataclass(frozen=True)
class FakeResult:
    """Satisfies the report's contract."""

    bars: Bars
    trades: pl.DataFrame
    equity: pl.DataFrame
    metrics: Mapping[str, float]
    data: Mapping[str, object]
    strategy: str = "CalmCross"
    parameters: Mapping[str, object] = field(default_factory=lambda: {"fast": 12, "stop_loss": 0.02})
    settings: Mapping[str, object] = field(default_factory=lambda: {"cash": CASH, "fee": 0.001})
    warnings: Sequence[str] = ()
    counts: Mapping[str, int] = field(default_factory=lambda: {"entries below minimum": 3, "cut": 0})
    confidence: Mapping[str, Interval] = field(default_factory=lambda: {"sharpe": Interval(-0.5, 1.25)})
    all_bars: Mapping[str, Bars] | None = None

    @property
    def holding(self) -> Performance:
        days = self.equity["time"].dt.epoch("ns").to_numpy()
        if len(self.bars) == 0:
            return Performance.from_days(CASH, [CASH] * len(days))
        traded = self.all_bars or {"": self.bars}
        return buy_and_hold(list(traded.values()), CASH, 0.001, days, 365)

    def by(self, what: str) -> pl.DataFrame:
        """Written with polars, unlike the real one."""
        entry, exit_ = pl.col("entry_time"), pl.col("exit_time")
        group = {
            "weekday": entry.dt.strftime("%A"),
            "hour": entry.dt.hour().cast(pl.Int64),
            "month": exit_.dt.strftime("%Y-%m"),
        }.get(what, pl.col(what))
        profit, ratio = pl.col("profit"), pl.col("profit_ratio")
        closed = self.trades.filter(pl.col("exit_reason") != "open")
        return (
            closed.group_by(group.alias(what))
            .agg(
                trades=pl.len(),
                profit=profit.sum(),
                share=profit.sum() / abs(closed["profit"].sum() or 1.0),
                win_rate=(profit > 0).mean(),
                average=ratio.mean(),
                profit_factor=profit.clip(0).sum() / -profit.clip(None, 0).sum(),
                average_duration_hours=(exit_ - entry).dt.total_seconds().mean() / 3600,
            )
            .drop_nulls(what)
            .sort(what)
            .with_columns(pl.col("average_duration_hours").fill_null(float("nan")))
        )

    def but(self, **changes: Any) -> FakeResult:
        return replace(self, **changes)


def make_bars(
    count: int, timeframe: str = "1h", seed: int = 1, decimals: int | None = 2, symbol: str = "BTC/USDT"
) -> Bars:
    """A random walk; prices on a decimal grid, or on none."""
    random = np.random.default_rng(seed)
    period = Timeframe.parse(timeframe).nanoseconds
    size = 0.0008 * np.sqrt(period / 60e9)
    close = 1_000 * np.exp(np.cumsum(random.normal(0, size, count)))
    start = np.concatenate(([1_000.0], close[:-1]))[:count]
    wicks = np.abs(random.normal(0, size / 2, (2, count)))
    columns = [
        start,
        np.maximum(start, close) * (1 + wicks[0]),
        np.minimum(start, close) * (1 - wicks[1]),
        close,
    ]
    if decimals is not None:
        columns = [np.round(column, decimals) for column in columns]
    volume = np.round(random.lognormal(2, 1, count), 3) * (random.random(count) > 0.01)
    time = parse_time("2017-01-01") + np.arange(count, dtype=np.int64) * period
    return Bars(time, *columns, volume, timeframe=timeframe, symbol=symbol)


def make_result(bars: Bars, trades: int, seed: int = 2) -> FakeResult:
    """Trades at random places, one after the other, the last still open."""
    random = np.random.default_rng(seed)
    places = np.sort(random.choice(max(len(bars), 1), 2 * trades, replace=False))
    entry, leave = places[0::2], places[1::2]
    side = random.choice([-1, 1], trades)
    entry_price, exit_price = bars.open[entry], bars.close[leave]
    ratio = side * (exit_price / entry_price - 1) - 0.0004
    cash = CASH * np.cumprod(1 + 0.5 * ratio)
    notional = 0.5 * np.concatenate(([CASH], cash[:-1]))[:trades]
    profit, fees = notional * ratio, notional * 0.0004
    reason = REASONS[random.integers(0, len(REASONS), trades)]
    if trades:
        reason[-1] = "open"
    closes = bars.time + bars.timeframe.nanoseconds
    worth = CASH + np.concatenate(([0.0], np.cumsum(profit)))[np.searchsorted(bars.time[leave], closes, side="right")]
    day = (closes - 1) // DAY
    ends = np.flatnonzero(np.append(np.diff(day) > 0, True)) if len(bars) else np.zeros(0, dtype=np.int64)
    frame = pl.DataFrame(
        {
            "position": np.arange(trades),
            "symbol": pl.Series(["BTC/USDT"] * trades, dtype=pl.String),
            "side": pl.Series(np.where(side > 0, "long", "short").tolist(), dtype=pl.String),
            "entry_time": times(bars.time[entry]),
            "exit_time": times(bars.time[leave]),
            "quantity": np.round(notional / entry_price, 6),
            "entry_price": entry_price,
            "exit_price": exit_price,
            "fees": fees,
            "profit": profit,
            "profit_ratio": ratio,
            "exit_reason": pl.Series(reason.tolist(), dtype=pl.String),
            "tag": pl.Series(["cross"] * trades, dtype=pl.String),
        }
    )
    performance = Performance.from_days(CASH, worth[ends], profit[reason != "open"])
    data = {"symbol": "BTC/USDT", "timeframe": str(bars.timeframe), "venue": "binance", "fingerprint": bars.fingerprint}
    equity = pl.DataFrame({"time": times((day[ends] + 1) * DAY), "equity": worth[ends]})
    return FakeResult(bars, frame, equity, measure(performance), data)


@dataclass(frozen=True)
class FakeResultOfMany(FakeResult):
    """A result of several symbols that has a curve for each."""

    def equity_by_symbol(self) -> pl.DataFrame:
        assert self.all_bars is not None
        rise = np.linspace(0.0, 1.0, len(self.equity))
        lines = {name: 100.0 * (number + 1) * rise for number, name in enumerate(self.all_bars)}
        return pl.DataFrame({"time": self.equity["time"], **lines})


def make_result_of_many(symbols: Sequence[str], count: int, timeframe: str, trades: int) -> FakeResultOfMany:
    """Several series of bars; each has the same number of trades."""
    bars = {name: make_bars(count, timeframe, seed, symbol=name) for seed, name in enumerate(symbols, start=1)}
    results = [make_result(one, trades, seed) for seed, one in enumerate(bars.values(), start=1)]
    frame = pl.concat(
        result.trades.with_columns(symbol=pl.lit(name)) for name, result in zip(symbols, results, strict=True)
    ).sort("exit_time")
    first = results[0]
    return FakeResultOfMany(
        first.bars, frame, first.equity, first.metrics, {**first.data, "symbol": ", ".join(symbols)}, all_bars=bars
    )


def times(values: Any) -> pl.Series:
    return pl.Series(np.asarray(values, dtype=np.int64)).cast(pl.Datetime("ns", "UTC"))


@pytest.fixture(scope="session")
def bars_of() -> Callable[..., Bars]:
    return make_bars


@pytest.fixture(scope="session")
def result_of() -> Callable[..., FakeResult]:
    return make_result


@pytest.fixture(scope="session")
def hourly() -> FakeResult:
    """Two years of hours with 200 trades."""
    return make_result(make_bars(17_520), 200)


@pytest.fixture(scope="session")
def two_symbols() -> FakeResultOfMany:
    """A year of hours of two symbols, 60 trades each."""
    return make_result_of_many(["BTC/USDT", "ETH/USDT"], 8_760, "1h", 60)


@pytest.fixture(scope="session")
def eight_symbols() -> FakeResultOfMany:
    """Eight series of 65,000 bars, 500 trades each."""
    return make_result_of_many([f"COIN{number}/USDT" for number in range(8)], 65_000, "15m", 500)


Open = Callable[[str], str]


@pytest.fixture
def open_page(tmp_path: Path) -> Open:
    """Opens an HTML text in headless Chromium, gives the document as it is after the scripts have run."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")

    def opened(text: str) -> str:
        page = tmp_path / "page.html"
        page.write_text(text, encoding="utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        flags += [f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1400,1000"]
        flags += ["--virtual-time-budget=20000", "--enable-logging=stderr", "--dump-dom"]
        done = subprocess.run(
            [chromium, *flags, page.as_uri()], capture_output=True, text=True, timeout=120, check=True
        )
        complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        assert complaints == []
        return done.stdout

    return opened
