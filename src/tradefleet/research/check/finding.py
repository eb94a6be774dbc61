"""Findings: what a check has found wrong, or worth knowing, about a strategy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from tradefleet.market.time import format_time

Severity = Literal["error", "warning"]
Kind = Literal["look_ahead", "stream", "repeatability", "warm_up", "cumulative", "flat_market"]


@dataclass(frozen=True)
class Finding:
    """One thing found: in which column, since when, by how many bars, and the cure.

    `column` is the name that the user gave it (`enter_long`), else its expression. `bars_ahead` is how many bars later
    its value is known for good; None where that is not what is wrong. `first_time` is the open time (UTC ns) of the
    first bar concerned. `value` is what the column had at that bar, `known` what it should have had. `affects` names
    the conditions and levels that are computed from it.

    >>> found = Finding("error", "look_ahead", "enter_long", "it looks 1 bar ahead", "shift it", bars_ahead=1)
    >>> found.as_dict()["bars_ahead"]
    1
    """

    severity: Severity
    kind: Kind
    column: str
    message: str
    cure: str
    strategy: str = ""
    symbol: str = ""
    where: str = ""
    bars_ahead: int | None = None
    first_time: int | None = None
    value: float | bool | str | None = None
    known: float | bool | str | None = None
    affects: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The finding for machines: times as ISO-8601, NaN as None."""
        return {
            "severity": self.severity,
            "kind": self.kind,
            "strategy": self.strategy,
            "symbol": self.symbol,
            "column": self.column,
            "where": self.where,
            "bars_ahead": self.bars_ahead,
            "first_time": None if self.first_time is None else format_time(self.first_time),
            "value": _plain(self.value),
            "known": _plain(self.known),
            "affects": list(self.affects),
            "message": self.message,
            "cure": self.cure,
        }


def _plain(value: float | bool | str | None) -> float | bool | str | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def shown(value: Any) -> str:
    """A value of a column as text."""
    if isinstance(value, float):
        return "no value" if math.isnan(value) else f"{value:.10g}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def count(number: int, noun: str) -> str:
    """A number of things: `1 bar`, `2 bars`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
