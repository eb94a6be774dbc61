"""What is wrong or remarkable in data, said row by row only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload


@dataclass(frozen=True)
class Finding:
    """One thing found: its kind, the place (`btc.csv:17`), the bar's open time if known, and the reason."""

    kind: str
    where: str
    time: str | None
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"

    def as_dict(self) -> dict[str, Any]:
        """The finding for machines."""
        return {"where": self.where, "time": self.time, "reason": self.reason}


class Findings(Sequence[Finding]):
    """All findings of one kind; their texts are made when read, so a million of them cost nothing.

    >>> found = Findings("gap", 2, lambda index: Finding("gap", f"a.csv:{index}", None, "1 bar absent"))
    >>> print(found, "|", found[1])
    gap: 2 | a.csv:1: 1 bar absent
    """

    def __init__(self, kind: str, count: int, describe: Callable[[int], Finding]) -> None:
        self.kind = kind
        self._count = count
        self._describe = describe

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> list[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | list[Finding]:
        if isinstance(index, slice):
            return [self._describe(i) for i in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._describe(index % self._count)

    def __iter__(self) -> Iterator[Finding]:
        return (self._describe(index) for index in range(self._count))

    def __str__(self) -> str:
        return f"{self.kind}: {self._count}"

    def __repr__(self) -> str:
        return f"Findings({self.kind!r}, {self._count})"

    def as_dict(self) -> dict[str, Any]:
        """Kind, count and every finding, for machines."""
        return {"kind": self.kind, "count": self._count, "findings": [finding.as_dict() for finding in self]}
