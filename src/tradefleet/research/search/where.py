"""Constraints as text: `fast < slow and stop_loss * reward_risk < 0.1`."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from functools import reduce

import numpy as np

from tradefleet.market.errors import ParameterError, did_you_mean
from tradefleet.research.search.arithmetic import (
    BINARY,
    COMPARE,
    UNARY,
    Column,
    NoValueError,
    Operator,
    greatest,
    least,
)
from tradefleet.research.search.rows import Bools, Rows, Values, kind_of
from tradefleet.research.search.source import CURE, Source
from tradefleet.research.search.terms import Term, both, comparison, constant, either, membership, negation

_CALLS = ("abs", "min", "max")


class Where:
    """A constraint as text, checked when it is made.

    It is Python: comparisons, chained ones too, `and`, `or`, `not`, `in (1, 2)`, + - * / // % **, abs, min, max,
    numbers, text, and the names of what is searched and of the strategy's other parameters. Numbers are floats.
    Raises ParameterError, with the place in the text, for anything else.

    >>> from tradefleet.research.search.axes import Axis
    >>> values = Values.of([Axis("fast", (5, 9, 20)), Axis("slow", (9,))], {})
    >>> rows = Rows(values, np.array([[0, 0], [1, 0], [2, 0]], dtype=np.int32))
    >>> Where("fast < slow", values).holds(rows).tolist()
    [True, False, False]
    """

    def __init__(self, text: str, values: Values) -> None:
        self._source = Source(text)
        self._values = values
        self._term = self._condition(self._source.tree)

    def holds(self, rows: Rows) -> Bools:
        """Whether each row satisfies it."""
        # Python's floats overflow to infinity without a word, too.
        with np.errstate(all="ignore"):
            return self._term.on(rows)

    @property
    def fingerprint(self) -> str:
        """The text."""
        return self._source.text

    def _condition(self, node: ast.expr) -> Term:
        return self._of_kind(node, "condition", "is neither true nor false")

    def _number(self, node: ast.expr) -> Term:
        return self._of_kind(node, "number", "is no number")

    def _of_kind(self, node: ast.expr, kind: str, message: str) -> Term:
        term = self._term_of(node)
        if term.kind != kind:
            raise self._source.error(node, f"{self._source.of(node)!r} {message}")
        return term

    def _term_of(self, node: ast.expr) -> Term:
        match node:
            case ast.Name(id=name):
                return self._name(node, name)
            case ast.Constant(value=value):
                return self._constant(node, value)
            case ast.BoolOp(op=ast.And(), values=parts):
                return both([self._condition(part) for part in parts])
            case ast.BoolOp(op=ast.Or(), values=parts):
                return either([self._condition(part) for part in parts])
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return negation(self._condition(part))
            case ast.UnaryOp(op=sign, operand=part) if type(sign) in UNARY:
                inner, change = self._number(part).on, UNARY[type(sign)]
                return Term("number", lambda rows: change(inner(rows)))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in BINARY:
                return self._arithmetic(node, BINARY[type(sign)], self._number(left), self._number(right))
            case ast.Compare(left=left, ops=signs, comparators=others):
                return self._comparison(node, left, signs, others)
            case ast.Call(func=ast.Name(id=name), args=parts, keywords=[]) if name in _CALLS:
                return self._call(node, name, parts)
        raise self._not_understood(node)

    def _not_understood(self, node: ast.expr) -> ParameterError:
        cure = "write and, or, not" if isinstance(node, ast.BinOp | ast.UnaryOp) else CURE
        return self._source.error(node, f"{self._source.of(node)!r} cannot stand in a constraint", cure)

    def _name(self, node: ast.expr, name: str) -> Term:
        axis = self._values.axes.get(name)
        if axis is not None:
            kind = kind_of(axis.values)
            if kind == "mixed":
                raise self._source.error(
                    node, f"{name} has numbers and text for values", "compare it in Python: constraint=..."
                )
            return Term(kind, lambda rows: rows.column(name))
        if name not in self._values.constants:
            raise self._source.error(node, f"there is no parameter '{name}'", did_you_mean(name, self._values.names))
        return constant(self._values.constants[name])

    def _constant(self, node: ast.expr, value: object) -> Term:
        if isinstance(value, str):
            return constant(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                number = math.inf
            if math.isinf(number):
                raise self._source.error(node, "the number is too large", "write one below 1e308")
            return constant(number)
        raise self._not_understood(node)

    def _arithmetic(self, node: ast.expr, apply: Operator, left: Term, right: Term) -> Term:
        source = self._source.of(node)

        def on(rows: Rows) -> Column:
            try:
                return apply(left.on(rows), right.on(rows))
            except NoValueError as error:
                if len(rows) == 0:
                    # Where no row comes this far, Python does not get here.
                    return np.empty(0)
                cure = "leave such values out, or write the condition for them first"
                raise self._source.error(node, f"{source!r} {error} for {rows.text(error.row)}", cure) from None

        return Term("number", on)

    def _call(self, node: ast.expr, name: str, parts: Sequence[ast.expr]) -> Term:
        terms = [self._number(part) for part in parts]
        if name == "abs" and len(terms) == 1:
            inner = terms[0].on
            return Term("number", lambda rows: np.abs(inner(rows)))
        if name == "abs" or len(terms) < 2:
            raise self._source.error(
                node, f"{self._source.of(node)!r} has the wrong number of values", "write abs(a), min(a, b)"
            )
        choose = least if name == "min" else greatest
        return reduce(lambda one, two: Term("number", lambda rows: choose(one.on(rows), two.on(rows))), terms)

    def _comparison(
        self, node: ast.expr, left: ast.expr, signs: Sequence[ast.cmpop], others: Sequence[ast.expr]
    ) -> Term:
        match signs, others:
            case [ast.In() | ast.NotIn()], [ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts)]:
                term = self._term_of(left)
                found = membership(term, [self._alike(part, term) for part in parts])
                return found if isinstance(signs[0], ast.In) else negation(found)
        first = self._term_of(left)
        if first.kind == "condition":
            raise self._source.error(
                left, f"{self._source.of(left)!r} is compared, and is true or false already", "write and, or"
            )
        rest = []
        for sign, other in zip(signs, others, strict=True):
            if type(sign) not in COMPARE:
                raise self._source.error(
                    node, f"{self._source.of(node)!r} is not understood", "write side in ('long', 'both')"
                )
            if first.kind == "text" and not isinstance(sign, ast.Eq | ast.NotEq):
                raise self._source.error(
                    node, f"{self._source.of(node)!r} compares the size of text", "write side == 'long'"
                )
            rest.append((COMPARE[type(sign)], self._alike(other, first)))
        return comparison(first, rest)

    def _alike(self, node: ast.expr, other: Term) -> Term:
        term = self._term_of(node)
        if term.kind != other.kind:
            raise self._source.error(node, f"{self._source.of(node)!r} is {term.kind} and compared with {other.kind}")
        return term
