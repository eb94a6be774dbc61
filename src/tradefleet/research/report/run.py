"""A result's tables as NumPy columns, read once and shared by all parts of the report."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.bars import Bars
from tradefleet.research.report.contract import Reportable

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

OPEN = "open"


@dataclass(frozen=True, eq=False)
class Trades:
    """The rows of the trades frame; times in UTC nanoseconds, `long` says the side."""

    symbol: list[str]
    entry_time: Integers
    exit_time: Integers
    long: NDArray[np.bool_]
    quantity: Floats
    entry_price: Floats
    exit_price: Floats
    fees: Floats
    profit: Floats
    profit_ratio: Floats
    exit_reason: list[str]
    tag: list[str]

    def __len__(self) -> int:
        return len(self.profit)

    @cached_property
    def closed(self) -> NDArray[np.bool_]:
        """Which rows are closed legs."""
        return np.array([reason != OPEN for reason in self.exit_reason], dtype=bool)


class Run:
    """A result with its columns read."""

    def __init__(self, result: Reportable) -> None:
        self.result = result
        self.bars: Bars = result.bars
        self.all_bars: dict[str, Bars] = getattr(result, "all_bars", None) or {result.bars.symbol: result.bars}
        self.equity_time = _times(result.equity["time"], 0)
        self.equity = _numbers(result.equity["equity"])

    @cached_property
    def trades(self) -> Trades:
        """The trades' columns; an exit that is not there yet is the end of the data."""
        frame, end = self.result.trades, self.end
        return Trades(
            symbol=_texts(frame["symbol"]),
            entry_time=_times(frame["entry_time"], end),
            exit_time=_times(frame["exit_time"], end),
            long=np.array([side == "long" for side in _texts(frame["side"])], dtype=bool),
            quantity=_numbers(frame["quantity"]),
            entry_price=_numbers(frame["entry_price"]),
            exit_price=_numbers(frame["exit_price"]),
            fees=_numbers(frame["fees"]),
            profit=_numbers(frame["profit"]),
            profit_ratio=_numbers(frame["profit_ratio"]),
            exit_reason=_texts(frame["exit_reason"]),
            tag=_texts(frame["tag"]),
        )

    @property
    def start(self) -> int:
        """Open time of the first bar of any symbol; 0 without bars."""
        return min((int(bars.time[0]) for bars in self.all_bars.values() if len(bars)), default=0)

    @property
    def end(self) -> int:
        """Close time of the last bar of any symbol; 0 without bars."""
        ends = (int(bars.time[-1]) + bars.timeframe.nanoseconds for bars in self.all_bars.values() if len(bars))
        return max(ends, default=0)

    @cached_property
    def cash(self) -> float:
        """What the account started with: the setting, else what the measures imply, else the first equity."""
        stated = self.result.settings.get("cash")
        if isinstance(stated, int | float) and stated > 0:
            return float(stated)
        final, total = self.metric("final_equity"), self.metric("total_return")
        if math.isfinite(final) and math.isfinite(total) and total > -1:
            return final / (1 + total)
        return float(self.equity[0]) if len(self.equity) else 1.0

    def metric(self, name: str) -> float:
        """A measure, NaN when the result does not have it."""
        return float(self.result.metrics.get(name, math.nan))

    def told(self, name: str) -> str:
        """An entry of `data` as text; of the bars when the result does not tell."""
        known = {"symbol": self.bars.symbol, "timeframe": str(self.bars.timeframe), "bars": str(len(self.bars))}
        value = self.result.data.get(name)
        return known.get(name, "") if value is None else str(value)

    @property
    def held(self) -> Floats:
        """Worth at each equity time of the account that bought and held."""
        return self.result.holding.equity

    @cached_property
    def by_symbol(self) -> dict[str, Floats]:
        """Each symbol's curve at the times of `by_symbol_time`; empty for one symbol, or when the result has none."""
        return {name: _numbers(series) for name, series in self._curves.items() if name != "time"}

    @cached_property
    def by_symbol_time(self) -> Integers:
        """The times of the symbols' curves."""
        return _times(self._curves["time"], 0) if self._curves else np.empty(0, dtype=np.int64)

    @cached_property
    def _curves(self) -> dict[str, pl.Series]:
        frame = getattr(self.result, "equity_by_symbol", None)
        return {} if frame is None or len(self.all_bars) < 2 else frame().to_dict()


def _times(series: pl.Series, missing: int) -> Integers:
    return series.dt.epoch("ns").fill_null(missing).to_numpy().astype(np.int64)


def _numbers(series: pl.Series) -> Floats:
    # Null becomes NaN.
    return series.to_numpy().astype(np.float64)


def _texts(series: pl.Series) -> list[str]:
    return ["" if value is None else str(value) for value in series.to_list()]
