"""Axes: what can be searched, and its values in their exact types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from tradefleet.market.errors import ParameterError, UserError, did_you_mean
from tradefleet.research.search.grid import MOST_VALUES, check_count, check_values, parse_number, parse_values
from tradefleet.research.settings import Settings
from tradefleet.strategies.parameters import Parameter
from tradefleet.strategies.strategy import Strategy
from tradefleet.trading.account import MARKETS, Account
from tradefleet.trading.size import Size, parse_size

_MONEY = ("cash", "fee", "slippage")
# The settings of the account that are numbers.
SETTINGS = (
    *_MONEY, "leverage", "maintenance_margin", "stop_out", "liquidation_fee", "funding", "maker", "taker",
    "commission", "slippage_bps", "slippage_range", "slippage_impact", "spread", "swap_long", "swap_short",
    "contract_size", "lot", "tick", "min_notional", "max_open_positions", "max_exposure", "max_symbol_exposure",
)  # fmt: skip
_WHOLE = ("max_open_positions",)


@dataclass(frozen=True)
class Axis:
    """A name and the values that are tried for it, each once.

    >>> Axis("fast", (5, 10)).bounds
    (5, 10)
    """

    name: str
    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        check_values(self.name, self.values)

    @property
    def bounds(self) -> tuple[Any, Any]:
        """The least and the greatest value; raises ParameterError where values are text."""
        if any(isinstance(value, str) for value in self.values):
            raise ParameterError(f"{self.name} has text for values, and no bounds", cure="choose among its values")
        return min(self.values), max(self.values)


@dataclass(frozen=True)
class Names:
    """What of a strategy and its account can be searched: a parameter comes before a setting of the same name."""

    strategy: type[Strategy]
    settings: Sequence[str] = SETTINGS

    @cached_property
    def declared(self) -> Mapping[str, Parameter[Any]]:
        """The strategy's parameters."""
        return self.strategy.declared()

    def check(self, name: str) -> None:
        """Raise ParameterError for a name that is neither a parameter, nor `size`, nor a setting."""
        known = {*self.declared, "size", *self.settings}
        if name not in known:
            raise ParameterError(f"{self.strategy.name()} has no parameter '{name}'", cure=did_you_mean(name, known))

    def is_setting(self, name: str) -> bool:
        """Whether it is the account's, not the strategy's."""
        return name not in self.declared and name != "size"

    def wanted(self, name: str) -> type:
        """The type that a text of values is read as: int, float, str or Size."""
        if name in self.declared:
            return self.declared[name].type
        return Size if name == "size" else int if name in _WHOLE else float

    def exact(self, name: str, value: Any) -> Any:
        """A value as combinations keep it; raises ParameterError for a wrong type or one out of bounds."""
        try:
            if name in self.declared:
                return self.declared[name].exact(value)
            value = plain(value)
            return size_value(parse_size(value)) if name == "size" else _setting(name, value)
        except UserError as error:
            error.where = error.where or self.strategy.name()
            raise

    def axis(self, name: str, values: Iterable[Any] | str) -> Axis:
        """The axis of values that are listed, or written as in `parse_values`."""
        self.check(name)
        found = [self.exact(name, value) for value in _listed(name, values, self.wanted(name))]
        if isinstance(values, set | frozenset):
            # A set of text has another order in every process.
            found.sort(key=lambda value: (isinstance(value, str), value))
        return Axis(name, tuple(found))

    def fixed(self, values: Mapping[str, Any], searched: Iterable[str]) -> dict[str, Any]:
        """Values that all combinations have; raises ParameterError for one that is searched as well."""
        wanted = list(searched)
        for name in [*wanted, *values]:
            self.check(name)
        for name in wanted:
            if name in values:
                raise ParameterError(f"{name} is searched, and set to {values[name]}", cure="do one of the two")
        return {name: self.exact(name, value) for name, value in values.items()}

    def constants(self, fixed: Mapping[str, Any]) -> dict[str, Any]:
        """What every combination has: values that are given, else the strategy's defaults."""
        usual = {name: parameter.default for name, parameter in self.declared.items()}
        # Without targets, so that defaults that a combination is to mend do no harm.
        size = self.strategy(reward_risk=0.0, take_profit=0.0).size
        return {**usual, "size": size_value(size), **fixed}


def plain(value: Any) -> Any:
    """A numpy scalar as the Python value it holds."""
    return value.item() if isinstance(value, np.generic) else value


def size_value(size: Size) -> float | str:
    """A size as a number where it is a fraction of equity, else as text that reads back exactly.

    >>> size_value(Size("fraction", 0.5)), size_value(Size("risk", 0.01))
    (0.5, 'risk:0.01')
    """
    if size.kind == "fraction":
        return size.value
    short = str(size)
    if parse_size(short) == size:
        return short
    return f"{size.kind}:{size.value!r}" + "".join(f",{name}={value!r}" for name, value in size.options)


def _listed(name: str, values: Any, wanted: type) -> Sequence[Any]:
    if isinstance(values, str):
        return parse_values(name, values, wanted)
    try:
        if isinstance(values, Mapping | bytes):
            raise TypeError
        # One more than there may be: the iterable may have no end.
        found = list(islice(values, MOST_VALUES + 1))
    except TypeError:
        raise ParameterError(
            f"the grid of {name} is {values!r}", cure=f'give a list of values, or text such as "{name}=5:50:5"'
        ) from None
    check_count(name, found)
    return found


def _setting(name: str, value: Any) -> int | float:
    if isinstance(value, str):
        number = parse_number(value)
        if number is None:
            raise ParameterError(f"{name} is {value!r}", cure="give a number")
        value = int(number) if name in _WHOLE and number == int(number) else float(number)
    if not isinstance(value, int | float):
        raise ParameterError(f"{name} is {value!r}", cure="give a number")
    options: dict[str, Any] = {name: value}
    found = getattr(Settings(**options), name) if name in _MONEY else _in_account(options, name)
    return int(found) if name in _WHOLE else float(found)


def _in_account(options: Mapping[str, Any], name: str) -> Any:
    # As some account keeps it; whether it suits the account at hand shows with each combination.
    refused = ParameterError("")
    for market in MARKETS:
        try:
            return getattr(Account(market=market, **options), name)
        except ParameterError as error:
            refused = error
    raise refused
