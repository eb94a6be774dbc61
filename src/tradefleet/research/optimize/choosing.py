"""Which parameters of a strategy are searched, and between which bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tradefleet.market.errors import ParameterError
from tradefleet.research.optimize.axis import Axis, Between, OneOf
from tradefleet.research.search.axes import Names
from tradefleet.research.search.grid import parse_number
from tradefleet.strategies.parameters import Parameter
from tradefleet.strategies.strategy import COMMON, Strategy

# Bounds so far apart are searched by magnitude: a period of 5 beside 10 differs more than one of 500 beside 505.
_WIDE = 100


def chosen_axes(
    strategy: type[Strategy],
    fixed: Mapping[str, Any],
    grid: Mapping[str, Iterable[Any] | str],
    ranges: Mapping[str, tuple[float, float] | str],
) -> tuple[Axis, ...]:
    """The strategy's own parameters that have bounds, and what is named, by values or by bounds of its own.

    Named may be any parameter, `size`, and a number of the account such as leverage.
    Parameters that are `fixed` are not searched. Raises ParameterError for names and values that do not fit.

    >>> from tradefleet.strategies import EmaCross
    >>> [str(axis) for axis in chosen_axes(EmaCross, {"slow": 50}, {}, {"stop_loss": "0.005:0.03"})]
    ['fast 2..1000 log', 'stop_loss 0.005..0.03']
    """
    names = Names(strategy)
    named: dict[str, Axis] = {}
    for name, values in grid.items():
        named[name] = OneOf(name, names.axis(name, values).values)
    for name, bounds in ranges.items():
        if name in named:
            raise ParameterError(f"{name} has both values and bounds", cure="give one of them")
        named[name] = _between(names, name, bounds)
    for name in named:
        if name in fixed:
            raise ParameterError(f"{name} is both set and searched", cure="do one of them")
    own = {name: axis for name, axis in _own_axes(strategy).items() if name not in fixed}
    return tuple((own | named).values())


def _own_axes(strategy: type[Strategy]) -> dict[str, Axis]:
    found: dict[str, Axis] = {}
    for name, parameter in strategy.declared().items():
        if name in COMMON:
            continue
        if parameter.choices is not None:
            found[name] = OneOf(name, parameter.choices)
        elif parameter.low is not None and parameter.high is not None:
            found[name] = _of_parameter(name, parameter)
    return found


def _of_parameter(name: str, parameter: Parameter[Any]) -> Axis:
    if parameter.low == parameter.high:
        return OneOf(name, (parameter.low,))
    low, high = parameter.exact(parameter.low), parameter.exact(parameter.high)
    return Between(name, low, high, log=low > 0 and high >= _WIDE * low)


def _between(names: Names, name: str, bounds: tuple[float, float] | str) -> Between:
    """The axis of `low:high`, of `low:high:log`, or of two numbers."""
    names.check(name)
    if names.wanted(name) is str:
        raise ParameterError(f"{name} is text, and has no bounds", cure=f"list its values: {name}=long,short")
    log = False
    if isinstance(bounds, str):
        low, high, log = _parsed(name, bounds)
    else:
        low, high = _pair(name, bounds)
    low, high = names.exact(name, low), names.exact(name, high)
    if isinstance(low, str) or isinstance(high, str):
        raise ParameterError(f"{name} goes from {low} to {high}", cure="list its values instead")
    return Between(name, low, high, log)


def _parsed(name: str, text: str) -> tuple[float, float, bool]:
    parts = [part.strip() for part in text.split(":")]
    log = len(parts) == 3 and parts[-1] == "log"
    numbers = [parse_number(part) for part in (parts[:2] if log else parts)]
    if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
        raise ParameterError(
            f"the bounds of {name} are {text!r}", cure=f"write {name}=0.005:0.03, or {name}=5:500:log by magnitude"
        )
    low, high = (int(number) if number == int(number) else float(number) for number in numbers if number is not None)
    return low, high, log


def _pair(name: str, bounds: Any) -> tuple[float, float]:
    try:
        low, high = bounds
    except (TypeError, ValueError):
        raise ParameterError(f"the bounds of {name} are {bounds!r}", cure="give two numbers: (0.005, 0.03)") from None
    return low, high
