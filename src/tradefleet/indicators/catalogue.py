"""The list of all indicators, for the command `tradefleet indicators` and for tests."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from tradefleet.graph import Node
from tradefleet.indicators.registry import LISTED, Listed

# Arguments that choose what an indicator reads; the others are its parameters.
_SERIES = ("source", "first", "second", "periods", "condition", "on")


@dataclass(frozen=True)
class IndicatorInfo:
    """What one indicator is: its name, group, TA-Lib's name ("" for our own), inputs, parameters, outputs, summary.

    `parameters` maps names to defaults; a default of None means "as the parameter before".
    """

    name: str
    group: str
    talib_name: str
    inputs: tuple[str, ...]
    parameters: dict[str, Any]
    outputs: tuple[str, ...]
    summary: str
    function: Callable[..., Any]


def all_indicators() -> list[IndicatorInfo]:
    """Every indicator, by group and name.

    >>> [info.parameters for info in all_indicators() if info.name == "macd"]
    [{'fast': 12, 'slow': 26, 'signal': 9}]
    """
    infos = [_info(name, entry) for name, entry in LISTED.items()]
    return sorted(infos, key=lambda info: (info.group, info.name))


def _info(name: str, entry: Listed) -> IndicatorInfo:
    arguments = inspect.signature(entry.function).parameters.values()
    result = get_type_hints(entry.function)["return"]
    return IndicatorInfo(
        name=name,
        group=entry.group,
        talib_name=entry.talib_name,
        inputs=entry.inputs,
        parameters={a.name: a.default for a in arguments if a.name not in _SERIES},
        outputs=("value",) if result is Node else result._fields,
        summary=(inspect.getdoc(entry.function) or "").split("\n\n")[0].replace("\n", " "),
        function=entry.function,
    )
