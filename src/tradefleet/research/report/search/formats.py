"""How values are written on these pages, and by which name the page's script knows each way."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tradefleet.research.report.measures import GROUPS, PLUS, label, shown
from tradefleet.research.report.texts import NONE

CONFIRM = "confirm_"

_KINDS = {name: kind.__name__.strip("_") for group in GROUPS.values() for name, kind in group.items()}


def format_of(name: str) -> str:
    """The script's format of a measure: percent, signed, money, count, days, duration or number.

    >>> format_of("total_return"), format_of("confirm_sharpe"), format_of("trades")
    ('signed', 'number', 'count')
    """
    measure = name.removeprefix(CONFIRM)
    return "signed" if measure in PLUS else _KINDS.get(measure, "number")


def title_of(name: str) -> str:
    """A measure's name for readers, that of a confirmation column included.

    >>> title_of("confirm_sharpe"), title_of("cagr")
    ('Sharpe in confirmation', 'CAGR')
    """
    if name.startswith(CONFIRM):
        return f"{label(name.removeprefix(CONFIRM))} in confirmation"
    return label(name)


def shown_as(name: str, value: float | None) -> str:
    """A measure's value with its unit; a dash for none."""
    return NONE if value is None else shown(name.removeprefix(CONFIRM), float(value))


def value_text(value: object) -> str:
    """A parameter's value.

    >>> value_text(0.1 + 0.2), value_text(12), value_text(True), value_text(None)
    ('0.3', '12', 'yes', '–')
    """
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def drawn(values: Iterable[float | None]) -> list[float | None]:
    """Numbers for JSON at seven digits; what is not finite cannot be drawn and becomes None.

    >>> drawn([1 / 3, float("nan"), float("inf"), 2.0])
    [0.3333333, None, None, 2]
    """
    return [None if value is None or not math.isfinite(value) else _short(float(value)) for value in values]


def _short(value: float) -> float:
    rounded = float(f"{value:.7g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
