"""Axes of a search: which values a parameter may take, and how a sampler is told of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from tradefleet.market.errors import ParameterError

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


class Axis(Protocol):
    """One parameter of a search."""

    @property
    def name(self) -> str:
        """The parameter's name."""
        ...

    @property
    def count(self) -> float:
        """How many values there are; infinity on a continuous axis."""
        ...

    def distribution(self) -> BaseDistribution:
        """What the sampler draws from."""
        ...

    def value(self, drawn: Any) -> Any:
        """The parameter's value for what was drawn."""
        ...

    def drawn(self, value: Any) -> Any:
        """What was drawn for the parameter's value."""
        ...

    def draw(self, random: np.random.Generator) -> Any:
        """Something drawn at random, as likely as anything else (by magnitude on a logarithmic scale)."""
        ...

    def ends(self) -> tuple[Any, ...]:
        """The values there are; of a range its two ends."""
        ...


@dataclass(frozen=True)
class Between:
    """Every value from `low` to `high`, both included: whole numbers where both are ints; by magnitude where `log`.

    >>> str(Between("fast", 5, 50)), Between("fast", 5, 50).count
    ('fast 5..50', 46)
    """

    name: str
    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ParameterError(f"{self.name} goes from {self.low} to {self.high}", cure="give the lower bound first")
        if self.log and self.low <= 0:
            raise ParameterError(
                f"{self.name} goes from {self.low} on a logarithmic scale", cure="begin above 0, or leave out log"
            )

    @property
    def whole(self) -> bool:
        """Whether the values are whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def count(self) -> float:
        return self.high - self.low + 1 if self.whole else float("inf")

    def distribution(self) -> BaseDistribution:
        from optuna.distributions import (  # noqa: PLC0415 - heavy, only where a study runs
            FloatDistribution,
            IntDistribution,
        )

        if self.whole:
            return IntDistribution(int(self.low), int(self.high), log=self.log)
        return FloatDistribution(self.low, self.high, log=self.log)

    def value(self, drawn: Any) -> Any:
        return drawn

    def drawn(self, value: Any) -> Any:
        return value

    def draw(self, random: np.random.Generator) -> Any:
        if not self.log:
            if self.whole:
                return int(random.integers(int(self.low), int(self.high), endpoint=True))
            return float(random.uniform(self.low, self.high))
        half = 0.5 if self.whole else 0.0
        found = math.exp(random.uniform(math.log(self.low - half), math.log(self.high + half)))
        return min(self.high, max(self.low, round(found) if self.whole else found))

    def ends(self) -> tuple[Any, ...]:
        return self.low, self.high

    def __str__(self) -> str:
        return f"{self.name} {self.low}..{self.high}{' log' if self.log else ''}"


@dataclass(frozen=True)
class OneOf:
    """One of a list of values, in order where they are numbers.

    >>> str(OneOf("width", (1.0, 1.5, 2.0))), str(OneOf("side", ("long", "short")))
    ('width 1.0, 1.5, 2.0', 'side long, short')
    """

    name: str
    values: Sequence[Any]

    def __post_init__(self) -> None:
        if not self.values:
            raise ParameterError(f"{self.name} has no value", cure="give at least one")

    @property
    def count(self) -> float:
        return len(self.values)

    def distribution(self) -> BaseDistribution:
        from optuna.distributions import (  # noqa: PLC0415 - heavy, only where a study runs
            CategoricalDistribution,
            IntDistribution,
        )

        # The place in the list is drawn: values stay exact, and near values are near for the sampler.
        places = len(self.values)
        if any(isinstance(value, str) for value in self.values):
            return CategoricalDistribution(tuple(range(places)))
        return IntDistribution(0, places - 1)

    def value(self, drawn: Any) -> Any:
        return self.values[int(drawn)]

    def drawn(self, value: Any) -> Any:
        return self.values.index(value)

    def draw(self, random: np.random.Generator) -> Any:
        return int(random.integers(len(self.values)))

    def ends(self) -> tuple[Any, ...]:
        return tuple(self.values)

    def __str__(self) -> str:
        return f"{self.name} {', '.join(map(str, self.values))}"
