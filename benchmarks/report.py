"""What a benchmark hands back: a table, the figures behind it, and what was promised about them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Check:
    """A promise: `value` is at least, or at most, `limit`."""

    name: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        verdict = "kept" if self.kept else "MISSED"
        return f"{verdict}: {self.name}: {self.value:.4g} ({'>=' if self.at_least else '<='} {self.limit:g})"


@dataclass
class Report:
    """One benchmark's outcome. Rows are the printed table; facts go to the JSON only."""

    title: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def print(self, console: Console) -> None:
        """The table, then notes and checks a line each."""
        table = Table(title=self.title, title_justify="left")
        for name in self.rows[0] if self.rows else ():
            numbers = all(isinstance(row.get(name), int | float | None) for row in self.rows)
            table.add_column(name, justify="right" if numbers else "left", overflow="fold")
        for row in self.rows:
            table.add_row(*(_text(value) for value in row.values()))
        console.print(table)
        for line in [*self.notes, *map(str, self.checks)]:
            console.print(line, markup=False, highlight=False)

    def to_json(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {**asdict(self), "checks": [{**asdict(c), "kept": c.kept} for c in self.checks]}


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
