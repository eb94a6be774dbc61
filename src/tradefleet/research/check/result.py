"""What a check gives back: the findings, and what was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tradefleet.market.errors import StrategyError
from tradefleet.market.time import format_time
from tradefleet.research.check.finding import Finding, count
from tradefleet.research.table import aligned


@dataclass(frozen=True)
class Examined:
    """What was looked at of one strategy on one symbol: bars, columns, and the places where the bars were cut.

    `available` is how many bars there were; `streamed` how many of those used were also taken one at a time;
    `decisions` the requests of a strategy that acts bar by bar.
    """

    strategy: str
    symbol: str
    timeframe: str
    first: str
    last: str
    bars: int
    available: int
    columns: int
    cuts: int
    streamed: int
    decisions: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckResult:
    """The findings of a check, the gravest first, and what was examined; prints as a table."""

    findings: tuple[Finding, ...]
    examined: tuple[Examined, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What makes results wrong."""
        return tuple(found for found in self.findings if found.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is worth knowing."""
        return tuple(found for found in self.findings if found.severity == "warning")

    @property
    def clean(self) -> bool:
        """Whether there is no error."""
        return not self.errors

    def raise_errors(self) -> None:
        """Raise StrategyError for the first error, if there is one."""
        if self.clean:
            return
        first, more = self.errors[0], len(self.errors) - 1
        rest = f" (and {more} more)" if more else ""
        raise StrategyError(
            f"{first.strategy} on {first.symbol}: {first.message}{rest}", where=first.where, cure=first.cure
        )

    def as_dict(self) -> dict[str, Any]:
        """The result for machines."""
        return {
            "clean": self.clean,
            "findings": [found.as_dict() for found in self.findings],
            "examined": [{**asdict(each), "notes": list(each.notes)} for each in self.examined],
        }

    def __str__(self) -> str:
        lines = [line for each in self.examined for line in _examined(each)]
        if not self.findings:
            return "\n".join([*lines, "", "nothing found: no column and no decision knows what comes later"])
        return "\n".join([*lines, "", _table(self.findings), "", *(_details(found) for found in self.findings)])


def _examined(each: Examined) -> list[str]:
    looked = f"{count(each.columns, 'column')}, {count(each.cuts, 'cut')}, {count(each.streamed, 'bar')} one at a time"
    decided = f", {count(each.decisions, 'decision')}" if each.decisions else ""
    head = f"{each.strategy} on {each.symbol} {each.timeframe}: {each.bars:,} bars from {each.first} to {each.last}"
    return [head, f"  {looked}{decided}", *(f"  {note}" for note in each.notes)]


def _table(findings: Sequence[Finding]) -> str:
    rows = [["", "kind", "strategy", "column", "bars ahead", "first"]]
    for found in findings:
        ahead = "" if found.bars_ahead is None else f"{found.bars_ahead:,}"
        first = "" if found.first_time is None else format_time(found.first_time)
        rows.append([found.severity, found.kind, found.strategy, shortened(found.column, 48), ahead, first])
    return aligned(rows, right=[4])


def _details(found: Finding) -> str:
    affected = f"; it reaches {', '.join(found.affects)}" if found.affects else ""
    place = f", in {found.where}" if found.where else ""
    return f"{found.severity}: {found.message}{affected}{place}\n  {found.cure}"


def shortened(text: str, most: int = 100) -> str:
    """A text of at most so many characters, its middle left out where it is longer."""
    if len(text) <= most:
        return text
    head = (most - 3) * 2 // 3
    return f"{text[:head]}...{text[len(text) - (most - 3 - head) :]}"
