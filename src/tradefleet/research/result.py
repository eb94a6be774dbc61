"""The result of a backtest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.time import merged_times
from tradefleet.metrics import measure
from tradefleet.metrics.bootstrap import Interval, confidence
from tradefleet.metrics.holding import compared
from tradefleet.metrics.performance import Floats, Performance
from tradefleet.research.breakdown import breakdown
from tradefleet.research.holding import buy_and_hold
from tradefleet.research.ledger import Ledger
from tradefleet.research.report import figure, write_report
from tradefleet.research.summary import summary_table, to_json

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl


@dataclass(frozen=True, eq=False)
class Result:
    """What strategies did on some bars.

    `trades` is a polars frame with a row a closed leg, in order of exit, and one a position still open (of one
    `position` there are several where it was scaled out of); `equity` one
    with the equity at UTC day ends (bar closes when a bar is longer than a day); `metrics` every measure by name.
    `counts` says what was not done as asked, `warnings` what to know before believing the rest.

    >>> import tradefleet as tf
    >>> from tradefleet.strategies import SmaCross
    >>> result = tf.backtest(SmaCross(fast=5, slow=20), tf.generate_bars("1h", days=90, seed=1))
    >>> result.trades.columns[:4], round(result.metrics["final_equity"]) > 0
    (['position', 'symbol', 'side', 'entry_time'], True)
    """

    strategy: str
    parameters: dict[str, Any]
    anchor: str
    settings: dict[str, Any]
    legs: tuple[tuple[str, Bars], ...]
    ledger: Ledger
    performance: Performance
    counts: dict[str, int]
    warnings: list[str]
    fee: float
    leg_equity: Floats = field(repr=False)
    per_bar: Callable[[], Floats] = field(repr=False)

    @property
    def bars(self) -> Bars:
        """The bars simulated, of the first symbol."""
        return self.legs[0][1]

    @cached_property
    def all_bars(self) -> dict[str, Bars]:
        """The bars simulated, by symbol."""
        return {bars.symbol: bars for _, bars in self.legs}

    @cached_property
    def data(self) -> dict[str, Any]:
        """What was traded: symbols, timeframe, the bars simulated, and the first bar fed to the indicators (anchor)."""
        each = list(self.all_bars.values())
        found: dict[str, Any] = {
            "symbol": ", ".join(self.all_bars),
            "timeframe": str(each[0].timeframe),
            "bars": sum(len(bars) for bars in each),
            "first": min(bars.first for bars in each),
            "last": max(bars.last for bars in each),
            "anchor": self.anchor,
            "fingerprint": each[0].fingerprint if len(each) == 1 else _digest(bars.fingerprint for bars in each),
        }
        if len(each) > 1:
            found["symbols"] = list(self.all_bars)
        return found

    @cached_property
    def metrics(self) -> dict[str, float]:
        """Every measure by name; NaN where it is undefined."""
        return measure(self.performance)

    @cached_property
    def holding(self) -> Performance:
        """The account that bought what was traded at the first open, in equal shares, and never sold."""
        run = self.performance
        return buy_and_hold(
            list(self.all_bars.values()), run.initial_cash, self.fee, run.equity_time, run.periods_per_year
        )

    @cached_property
    def buy_and_hold(self) -> dict[str, float]:
        """The measures of that account."""
        return compared(self.holding)

    @cached_property
    def confidence(self) -> dict[str, Interval]:
        """The 95 % interval of measures by name, by resampling days and trades; the same in every run."""
        return confidence(self.performance)

    def by(self, what: str) -> pl.DataFrame:
        """Closed trades summed up by symbol, side, weekday, hour, day, month, exit_reason, tag or strategy."""
        return breakdown(self.ledger, self.performance, what)

    @cached_property
    def trades(self) -> pl.DataFrame:
        """A row a closed leg in order of exit, then one for a position still open."""
        return self.ledger.frame()

    @cached_property
    def equity(self) -> pl.DataFrame:
        """Time and equity at UTC day ends."""
        return _curve(self.performance.equity_time, self.performance.equity)

    def equity_by_symbol(self) -> pl.DataFrame:
        """Time, and for each symbol what it has brought by each UTC day end, in the account's currency."""
        import polars as pl  # noqa: PLC0415 - heavy, only where a frame is wanted

        frame = self.equity.select("time")
        columns: dict[str, Floats] = {}
        for (_, bars), brought in zip(self.legs, self.leg_equity.T, strict=True):
            columns[bars.symbol] = columns.get(bars.symbol, 0.0) + brought
        return frame.with_columns(pl.Series(name, column) for name, column in columns.items())

    def equity_per_bar(self) -> pl.DataFrame:
        """Time and equity at every bar's close; with several symbols at every close of any."""
        times = merged_times([bars.time for bars in self.all_bars.values()])
        return _curve(times + self.bars.timeframe.nanoseconds, self.per_bar())

    def trades_csv(self) -> str:
        """The trades as CSV, times as ISO-8601."""
        return self.trades.write_csv(datetime_format="%Y-%m-%dT%H:%M:%SZ")

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML file; gives its path."""
        return write_report(self, path)

    def plot(self, symbol: str | None = None) -> go.Figure:
        """A plotly figure of candles and trades of one symbol, equity and drawdown, for a notebook."""
        return figure(self, symbol)

    def as_dict(self, equity: str = "day") -> dict[str, Any]:
        """Everything for machines: times as ISO-8601 text, NaN and infinity as None; `equity` is day or bar."""
        return to_json(self, self.equity_per_bar() if equity == "bar" else self.equity)

    def __str__(self) -> str:
        return summary_table(self)

    def __repr__(self) -> str:
        change = self.metrics["total_return"]
        return f"Result({self.strategy} on {self.bars!r}: {len(self.performance.profit)} trades, {change:+.2%})"


def _digest(texts: Iterable[str]) -> str:
    """One text of sixteen hexadecimal digits for several."""
    return blake2b(" ".join(texts).encode(), digest_size=8).hexdigest()


def _curve(times: Any, values: Any) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415 - heavy, only where a frame is wanted

    time = pl.Series("time", np.asarray(times)).cast(pl.Datetime("ns", "UTC"))
    return pl.DataFrame([time, pl.Series("equity", values)])
