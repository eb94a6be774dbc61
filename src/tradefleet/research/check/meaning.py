"""Values that mean less than they seem to: a cumulative one beside a constant, an RSI where nothing moves."""

from __future__ import annotations

import numpy as np

from tradefleet.graph.constant import CONSTANT
from tradefleet.graph.elementwise import EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, UNEQUAL
from tradefleet.graph.node import Call, Column, Node
from tradefleet.market.time import format_time
from tradefleet.research.check.finding import Finding, count
from tradefleet.research.check.subject import Subject, sources
from tradefleet.research.check.warm_up import LaterStarts, unlike

_COMPARISONS = (EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, UNEQUAL)


def cumulative_findings(subject: Subject, later: LaterStarts) -> list[Finding]:
    """Warnings for comparisons of a constant with what never forgets the first bar.

    Where there are bars enough it is seen whether the first bar matters: it does not for `bars_since`, nor for the
    difference of two sums.
    """
    found: dict[Node, Finding] = {}
    for node in subject.nodes:
        value = _compared(node)
        if value is None or value in found or value not in subject.full or not _is_cumulative(value.call):
            continue
        if later.starts and not _depends(subject.full[value], [each[value] for each in later.columns], later.starts):
            continue
        label = subject.label(value)
        found[value] = Finding(
            severity="warning",
            kind="cumulative",
            column=label,
            message=f"{label} is compared with a constant, but its value depends on all bars since the first one fed",
            cure="compare it with its own average, or its change over some bars: x - x.shift(20)",
            where=subject.where(node),
            affects=subject.affected(value),
        )
    return list(found.values())


def _compared(node: Node) -> Node | None:
    """What a comparison compares with a constant; None for anything else."""
    if node.call.operation not in _COMPARISONS:
        return None
    varying = [source for source in node.call.inputs if source.call.operation is not CONSTANT]
    return varying[0] if len(varying) == 1 else None


def _is_cumulative(call: Call) -> bool:
    stack, seen = [call], {call}
    while stack:
        current = stack.pop()
        if current.operation.cumulative:
            return True
        new = set(sources(current)) - seen
        seen |= new
        stack.extend(new)
    return False


def _depends(full: Column, others: list[Column], starts: tuple[int, ...]) -> bool:
    """Whether a column that began later is another to the end."""
    last = len(full) - 1
    return any(
        len(rows := unlike(full, other, start)) and int(rows[-1]) > (last - start) * 0.9
        for other, start in zip(others, starts, strict=True)
    )


def flat_market_findings(subject: Subject) -> list[Finding]:
    """Warnings for bars at which an RSI is 0 because its source has not moved."""
    columns = subject.full
    found = []
    for node in subject.nodes:
        if node.call.operation.name != "rsi":
            continue
        period = int(node.call.parameters[0])
        (source,) = node.call.inputs
        column = columns[source] if source in columns else subject.over(subject.bars, nodes=[source]).columns[0]
        rows = np.flatnonzero((columns[node] == 0.0) & _flat(column, period))
        if not len(rows):
            continue
        label, time = subject.label(node), int(subject.bars.time[rows[0]])
        found.append(
            Finding(
                severity="warning",
                kind="flat_market",
                column=label,
                message=(
                    f"{label} is 0 at {count(len(rows), 'bar')} where nothing moved, first at {format_time(time)}: "
                    "that is no oversold market"
                ),
                cure="ask for some movement too, such as atr(14) > 0",
                where=subject.where(node),
                first_time=time,
                value=0.0,
                affects=subject.affected(node),
            )
        )
    return found


def _flat(column: Column, period: int) -> Column:
    """Bars at which a column has not moved for a period."""
    moved = np.cumsum(np.concatenate(([True], np.diff(column) != 0.0)))
    before = np.concatenate((np.zeros(min(period, len(moved)), moved.dtype), moved))[: len(moved)]
    unmoved: Column = moved == before
    return unmoved
