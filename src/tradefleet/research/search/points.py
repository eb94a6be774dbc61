"""Points: the numbered combinations of a space, as codes into the axes' values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.errors import ParameterError
from tradefleet.research.search.combinations import Codes

Numbers = NDArray[np.int64]


class Points(Protocol):
    """Combinations by number, before any constraint."""

    @property
    def size(self) -> int:
        """How many there are, which may be more than an array can number."""
        ...

    def codes(self, numbers: Numbers) -> Codes:
        """A row of codes for each number."""
        ...

    def random(self, count: int, generator: np.random.Generator) -> Codes:
        """So many of them at random, each as likely as any other; the same one may come again."""
        ...


@dataclass(frozen=True)
class Grid:
    """Every value with every other: numbers in mixed radix, the last axis fastest.

    >>> Grid((2, 3)).codes(np.arange(4)).tolist()
    [[0, 0], [0, 1], [0, 2], [1, 0]]
    """

    lengths: tuple[int, ...]

    @property
    def size(self) -> int:
        return math.prod(self.lengths)

    def codes(self, numbers: Numbers) -> Codes:
        codes = np.empty((len(numbers), len(self.lengths)), dtype=np.int32)
        rest = numbers
        for column in range(len(self.lengths) - 1, 0, -1):
            quotient = rest // self.lengths[column]
            codes[:, column] = rest - quotient * self.lengths[column]
            rest = quotient
        codes[:, 0] = rest
        return codes

    def random(self, count: int, generator: np.random.Generator) -> Codes:
        return generator.integers(0, self.lengths, size=(count, len(self.lengths)), dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Listed:
    """Combinations that were listed one by one."""

    rows: Codes

    @property
    def size(self) -> int:
        return len(self.rows)

    def codes(self, numbers: Numbers) -> Codes:
        return self.rows[numbers]

    def random(self, count: int, generator: np.random.Generator) -> Codes:
        return self.rows[generator.integers(0, len(self.rows), size=count)]


def check_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """Raise ParameterError unless there are combinations that all have the same names."""
    if not rows or not rows[0]:
        raise ParameterError("there is no combination to try", cure='list some: [{"fast": 5, "slow": 20}]')
    for number, row in enumerate(rows, 1):
        if set(row) != set(rows[0]):
            raise ParameterError(
                f"combination {number} has {', '.join(row)}, the first one {', '.join(rows[0])}",
                cure="give the same names in all of them",
            )
