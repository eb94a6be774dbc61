"""Rows: combinations as columns of values, which constraints are evaluated on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from tradefleet.research.search.axes import Axis
from tradefleet.research.search.combinations import Codes

Kind = Literal["number", "text", "mixed"]
Bools = NDArray[np.bool_]


class Condition(Protocol):
    """A constraint on combinations."""

    def holds(self, rows: Rows) -> Bools:
        """Whether each row satisfies it; raises ParameterError where that cannot be told, naming the combination."""
        ...

    @property
    def fingerprint(self) -> str:
        """Text that is the same in every process for the same condition."""
        ...


@dataclass(frozen=True, eq=False)
class Values:
    """The values of all axes by name, and of what every combination has."""

    axes: Mapping[str, Axis]
    columns: Mapping[str, NDArray[Any]]
    constants: Mapping[str, Any]

    @classmethod
    def of(cls, axes: Sequence[Axis], constants: Mapping[str, Any]) -> Values:
        """The values of axes and constants; an axis comes before a constant of its name."""
        columns = {axis.name: _column(axis.values) for axis in axes}
        rest = {name: value for name, value in constants.items() if name not in columns}
        return cls({axis.name: axis for axis in axes}, columns, rest)

    @property
    def names(self) -> list[str]:
        """All names."""
        return [*self.axes, *self.constants]


@dataclass(frozen=True, eq=False)
class Rows:
    """Some combinations: a row of codes each, a column an axis."""

    values: Values
    codes: Codes

    def __len__(self) -> int:
        return len(self.codes)

    def column(self, name: str) -> NDArray[Any]:
        """The values of an axis: float64 where all its values are numbers, else objects."""
        return self.values.columns[name][self.codes[:, list(self.values.axes).index(name)]]

    def take(self, held: Bools) -> Rows:
        """Those for which it holds."""
        return self if held.all() else Rows(self.values, self.codes[held])

    def text(self, row: int) -> str:
        """A combination for a message.

        >>> Rows(Values.of([Axis("fast", (5, 9)), Axis("side", ("long",))], {}), np.array([[1, 0]])).text(0)
        'fast=9, side=long'
        """
        pairs = zip(self.codes[row], self.values.axes.values(), strict=True)
        return ", ".join(f"{axis.name}={axis.values[code]}" for code, axis in pairs)


def kind_of(values: Sequence[Any]) -> Kind:
    """Whether values are numbers, or text, or some of each."""
    texts = sum(isinstance(value, str) for value in values)
    return "number" if texts == 0 else "text" if texts == len(values) else "mixed"


def _column(values: Sequence[Any]) -> NDArray[Any]:
    if kind_of(values) == "number":
        return np.array(values, dtype=np.float64)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
