"""Repeatability: the same inputs give the same columns, however often they are computed."""

from __future__ import annotations

import numpy as np

from tradefleet.graph.node import Column, Node
from tradefleet.market.time import format_time
from tradefleet.research.check.finding import Finding, count, shown
from tradefleet.research.check.result import shortened
from tradefleet.research.check.subject import Subject, at, differ, origins
from tradefleet.research.prepare import planned


def unrepeatable(subject: Subject) -> dict[Node, Column]:
    """The columns that differ when they are computed again, with their second values."""
    again = subject.over(subject.bars).columns
    pairs = zip(subject.nodes, again, strict=True)
    return {node: second for node, second in pairs if differ(subject.full[node], second).any()}


def repeatability_findings(subject: Subject, differing: dict[Node, Column]) -> list[Finding]:
    """Errors for columns that differ when computed again, and for rules that give others when asked again."""
    found = [
        _finding(subject, subject.label(node), node, subject.full[node], differing[node])
        for node in origins(subject.nodes, differing)
    ]
    return found or _asked_again(subject)


def _asked_again(subject: Subject) -> list[Finding]:
    traced, indicators, _ = planned(subject.strategy)
    nodes = {**traced.conditions._asdict(), **traced.levels._asdict(), **indicators}
    before = {name: node for node, names in subject.names.items() for name in names}
    others = {name: node for name, node in nodes.items() if node is not before.get(name)}
    columns = subject.over(subject.bars, nodes=tuple(others.values())).columns
    found = []
    for name, column in zip(others, columns, strict=True):
        old = before[name]
        first = subject.full[old] if old in subject.full else subject.over(subject.bars, nodes=[old]).columns[0]
        if first.dtype == column.dtype and differ(first, column).any():
            found.append(_finding(subject, name, old, first, column))
        elif repr(old) != repr(others[name]):
            found.append(_reworded(subject, name, old, others[name]))
    return found


def _reworded(subject: Subject, name: str, first: Node, second: Node) -> Finding:
    texts = [shortened(repr(node)) for node in (first, second)]
    return Finding(
        severity="error",
        kind="repeatability",
        column=name,
        message=f"{name} is another expression when it is asked for again: {texts[0]}, then {texts[1]}",
        cure=_CURE,
        where=subject.where(first),
        value=texts[0],
        known=texts[1],
    )


_CURE = "let it depend on its inputs alone: draw no random numbers, or draw them from a fixed seed each time"


def _finding(subject: Subject, label: str, node: Node, first: Column, second: Column) -> Finding:
    rows = np.flatnonzero(differ(first, second))
    bar = int(rows[0])
    time = int(subject.bars.time[bar])
    value, known = at(first, bar), at(second, bar)
    return Finding(
        severity="error",
        kind="repeatability",
        column=label,
        message=(
            f"{label} is another when it is computed again: at {format_time(time)} {shown(value)}, "
            f"then {shown(known)}; {count(len(rows), 'bar')} differ"
        ),
        cure=_CURE,
        where=subject.where(node),
        first_time=time,
        value=value,
        known=known,
        affects=subject.affected(node),
    )
