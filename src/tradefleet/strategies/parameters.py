"""Strategy parameters: a default, bounds, a type."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Generic, TypeVar, overload

import numpy as np

from tradefleet.graph.symbolic import Symbolic
from tradefleet.market.errors import ParameterError, did_you_mean

T = TypeVar("T", int, float, str)
_TYPES = {int: "a whole number", float: "a number", str: "text"}


class Parameter(Generic[T]):
    """One parameter of a strategy; made by `param`.

    On a strategy's instance it reads as its value; while a sweep traces the strategy, as a symbol.
    """

    name: str = ""

    def __init__(self, default: T, low: T | None, high: T | None, choices: Sequence[T] | None) -> None:
        self.default: T = default
        self.low: T | None = low
        self.high: T | None = high
        self.choices: tuple[T, ...] | None = None if choices is None else tuple(choices)
        self.type: type = type(default)
        if self.type not in _TYPES:
            raise ParameterError(
                f"a parameter's default is {default!r}", cure="give a number or text; for yes or no: choices=(0, 1)"
            )
        self.exact(default)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Parameter[T]: ...
    @overload
    def __get__(self, instance: Any, owner: type) -> T: ...
    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        return instance.read_parameter(self.name)

    def __set__(self, instance: Any, value: object) -> None:
        raise cannot_be_set(type(instance).__name__, self.name, value)

    def with_default(self, default: object) -> Parameter[T]:
        """The same parameter with another default."""
        other = Parameter(self.exact(default), self.low, self.high, self.choices)
        other.name = self.name
        return other

    def exact(self, value: object) -> T:
        """The value in the parameter's type; raises ParameterError for a wrong type or a value out of bounds."""
        if isinstance(value, Symbolic):
            return value  # type: ignore[return-value]
        name = self.name or "a parameter's default"
        converted = _convert(value, self.type)
        if converted is None:
            raise ParameterError(f"{name} is {value!r}", cure=f"give {_TYPES[self.type]}")
        if self.choices is not None and converted not in self.choices:
            known = [str(choice) for choice in self.choices]
            raise ParameterError(f"{name} is {value!r}", cure=did_you_mean(str(value), known))
        below = self.low is not None and converted < self.low
        above = self.high is not None and converted > self.high
        if below or above:
            raise ParameterError(f"{name} is {value}, out of bounds", cure=f"choose {self.low} to {self.high}")
        return converted  # type: ignore[no-any-return]


def _convert(value: object, wanted: type) -> Any:
    """The value in the wanted type, or None where it does not fit exactly."""
    if isinstance(value, str):
        return _from_text(value, wanted)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if wanted is int and isinstance(value, float) and value.is_integer():
        return int(value)
    if wanted is float and isinstance(value, int):
        return float(value)
    return value if type(value) is wanted else None


def _from_text(text: str, wanted: type) -> Any:
    if wanted is str:
        return text
    try:
        number = float(text)
    except ValueError:
        return None
    return _convert(number, wanted)


def cannot_be_set(strategy: str, name: str, value: object) -> ParameterError:
    """The error for an assignment to a parameter of a strategy that exists."""
    return ParameterError(
        f"{name} cannot be set to {value!r} on a strategy that exists",
        where=strategy,
        cure=f"make a new one: {strategy}({name}={value!r})",
    )


def param(
    default: T, low: T | None = None, high: T | None = None, *, choices: Sequence[T] | None = None
) -> Parameter[T]:
    """A strategy parameter with its bounds (both included), or its choices.

    The default's type is the parameter's: 12 takes whole numbers, 12.0 takes any number, "ema" takes text.

    >>> from tradefleet.strategies import Strategy
    >>> class Mine(Strategy):
    ...     fast = param(12, 5, 50)
    >>> Mine(fast=20).fast
    20
    """
    return Parameter(default, low, high, choices)
