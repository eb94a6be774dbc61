"""What differs among combinations: the distinct values of some of their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.research.search.combinations import Combinations

Rows = NDArray[np.int64]
# Up to so many possible values a table tells which there are; above it they are sorted.
_TABLE = 1 << 22


@dataclass(frozen=True, eq=False)
class Distinct:
    """`group` says for each combination which of the distinct ones it has; `first` a combination that has each."""

    group: Rows
    first: Rows

    def __len__(self) -> int:
        return len(self.first)


def distinct(combinations: Combinations, names: Iterable[str]) -> Distinct:
    """The distinct values of these names, in order of their codes.

    >>> some = Combinations.of([{"a": 1, "b": 5}, {"a": 2, "b": 5}, {"a": 1, "b": 6}])
    >>> distinct(some, ["a"]).group.tolist(), distinct(some, ["a"]).first.tolist()
    ([0, 1, 0], [0, 1])
    """
    columns = [place for place, name in enumerate(combinations.names) if name in set(names)]
    keys, size = np.zeros(len(combinations), np.int64), 1
    for place in columns:
        count = max(len(combinations.values[place]), 1)
        keys, size = keys * count + combinations.codes[:, place], size * count
        if size >= _TABLE:
            found, keys = np.unique(keys, return_inverse=True)
            size = len(found)
    return grouped(keys, size)


def grouped(keys: Rows, size: int) -> Distinct:
    """The distinct ones of some numbers from 0 to below `size`."""
    if size > _TABLE:
        _, first, group = np.unique(keys, return_index=True, return_inverse=True)
        return Distinct(group.astype(np.int64), first.astype(np.int64))
    seen = np.full(size, -1, np.int64)
    # The last assignment stays: backwards, that is the first combination.
    seen[keys[::-1]] = np.arange(len(keys) - 1, -1, -1)
    present = seen >= 0
    number = np.cumsum(present) - 1
    return Distinct(number[keys], seen[present])


def values_at(combinations: Combinations, row: int, names: Iterable[str]) -> dict[str, Any]:
    """The values that a combination has of these names."""
    combination = combinations[row]
    return {name: combination[name] for name in names if name in combination}
