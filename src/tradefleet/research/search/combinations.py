"""Combinations of parameters: what a search tries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Combinations:
    """Combinations of named parameters, each a row of codes into the lists of values.

    `codes` has a row a combination and a column a name: combination i has `values[k][codes[i, k]]` for `names[k]`.
    Values are exact Python values (int, float, str), each once in its list.

    >>> some = Combinations.of([{"fast": 5, "slow": 20}, {"fast": 9, "slow": 20}])
    >>> len(some), some[1], some.values
    (2, {'fast': 9, 'slow': 20}, ((5, 9), (20,)))
    """

    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    codes: Codes

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]]) -> Combinations:
        """The combinations of rows that all have the same names."""
        names = tuple(rows[0]) if rows else ()
        known: list[dict[tuple[type, Any], int]] = [{} for _ in names]
        codes = np.empty((len(rows), len(names)), dtype=np.int32)
        for number, row in enumerate(rows):
            for column, name in enumerate(names):
                value = row[name]
                codes[number, column] = known[column].setdefault((type(value), value), len(known[column]))
        return cls(names, tuple(tuple(value for _, value in each) for each in known), codes)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, index: int) -> dict[str, Any]:
        row = self.codes[index]
        return {name: values[row[k]] for k, (name, values) in enumerate(zip(self.names, self.values, strict=True))}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self[index] for index in range(len(self)))

    def take(self, rows: slice | NDArray[np.integer[Any]] | NDArray[np.bool_]) -> Combinations:
        """Some of the combinations, with the same lists of values."""
        return Combinations(self.names, self.values, self.codes[rows])

    def only(self, names: Iterable[str]) -> Combinations:
        """The same combinations with some of their names."""
        columns = [place for place, name in enumerate(self.names) if name in set(names)]
        values = tuple(self.values[place] for place in columns)
        return Combinations(tuple(self.names[place] for place in columns), values, self.codes[:, columns])
