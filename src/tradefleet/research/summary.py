"""A result as a table for people and as JSON for machines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tradefleet.market.time import format_time
from tradefleet.metrics.bootstrap import Interval, confidence
from tradefleet.metrics.performance import Performance
from tradefleet.research.ambiguity import ambiguity
from tradefleet.research.breakdown import BY
from tradefleet.research.report.measures import printed
from tradefleet.research.report.texts import ascii_only, number, share, words
from tradefleet.research.table import aligned

if TYPE_CHECKING:
    import polars as pl

_SHOWN = (
    ("final_equity", "total_return", "cagr", "volatility", "sharpe", "sortino", "calmar"),
    ("max_drawdown", "max_drawdown_days", "exposure", "fees"),
    ("trades", "open_trades", "win_rate", "profit_factor", "expectancy", "average_trade", "best_trade", "worst_trade"),
)
# Of these, with so few resamples that printing is not kept waiting; the JSON and the report have the finer intervals.
_INTERVALS = ("total_return", "sharpe", "max_drawdown")
_RESAMPLES = 1_000
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
    @property
    def performance(self) -> Performance: ...
    @property
    def buy_and_hold(self) -> Mapping[str, float]: ...
    @property
    def confidence(self) -> Mapping[str, Interval]: ...
    def by(self, what: str) -> pl.DataFrame: ...


def summary_table(result: Summarised) -> str:
    """The result as aligned lines of text."""
    data, settings = result.data, result.settings
    lines = [
        f"{result.strategy} on {data['symbol']} {data['timeframe']}",
        f"{data['bars']:,} bars, {data['first']} to {data['last']}, fingerprint {data['fingerprint']}",
        f"cash {settings['cash']:,.2f}, {_fees(settings)}, slippage {settings['slippage']:g}, "
        f"annualised by {settings['periods_per_year']:g}",
        *_account(settings),
        *_parameters(result.parameters),
    ]
    held = result.buy_and_hold
    lines += ["", f"  {'':<22}{'strategy':>18}{'buy and hold':>18}"]
    for group in _SHOWN:
        lines += [*(_line(name, result.metrics, held) for name in group), ""]
    notes = (_confidence(result.performance), ambiguity(result.counts, detailed=bool(settings.get("detail"))))
    lines += [note for note in notes if note]
    lines += [f"warning: {warning}" for warning in result.warnings]
    return "\n".join(lines).rstrip()


def _parameters(parameters: Mapping[str, Any]) -> list[str]:
    # One line, or one a strategy where there are several.
    if parameters and all(isinstance(each, Mapping) for each in parameters.values()):
        return [f"{strategy}: {', '.join(_parameters(each))}" for strategy, each in parameters.items()]
    return [", ".join(f"{name}={value}" for name, value in parameters.items())]


def _fees(settings: Mapping[str, Any]) -> str:
    """What fills paid."""
    if "maker" not in settings and "taker" not in settings:
        return f"fee {settings['fee']:g}"
    maker, taker = (settings.get(name, settings["fee"]) for name in ("maker", "taker"))
    return f"maker {maker:g}, taker {taker:g}"


def _account(settings: Mapping[str, Any]) -> list[str]:
    """What the account names, in a line; tables of symbols by their length."""
    told = [
        f"{name} {f'of {len(value)} symbols' if isinstance(value, Mapping) else value}"
        for name, value in settings.get("account", {}).items()
        if name not in ("maker", "taker", "cash", "fee")
    ]
    return [f"account: {', '.join(told)}"] if told else []


def _line(name: str, metrics: Mapping[str, float], held: Mapping[str, float]) -> str:
    beside = f"{printed(name, held[name]):>18}" if name in held else ""
    return f"  {words(name):<22}{printed(name, metrics[name]):>18}{beside}"


def _confidence(performance: Performance) -> str:
    found = confidence(performance, _INTERVALS, resamples=_RESAMPLES)
    told = [
        f"{words(name)} {_rough(name, interval.low)} to {_rough(name, interval.high)}"
        for name, interval in found.items()
        if math.isfinite(interval.low) and math.isfinite(interval.high)
    ]
    return ascii_only(f"95% confidence: {', '.join(told)}") if told else ""


def _rough(name: str, value: float) -> str:
    # More digits than luck leaves would promise too much.
    if name == "sharpe":
        return number(value, 1)
    return share(value, 0 if abs(value) >= 0.1 else 1)


@dataclass(frozen=True)
class Failed:
    """A strategy without a result, and why, in one line."""

    strategy: str
    error: str


def comparison_table(results: Sequence[Summarised | Failed]) -> str:
    """Several results side by side, one a row; where there is none, the row says why."""
    rows = [["strategy", *(words(name) for name in _COMPARED)]]
    for each in results:
        found = [""] * len(_COMPARED) if isinstance(each, Failed) else _measures(each)
        rows.append([each.strategy, *found])
    lines = aligned(rows, right=range(1, len(rows[0]))).splitlines()
    width = max(len(row[0]) for row in rows)
    for line, each in enumerate(results, start=1):
        if isinstance(each, Failed):
            lines[line] = f"{each.strategy:<{width}}  {each.error}"
    return "\n".join(lines)


def _measures(result: Summarised) -> list[str]:
    return [printed(name, result.metrics[name]) for name in _COMPARED]


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
        "buy_and_hold": {name: _finite(value) for name, value in result.buy_and_hold.items()},
        "confidence": {name: [_finite(end) for end in interval] for name, interval in result.confidence.items()},
        "by": {what: _rows(result.by(what)) for what in BY},
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
