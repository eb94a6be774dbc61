"""Stream equals batch: one bar at a time, as live trading goes, every column has the same value as over arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tradefleet.graph.node import Call, Column, Node
from tradefleet.graph.plan import Plan
from tradefleet.graph.tracks import columns_of
from tradefleet.market.bars import Bars
from tradefleet.market.errors import StrategyError
from tradefleet.market.series import Series
from tradefleet.market.time import format_time
from tradefleet.metrics.performance import Integers
from tradefleet.research.check.finding import Finding, count, shown
from tradefleet.research.check.subject import Subject, at, blamed, descendants, differ, only_rounding, origins, sources

# Computations that are done one at a time, at most: about two seconds.
_MOST = 1_500_000
_LEAST = 500
# Bars on which an operation of the user's is tried alone.
_TRIED = 300


@dataclass(frozen=True, eq=False)
class Streamed:
    """Where the two ways differ, by column; columns that cannot go bar by bar with their errors; how many bars."""

    differences: Mapping[Node, Integers]
    values: Mapping[Node, Column]
    failed: Mapping[Node, StrategyError]
    bars: int


def stream_columns(subject: Subject, nodes: Sequence[Node]) -> Streamed:
    """Take the first bars one at a time and compare every column with the one over arrays."""
    length = min(len(subject.bars), max(_LEAST, _MOST // max(1, len(nodes))))
    failed = _failing(subject, nodes)
    bad = descendants(subject.nodes, failed)
    kept = [node for node in nodes if node not in bad]
    columns = dict(zip(kept, _streamed(subject, kept, length), strict=True)) if kept else {}
    differences = {
        node: rows
        for node, column in columns.items()
        if len(rows := np.flatnonzero(differ(subject.full[node][:length], column)))
    }
    return Streamed(differences, columns, failed, length)


def _failing(subject: Subject, nodes: Sequence[Node]) -> dict[Node, StrategyError]:
    """The user's own operations that raise when they go bar by bar, the first column of each."""
    found: dict[Node, StrategyError] = {}
    known = set(nodes)
    for call in dict.fromkeys(node.call for node in subject.foreign if node in known):
        if any(source in {node.call for node in found} for source in _ancestors(call)):
            continue
        try:
            _streamed(subject, call.nodes, min(len(subject.bars), subject.lookback + _TRIED))
        except StrategyError as error:
            found[call.nodes[0]] = error
    return found


def _ancestors(call: Call) -> Iterator[Call]:
    stack, seen = list(sources(call)), set[Call]()
    while stack:
        current = stack.pop()
        if current not in seen:
            seen.add(current)
            yield current
            stack.extend(sources(current))


def _streamed(subject: Subject, nodes: Sequence[Node], length: int) -> list[Column]:
    bars, plan = subject.bars[:length], Plan(nodes)
    with blamed(f"one bar at a time, the expressions of {type(subject.strategy).__name__}"):
        stream = plan.stream(bars.timeframe, bars.symbol)
        waiting = {clock: _Waiting(subject.feeds[clock]) for clock in plan.feeds if clock in subject.feeds}
        rows = []
        for time, fields in zip(bars.time.tolist(), _rows(bars), strict=True):
            for clock, other in waiting.items():
                for moment, values in other.until(time + bars.timeframe.nanoseconds):
                    stream.feed(clock, values, moment)
            rows.append(stream.update(fields, time))
    kinds = [np.bool_ if node.kind == "truth" else np.float64 for node in nodes]
    return [np.array([row[index] for row in rows], dtype=kind) for index, kind in enumerate(kinds)]


class _Waiting:
    """Bars or values of another clock, handed out when they are known."""

    def __init__(self, data: Bars | Series) -> None:
        length = 0 if isinstance(data, Series) else data.timeframe.nanoseconds
        self._rows = zip(data.time.tolist(), _rows(data), strict=True)
        self._length = length
        self._next = next(self._rows, None)

    def until(self, moment: int) -> Iterator[tuple[int, Mapping[str, float]]]:
        """Those that are closed, or published, by a moment."""
        while self._next is not None and self._next[0] + self._length <= moment:
            yield self._next
            self._next = next(self._rows, None)


def _rows(data: Bars | Series) -> Iterator[Mapping[str, float]]:
    columns: Mapping[str, Any] = {"value": data.value} if isinstance(data, Series) else columns_of(data)
    for values in zip(*(column.tolist() for column in columns.values()), strict=True):
        yield dict(zip(columns, values, strict=True))


def stream_findings(subject: Subject, streamed: Streamed, leaking: Mapping[Node, Any]) -> list[Finding]:
    """Findings for columns whose two ways differ, those that look ahead aside: there the batch is what is wrong."""
    wrong = origins(subject.nodes, {**leaking, **streamed.differences})
    found = [_difference(subject, streamed, node) for node in wrong if node not in leaking]
    return found + [_failure(subject, node, error) for node, error in streamed.failed.items()]


def _difference(subject: Subject, streamed: Streamed, node: Node) -> Finding:
    full = subject.full[node]
    rows = streamed.differences[node]
    rounded = only_rounding(full[rows], streamed.values[node][rows])
    rounding = bool(rounded.all())
    rows = rows if rounding else rows[~rounded]
    bar = int(rows[0])
    value, known = at(full, bar), at(streamed.values[node], bar)
    label, time = subject.label(node), int(subject.bars.time[bar])
    return Finding(
        severity="warning" if rounding else "error",
        kind="stream",
        column=label,
        message=(
            f"{label} is not the same one bar at a time, as it is traded: at {format_time(time)} it is "
            f"{shown(value)} over arrays, {shown(known)} bar by bar; {count(len(rows), 'bar')} of "
            f"{streamed.bars:,} differ{' by rounding' if rounding else ''}"
        ),
        cure="let batch and stream of the operation give the same, or write it as a Step, which is stated once",
        where=subject.where(node),
        first_time=time,
        value=value,
        known=known,
        affects=subject.affected(node),
    )


def _failure(subject: Subject, node: Node, error: StrategyError) -> Finding:
    label = subject.label(node)
    return Finding(
        severity="error",
        kind="stream",
        column=label,
        message=f"{label} cannot go one bar at a time, as it is traded: {error.message}",
        cure="write the operation's stream, or write it as a Step, which is stated once",
        where=error.where or subject.where(node),
        affects=subject.affected(node),
    )
