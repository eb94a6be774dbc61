"""Signals of many combinations: their operands bound, evaluated and gathered, as many at a time as memory allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.bind import Binder
from tradefleet.graph.node import Node
from tradefleet.graph.program import Operands
from tradefleet.market.errors import UserError
from tradefleet.research.batch.columns import Columns
from tradefleet.research.batch.conditions import Written
from tradefleet.research.batch.distinct import Rows, distinct, values_at
from tradefleet.research.batch.symbols import Symbols, constants, is_constant
from tradefleet.research.search.combinations import Combinations


@dataclass(frozen=True, eq=False)
class Bound:
    """A node with values: the distinct ones, None where one does not fit, and which of them each combination has."""

    nodes: tuple[Node | None, ...]
    choice: Rows

    @classmethod
    def of(cls, node: Node, combinations: Combinations, symbols: Symbols) -> Bound:
        """A node with the values of each combination."""
        names = symbols.of(node)
        groups = distinct(combinations, names)
        return cls(tuple(_bound(node, values_at(combinations, int(row), names)) for row in groups.first), groups.group)


def _bound(node: Node, values: dict[str, Any]) -> Node | None:
    try:
        return Binder(values).bind(node)
    except (UserError, ArithmeticError):
        return None


@dataclass(frozen=True, eq=False)
class Round:
    """Groups `first` to before `last`, the operands of each, and which of them cannot be had."""

    first: int
    last: int
    operands: Operands
    refused: NDArray[np.bool_]


def rounds(
    program: Written,
    levels: Sequence[Node],
    groups: Combinations,
    symbols: Symbols,
    columns: Columns,
    at_a_time: int,
    memory: float,
) -> Iterator[Round]:
    """The operands of groups of combinations, some groups at a time; `levels` are nodes that look back as well."""
    pending = [(begin, min(begin + at_a_time, len(groups))) for begin in range(0, len(groups), at_a_time)][::-1]
    while pending:
        first, last = pending.pop()
        some = groups.take(slice(first, last))
        bound = {node: Bound.of(node, some, symbols) for node in (*program.operands, *levels) if not is_constant(node)}
        nodes = [node for each in bound.values() for node in each.nodes if node is not None]
        if columns.bytes_of(nodes) > memory and last - first > 1:
            middle = (first + last) // 2
            pending += [(middle, last), (first, middle)]
            continue
        columns.need(nodes, memory)
        yield _round(program, levels, bound, some, symbols, columns, first)


def _round(
    program: Written,
    levels: Sequence[Node],
    bound: dict[Node, Bound],
    some: Combinations,
    symbols: Symbols,
    columns: Columns,
    first: int,
) -> Round:
    count = len(some)
    rows = np.full((count, len(program.operands)), -1, np.int64)
    scalars = np.zeros((count, len(program.operands)))
    # What looks back at a constant has no value at first either.
    lookbacks = np.full(count, max(program.delays, default=0), np.int64)
    refused = np.zeros(count, bool)
    delays = dict(zip(program.operands, program.delays, strict=True))
    for node, each in bound.items():
        known = [one is not None and one in columns.lookbacks for one in each.nodes]
        refused |= ~np.array(known)[each.choice]
        seen = [columns.lookbacks[one] if one in columns.lookbacks else 0 for one in each.nodes]  # noqa: SIM401
        lookbacks = np.maximum(lookbacks, np.array(seen, np.int64)[each.choice] + delays.get(node, 0))
    for place, node in enumerate(program.operands):
        if node in bound:
            each = bound[node]
            found = [columns.row(one) if one in columns.lookbacks else 0 for one in each.nodes]
            rows[:, place] = np.array(found, np.int64)[each.choice]
        else:
            names = symbols.of(node)
            groups = distinct(some, names)
            numbers = constants(node, [values_at(some, int(row), names) for row in groups.first])
            scalars[:, place] = numbers[groups.group]
    stacked: Any = columns.stacked
    return Round(first, first + count, Operands(rows, scalars, stacked["number"], stacked["truth"], lookbacks), refused)
