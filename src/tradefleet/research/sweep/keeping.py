"""What is measured is kept in parts, so that a sweep that was ended can go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tradefleet.metrics.performance import Floats


@dataclass(frozen=True, eq=False)
class Part:
    """Combinations [begin, end) of a sweep: a row of `values` a column of the sweep, a column a combination.

    `errors` has the messages of those that failed, counted from `begin`.
    """

    begin: int
    end: int
    values: Floats
    errors: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.end - self.begin


class Keeper(Protocol):
    """Keeps the parts of one sweep."""

    def parts(self) -> Iterable[Part]:
        """What an earlier run has measured: parts that are whole and of this sweep."""
        ...

    def keep(self, part: Part) -> None:
        """Keep a part for good before returning."""
        ...


class Nowhere:
    """Keeps nothing: for a sweep that is done at once."""

    def parts(self) -> Iterable[Part]:
        """None."""
        return ()

    def keep(self, part: Part) -> None:
        """Nothing is kept."""
