"""Terms: the pieces of a constraint, each evaluated on rows.

`and`, `or` and chained comparisons go on with the rows that are still open, as Python does: in
`slow > 0 and fast / slow < 2` nothing is divided by zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tradefleet.research.search.arithmetic import Column, Operator
from tradefleet.research.search.rows import Bools, Rows

Evaluate = Callable[[Rows], Column]


@dataclass(frozen=True)
class Term:
    """A piece: what it is, and its value on rows, of one element where all rows have the same."""

    kind: Literal["number", "text", "condition"]
    on: Evaluate


def constant(value: float | str) -> Term:
    """A number or a text."""
    if isinstance(value, str):
        text = np.array(value, dtype=object)
        return Term("text", lambda rows: text)
    number = np.array(value, dtype=np.float64)
    return Term("number", lambda rows: number)


def _all_rows(value: Any, rows: Rows) -> Bools:
    return np.broadcast_to(np.asarray(value, dtype=np.bool_), (len(rows),))


def both(terms: Sequence[Term]) -> Term:
    """`and`."""

    def on(rows: Rows) -> Bools:
        held = np.ones(len(rows), dtype=np.bool_)
        for term in terms:
            found = _all_rows(term.on(rows), rows)
            held[held] = found
            rows = rows.take(found)
        return held

    return Term("condition", on)


def either(terms: Sequence[Term]) -> Term:
    """`or`: what none of them denies."""
    return negation(both([negation(term) for term in terms]))


def negation(term: Term) -> Term:
    """`not`."""
    return Term("condition", lambda rows: ~_all_rows(term.on(rows), rows))


def comparison(first: Term, rest: Sequence[tuple[Operator, Term]]) -> Term:
    """`a < b < c`."""

    def on(rows: Rows) -> Bools:
        held = np.ones(len(rows), dtype=np.bool_)
        left = first.on(rows)
        for compare, term in rest:
            right = term.on(rows)
            found = _all_rows(compare(left, right), rows)
            held[held] = found
            left = right if right.ndim == 0 else right[found]
            rows = rows.take(found)
        return held

    return Term("condition", on)


def membership(term: Term, others: Sequence[Term]) -> Term:
    """`a in (b, c)`."""

    def on(rows: Rows) -> Bools:
        value = term.on(rows)
        held = np.zeros(len(rows), dtype=np.bool_)
        # All of them first: Python makes the tuple before it looks into it.
        for other in [other.on(rows) for other in others]:
            held |= _all_rows(value == other, rows)
        return held

    return Term("condition", on)
