"""Warm-up: from when on a column has values, and does not depend on where the bars began."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from tradefleet.graph.node import Call, Column, Node
from tradefleet.graph.plan import Plan
from tradefleet.market.errors import StrategyError
from tradefleet.market.time import format_time
from tradefleet.metrics.performance import Integers
from tradefleet.research.check.finding import Finding, count
from tradefleet.research.check.subject import Subject, is_foreign, origins, sources

# What a column may differ by, as a share of its value, once it has settled: what `settling` promises.
_SETTLED = 1e-4
# Bars that must be left after settling to be compared.
_LEFT = 50
_STARTS = (0.31, 0.67)


@dataclass(frozen=True, eq=False)
class LaterStarts:
    """The same columns from later first bars; `starts` are these bars."""

    starts: tuple[int, ...]
    columns: tuple[Mapping[Node, Column], ...]


def later_starts(subject: Subject) -> LaterStarts:
    """Feed bars that begin later, as far as enough of them are left to settle."""
    room = len(subject.bars) - subject.settling - _LEFT
    # Odd, so that they are not the first bars of longer periods.
    starts = tuple(dict.fromkeys(int(room * share) // 2 * 2 + 1 for share in _STARTS)) if room > 2 else ()
    try:
        columns = [dict(zip(subject.nodes, subject.over(subject.bars[m:]).columns, strict=True)) for m in starts]
    except StrategyError:
        # It takes these very bars and no others; that the cuts failed is told.
        return LaterStarts((), ())
    return LaterStarts(starts, tuple(columns))


def warm_up_findings(subject: Subject, later: LaterStarts, left_out: Collection[Node]) -> list[Finding]:
    """Columns that take longer to settle than they declare, and that have no value at times.

    Of our own operations it counts what the whole strategy is fed before it starts.
    """
    full = subject.full
    numbers = [node for node in subject.nodes if node.kind == "number" and node not in left_out]
    slow: dict[Node, int] = {}
    forgetful = _forgetful(subject)
    for node in numbers:
        if node.call in forgetful:
            taken = max((_taken(full[node], each[node], m) for m, each in _pairs(later)), default=0)
            if taken > _declared(subject, node):
                slow[node] = taken
    found = [_slow(subject, node, slow[node]) for node in origins(subject.nodes, slow)]
    holes = {node: rows for node in numbers if len(rows := _holes(full[node]))}
    return found + [_hole(subject, node, holes[node]) for node in origins(subject.nodes, holes)]


def _pairs(later: LaterStarts) -> zip[tuple[int, Mapping[Node, Column]]]:
    return zip(later.starts, later.columns, strict=True)


def _forgetful(subject: Subject) -> set[Call]:
    """The calls that no cumulative one goes into."""
    cumulative: set[Call] = set()
    for node in subject.nodes:
        if node.call.operation.cumulative or any(source in cumulative for source in sources(node.call)):
            cumulative.add(node.call)
    return {node.call for node in subject.nodes} - cumulative


def unlike(full: Column, later: Column, start: int) -> Integers:
    """Bars after `start` at which a column that began there is not what it is with all bars."""
    whole = full[start:]
    scale = np.maximum(np.abs(whole), np.nanmedian(np.abs(whole)) if np.isfinite(whole).any() else 0.0)
    with np.errstate(invalid="ignore"):
        apart = np.abs(whole - later) > _SETTLED * scale
    return np.flatnonzero(apart | (np.isnan(whole) != np.isnan(later)))


def _declared(subject: Subject, node: Node) -> int:
    if not is_foreign(node.call.operation):
        return subject.settling
    return Plan([node]).settling(subject.bars.timeframe)


def _taken(full: Column, later: Column, start: int) -> int:
    """How many bars after its start the column still was another."""
    rows = unlike(full, later, start)
    return int(rows[-1]) + 1 if len(rows) else 0


def _slow(subject: Subject, node: Node, taken: int) -> Finding:
    label, own = subject.label(node), is_foreign(node.call.operation)
    declared = _declared(subject, node)
    never = taken >= len(subject.bars) - max(1, len(subject.bars) // 3) - _LEFT
    real = "never settles on these bars" if never else f"settles after {count(taken, 'bar')}"
    return Finding(
        severity="error" if own else "warning",
        kind="warm_up",
        column=label,
        message=f"{label} {real}, not after the {declared:,} that are declared: its value depends on the first bar",
        cure=f"let the operation's settling give {taken:,} or more, or cumulative=True where it never forgets"
        if own
        else "begin the data earlier than the first trade",
        where=subject.where(node),
        affects=subject.affected(node),
    )


def _holes(column: Column) -> Integers:
    """Bars without a value after the first with one."""
    known = np.isfinite(column)
    if known.all() or not known.any():
        return np.empty(0, np.int64)
    first = int(np.argmax(known))
    return first + np.flatnonzero(~known[first:])


def _hole(subject: Subject, node: Node, rows: Integers) -> Finding:
    label, time = subject.label(node), int(subject.bars.time[rows[0]])
    return Finding(
        severity="warning",
        kind="warm_up",
        column=label,
        message=(
            f"{label} has no value at {count(len(rows), 'bar')} after its first one, first at {format_time(time)}: "
            "conditions on it are false there"
        ),
        cure="see whether that is meant; a division by 0 and an old series give no value",
        where=subject.where(node),
        first_time=time,
        affects=subject.affected(node),
    )
