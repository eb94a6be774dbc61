"""The result of a backtest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.metrics import measure
from tradefleet.metrics.performance import Floats, Performance
from tradefleet.research.ledger import Ledger
from tradefleet.research.report import figure, write_report
from tradefleet.research.summary import summary_table, to_json

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl


@dataclass(frozen=True, eq=False)
class Result:
    """What a strategy did on some bars.

    `trades` is a polars frame with a row a closed leg, in order of exit, and one a position still open; `equity` one
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
    bars: Bars
    ledger: Ledger
    performance: Performance
    counts: dict[str, int]
    warnings: list[str]
    per_bar: Callable[[], Floats] = field(repr=False)

    @cached_property
    def data(self) -> dict[str, Any]:
        """What was traded: symbol, timeframe, the bars simulated, and the first bar fed to the indicators (anchor)."""
        bars = self.bars
        return {
            "symbol": bars.symbol,
            "timeframe": str(bars.timeframe),
            "bars": len(bars),
            "first": bars.first,
            "last": bars.last,
            "anchor": self.anchor,
            "fingerprint": bars.fingerprint,
        }

    @cached_property
    def metrics(self) -> dict[str, float]:
        """Every measure by name; NaN where it is undefined."""
        return measure(self.performance)

    @cached_property
    def trades(self) -> pl.DataFrame:
        """A row a closed leg in order of exit, then one for a position still open."""
        return self.ledger.frame()

    @cached_property
    def equity(self) -> pl.DataFrame:
        """Time and equity at UTC day ends."""
        return _curve(self.performance.equity_time, self.performance.equity)

    def equity_per_bar(self) -> pl.DataFrame:
        """Time and equity at every bar's close."""
        return _curve(self.bars.time + self.bars.timeframe.nanoseconds, self.per_bar())

    def trades_csv(self) -> str:
        """The trades as CSV, times as ISO-8601."""
        return self.trades.write_csv(datetime_format="%Y-%m-%dT%H:%M:%SZ")

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML file; gives its path."""
        return write_report(self, path)

    def plot(self) -> go.Figure:
        """A plotly figure of candles, trades, equity and drawdown, for a notebook."""
        return figure(self)

    def as_dict(self, equity: str = "day") -> dict[str, Any]:
        """Everything for machines: times as ISO-8601 text, NaN and infinity as None; `equity` is day or bar."""
        return to_json(self, self.equity_per_bar() if equity == "bar" else self.equity)

    def __str__(self) -> str:
        return summary_table(self)

    def __repr__(self) -> str:
        change = self.metrics["total_return"]
        return f"Result({self.strategy} on {self.bars!r}: {len(self.performance.profit)} trades, {change:+.2%})"


def _curve(times: Any, values: Any) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415 - heavy, only where a frame is wanted

    time = pl.Series("time", np.asarray(times)).cast(pl.Datetime("ns", "UTC"))
    return pl.DataFrame([time, pl.Series("equity", values)])
