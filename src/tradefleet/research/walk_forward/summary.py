"""A walk forward as a table for people and as JSON for machines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from tradefleet.market.time import format_time, parse_time
from tradefleet.metrics.bootstrap import Interval
from tradefleet.research.report.measures import label, printed
from tradefleet.research.report.texts import ascii_only, date, number, share, words
from tradefleet.research.search.direction import Objective
from tradefleet.research.table import aligned
from tradefleet.research.walk_forward.drift import Drift
from tradefleet.research.walk_forward.efficiency import efficiency_of
from tradefleet.research.walk_forward.luck import WalkLuck
from tradefleet.research.walk_forward.walking import Step

if TYPE_CHECKING:
    import polars as pl

_BESIDE = ("final_equity", "total_return", "cagr", "volatility", "sharpe", "sortino", "calmar", "max_drawdown")
_OWN = ("trades", "win_rate", "profit_factor", "exposure", "fees")
# Of each window, besides the objective.
_SHOWN = ("total_return", "max_drawdown", "trades")


class Walked(Protocol):
    """What a summary reads of a walk forward."""

    @property
    def strategy(self) -> str: ...
    @property
    def fixed(self) -> Mapping[str, Any]: ...
    @property
    def data(self) -> Mapping[str, Any]: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...
    @property
    def objective(self) -> Objective: ...
    @property
    def steps(self) -> Sequence[Step]: ...
    @property
    def windows(self) -> pl.DataFrame: ...
    @property
    def metrics(self) -> Mapping[str, float]: ...
    @property
    def buy_and_hold(self) -> Mapping[str, float]: ...
    @property
    def confidence(self) -> Mapping[str, Interval]: ...
    @property
    def efficiency(self) -> float: ...
    @property
    def profitable(self) -> float: ...
    @property
    def drift(self) -> Sequence[Drift]: ...
    @property
    def trials(self) -> int: ...
    @property
    def luck(self) -> WalkLuck: ...
    @property
    def skipped(self) -> Mapping[int, str]: ...
    @property
    def warnings(self) -> Sequence[str]: ...


def summary(walk: Walked) -> str:
    """Windows one a line, the account that traded them beside one that held, and what to know before believing it."""
    data, settings = walk.data, walk.settings
    gap = "" if settings["gap"] == "0" else f", gap {settings['gap']}"
    kind = "anchored" if settings["anchored"] else "rolling"
    done = len(walk.steps) - len(walk.skipped)
    traded = f"{walk.strategy} on {data['symbol']} {data['timeframe']}"
    lines = [
        f"{traded}, {data['bars']:,} bars, {data['first']} to {data['last']}",
        f"walk forward, {kind}: train {settings['train']}{gap}, test {settings['test']}; "
        f"best {words(walk.objective.name)} of {walk.trials:,} trials in {done} windows",
        "",
        _windows(walk),
        "",
        f"  {'out of sample':<22}{'strategy':>18}{'buy and hold':>18}",
        *(_line(name, walk.metrics, walk.buy_and_hold) for name in (*_BESIDE, *_OWN)),
        "",
        f"efficiency {_fraction(walk.efficiency)}; profitable windows {_fraction(walk.profitable)} of {done}",
        *([_drift(walk.drift)] if walk.drift else []),
        ascii_only(walk.luck.verdict),
        *(f"warning: {warning}" for warning in walk.warnings),
    ]
    return "\n".join(lines)


def _windows(walk: Walked) -> str:
    names = [each.name for each in walk.drift]
    shown = list(dict.fromkeys((walk.objective.name, *_SHOWN)))
    head = ["window", "test from", "to", *names]
    head += [f"{part} {label(name)}" for name in shown for part in ("train", "test")]
    rows = [head, *([*_place(step), *_cells(step, names, shown)] for step in walk.steps)]
    return aligned(rows, right=[0, *range(3, len(head))])


def _place(step: Step) -> list[str]:
    return [str(step.window.number), date(step.window.test_since), date(step.window.test_until)]


def _cells(step: Step, names: Sequence[str], shown: Sequence[str]) -> list[str]:
    if step.result is None:
        return ["-"] * (len(names) + 2 * len(shown))
    chosen = [str((step.choice.parameters or {}).get(name)) for name in names]
    parts = (step.choice.measures, step.result.metrics)
    return chosen + [printed(name, part[name]) for name in shown for part in parts]


def _line(name: str, metrics: Mapping[str, float], held: Mapping[str, float]) -> str:
    beside = f"{printed(name, held[name]):>18}" if name in held else ""
    return f"  {words(name):<22}{printed(name, metrics[name]):>18}{beside}"


def _drift(drift: Sequence[Drift]) -> str:
    told = [
        f"{each.name} in {_fraction(each.changes)} of windows"
        + ("" if math.isnan(each.mean_step) else f", by {number(each.mean_step, 1)} grid steps")
        for each in drift
    ]
    return f"parameters change: {'; '.join(told)}"


def _fraction(value: float) -> str:
    return ascii_only(share(value, 0))


def to_json(walk: Walked, equity: pl.DataFrame) -> dict[str, Any]:
    """The walk for machines: times as ISO-8601 text, NaN and infinity as None."""
    return {
        "strategy": walk.strategy,
        "parameters": dict(walk.fixed),
        "data": dict(walk.data),
        "settings": dict(walk.settings),
        "objective": walk.objective.name,
        "windows": [_window(step, row) for step, row in zip(walk.steps, _rows(walk.windows), strict=True)],
        "metrics": _plain(walk.metrics),
        "equity": _rows(equity),
        "buy_and_hold": _plain(walk.buy_and_hold),
        "confidence": {name: _plain(list(interval)) for name, interval in walk.confidence.items()},
        "efficiency": _plain(walk.efficiency),
        "profitable_windows": _plain(walk.profitable),
        "drift": {each.name: _plain({"changes": each.changes, "mean_step": each.mean_step}) for each in walk.drift},
        "trials": walk.trials,
        "deflated_sharpe": _plain(walk.luck.deflated_sharpe),
        "luck": _plain(walk.luck.as_dict()),
        "skipped": {str(number): reason for number, reason in walk.skipped.items()},
        "warnings": list(walk.warnings),
    }


def _window(step: Step, row: Mapping[str, Any]) -> dict[str, Any]:
    """A window's row with parameters and measures in tables of their own."""
    found = {name: row[name] for name in ("window", "train_since", "train_until", "test_since", "test_until")}
    found |= {name: row[name] for name in ("train_bars", "test_bars", "tried", "skipped")}
    done = step.result is not None
    return {
        **found,
        "efficiency": _plain(efficiency_of(step)),
        "parameters": dict(step.choice.parameters or {}) if done else {},
        "train": _plain(step.choice.measures) if done else {},
        "test": {} if step.result is None else _plain(step.result.metrics),
    }


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _plain(frame.to_dicts())
    return found


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return format_time(parse_time(value))
    return None if isinstance(value, float) and not math.isfinite(value) else value
