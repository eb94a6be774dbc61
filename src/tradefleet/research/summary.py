"""A result as a table for people and as JSON for machines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from tradefleet.market.time import format_time
from tradefleet.research.table import aligned

if TYPE_CHECKING:
    import polars as pl

_PERCENT = {
    "total_return",
    "cagr",
    "volatility",
    "max_drawdown",
    "win_rate",
    "exposure",
    "average_trade",
    "best_trade",
    "worst_trade",
}
_MONEY = {"final_equity", "expectancy", "fees"}
_WHOLE = {"trades", "open_trades"}
_SHOWN = (
    ("final_equity", "total_return", "cagr", "volatility", "sharpe", "sortino", "calmar"),
    ("max_drawdown", "max_drawdown_days", "exposure", "fees"),
    ("trades", "open_trades", "win_rate", "profit_factor", "expectancy", "average_trade", "best_trade", "worst_trade"),
)
_COMPARED = ("total_return", "cagr", "sharpe", "max_drawdown", "trades", "win_rate", "profit_factor", "exposure")


class Summarised(Protocol):
    """What a summary reads of a result."""

    @property
    def strategy(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def data(self) -> Mapping[str, Any]: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...
    @property
    def metrics(self) -> Mapping[str, float]: ...
    @property
    def trades(self) -> pl.DataFrame: ...
    @property
    def counts(self) -> Mapping[str, int]: ...
    @property
    def warnings(self) -> Sequence[str]: ...


def format_measure(name: str, value: float) -> str:
    """A measure for people: percent, money or a plain number; a dash where it is undefined.

    >>> format_measure("total_return", 0.1234), format_measure("sharpe", float("nan"))
    ('12.34 %', '-')
    """
    if not math.isfinite(value):
        return "-"
    if name in _PERCENT:
        return f"{value:,.2%}".replace("%", " %")
    if name in _WHOLE:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if name in _MONEY else f"{value:,.3f}"


def summary_table(result: Summarised) -> str:
    """The result as aligned lines of text."""
    data, settings = result.data, result.settings
    changed = ", ".join(f"{name}={value}" for name, value in result.parameters.items())
    lines = [
        f"{result.strategy} on {data['symbol']} {data['timeframe']}",
        f"{data['bars']:,} bars, {data['first']} to {data['last']}, fingerprint {data['fingerprint']}",
        f"cash {settings['cash']:,.2f}, fee {settings['fee']:g}, slippage {settings['slippage']:g}, "
        f"annualised by {settings['periods_per_year']:g}",
        changed,
    ]
    for group in _SHOWN:
        lines.append("")
        lines += [f"  {_title(name):<22}{format_measure(name, result.metrics[name]):>18}" for name in group]
    if result.warnings:
        lines += ["", *(f"warning: {warning}" for warning in result.warnings)]
    return "\n".join(lines)


def comparison_table(results: Sequence[Summarised]) -> str:
    """Several results side by side, one a row."""
    rows = [["strategy", *(_title(name) for name in _COMPARED)]]
    rows += [[r.strategy, *(format_measure(name, r.metrics[name]) for name in _COMPARED)] for r in results]
    return aligned(rows, right=range(1, len(rows[0])))


def to_json(result: Summarised, equity: pl.DataFrame) -> dict[str, Any]:
    """The result for machines: times as ISO-8601 text, NaN and infinity as None."""
    return {
        "strategy": result.strategy,
        "parameters": dict(result.parameters),
        "data": dict(result.data),
        "settings": dict(result.settings),
        "metrics": {name: _finite(value) for name, value in result.metrics.items()},
        "trades": _rows(result.trades),
        "equity": _rows(equity),
        "counts": dict(result.counts),
        "warnings": list(result.warnings),
    }


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    columns: dict[str, list[Any]] = {}
    for series in frame.get_columns():
        if series.dtype.is_temporal():
            columns[series.name] = [format_time(value) for value in series.dt.epoch("ns").to_list()]
        elif series.dtype.is_float():
            columns[series.name] = [_finite(value) for value in series.to_list()]
        else:
            columns[series.name] = series.to_list()
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _title(name: str) -> str:
    return name.replace("_", " ")
