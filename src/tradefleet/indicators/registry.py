"""The list of indicators, kept by the indicators themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


class Listed(NamedTuple):
    """One indicator as it was listed."""

    function: Callable[..., Any]
    group: str
    talib_name: str
    inputs: tuple[str, ...]


LISTED: dict[str, Listed] = {}


def listed(group: str, *inputs: str, talib_name: str = "") -> Callable[[Function], Function]:
    """Enter a function in the list of indicators, with its group and the columns or series it reads."""

    def enter(function: Function) -> Function:
        LISTED[function.__name__] = Listed(function, group, talib_name, inputs)
        return function

    return enter
