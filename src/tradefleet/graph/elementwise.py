"""Arithmetic, comparison and logic, bar by bar.

IEEE addition, subtraction, multiplication, division and comparison round alike in NumPy and in plain Python, so
one bar at a time uses Python's own operators. A result that is not finite becomes NaN.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tradefleet.graph.constant import as_node, number, truth_constant
from tradefleet.graph.node import ELEMENTWISE, Call, Column, Kind, Node, Operation, Run, Stepper, call
from tradefleet.market.errors import StrategyError

NAN = float("nan")


def finite_or_nan(value: float) -> float:
    """The value itself, or NaN where it is infinite."""
    return value if value - value == 0.0 else NAN


def tidy(column: Column) -> Column:
    """The column with infinities turned into NaN."""
    infinite = np.isinf(column)
    if infinite.any():
        column = np.where(infinite, NAN, column)
    return column


class _Arithmetic(Operation):
    """A number from one or two numbers."""

    pointwise = True

    def __init__(self, symbol: str, ufunc: Callable[..., Any], scalar: Callable[..., float]) -> None:
        self.name = symbol
        self._ufunc = ufunc
        self._scalar = scalar

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        return (tidy(self._ufunc(*inputs)),)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        scalar = self._scalar
        return lambda *inputs: (finite_or_nan(scalar(*inputs)),)

    def describe(self, inputs: Sequence[str], parameters: tuple[Any, ...]) -> str:
        return _infix(self.name, inputs)


class _Truth(Operation):
    """A truth value from two inputs."""

    kinds: tuple[Kind, ...] = ("truth",)
    pointwise = True

    def __init__(self, symbol: str, batch: Callable[..., Any], scalar: Callable[..., bool]) -> None:
        self.name = symbol
        self._batch = batch
        self._scalar = scalar
        # The operation that is true where this one is known and false; set below, in pairs.
        self.opposite: _Truth = self

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        return (self._batch(*inputs),)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        scalar = self._scalar
        return lambda a, b: (scalar(a, b),)

    def negate(self, call_: Call, negations: Sequence[Node]) -> Node:
        return call(self.opposite, call_.inputs).nodes[0]

    def describe(self, inputs: Sequence[str], parameters: tuple[Any, ...]) -> str:
        return _infix(self.name, inputs)


class _Logic(_Truth):
    """And, or: their negation negates the inputs (De Morgan)."""

    negates_inputs = True

    def negate(self, call_: Call, negations: Sequence[Node]) -> Node:
        return call(self.opposite, negations).nodes[0]


def _infix(symbol: str, inputs: Sequence[str]) -> str:
    if len(inputs) == 1:
        return f"{symbol}({inputs[0]})"
    return f"({inputs[0]} {symbol} {inputs[1]})"


def _divide(a: float, b: float) -> float:
    return a / b if b != 0.0 else NAN


def _floor_divide(a: float, b: float) -> float:
    if b == 0.0:
        return NAN
    # NumPy warns of an overflow; it becomes NaN by our own rule.
    with np.errstate(all="ignore"):
        return float(np.floor_divide(a, b))


def _unequal(a: Any, b: Any) -> Any:
    # Not !=, which is true for NaN.
    return (a < b) | (a > b)


ADD = _Arithmetic("+", np.add, operator.add)
SUBTRACT = _Arithmetic("-", np.subtract, operator.sub)
MULTIPLY = _Arithmetic("*", np.multiply, operator.mul)
DIVIDE = _Arithmetic("/", np.divide, _divide)
NEGATIVE = _Arithmetic("negative", np.negative, operator.neg)
ABSOLUTE = _Arithmetic("absolute", np.absolute, operator.abs)
FLOOR_DIVIDE = _Arithmetic("floor_divide", np.floor_divide, _floor_divide)
# Not np.minimum: which of two zeros of unlike sign it gives depends on the processor.
MINIMUM = _Arithmetic(
    "minimum",
    lambda a, b: np.where(b < a, b, np.where(b == b, a, NAN)),
    lambda a, b: b if b < a else (a if b == b else NAN),
)
MAXIMUM = _Arithmetic(
    "maximum",
    lambda a, b: np.where(b > a, b, np.where(b == b, a, NAN)),
    lambda a, b: b if b > a else (a if b == b else NAN),
)

LESS = _Truth("<", np.less, operator.lt)
LESS_EQUAL = _Truth("<=", np.less_equal, operator.le)
GREATER = _Truth(">", np.greater, operator.gt)
GREATER_EQUAL = _Truth(">=", np.greater_equal, operator.ge)
EQUAL = _Truth("==", np.equal, operator.eq)
UNEQUAL = _Truth("!=", _unequal, _unequal)
AND = _Logic("&", np.logical_and, operator.and_)
OR = _Logic("|", np.logical_or, operator.or_)

for _one, _other in ((LESS, GREATER_EQUAL), (GREATER, LESS_EQUAL), (EQUAL, UNEQUAL), (AND, OR)):
    _one.opposite, _other.opposite = _other, _one


def negation(node: Node) -> Node:
    """The node that is true where `node` is known and false."""
    # A loop, since a condition may be thousands of `&` deep.
    negated: dict[Call, Node] = {}
    stack = [node.call]
    while stack:
        current = stack[-1]
        inputs = [source.call for source in current.inputs] if current.operation.negates_inputs else []
        missing = [source for source in inputs if source not in negated]
        if missing:
            stack.extend(missing)
            continue
        stack.pop()
        negated[current] = current.operation.negate(current, [negated[source] for source in inputs])
    return negated[node.call]


_CURES: dict[Kind, str] = {
    "number": "compare numbers, or turn a condition into one: where(condition, 1, 0)",
    "truth": "combine conditions, each in parentheses: (a > b) & (c < d)",
}


def _operand(value: object, kind: Kind) -> Node | None:
    known = truth_constant(value) if kind == "truth" else None
    return as_node(value) if known is None else known


def _combine(operation: Operation, kind: Kind) -> Callable[..., Node]:
    """The function behind an operator: nodes, numbers and symbols in, a node out."""

    def combine(*operands: object) -> Node:
        nodes = [_operand(operand, kind) for operand in operands]
        if any(node is None for node in nodes):
            return NotImplemented  # type: ignore[no-any-return]
        known = [node for node in nodes if node is not None]
        for node in known:
            if node.kind != kind:
                raise StrategyError(f"{operation.name} does not take {node!r}, a {node.kind}", cure=_CURES[kind])
        return call(operation, known).nodes[0]

    return combine


for _operation in (ADD, SUBTRACT, MULTIPLY, DIVIDE, NEGATIVE, ABSOLUTE):
    ELEMENTWISE[_operation.name] = _combine(_operation, "number")


def _equality(operation: Operation) -> Callable[..., Node]:
    """As `_combine`, but an operand that is no number is an error: Python would take NotImplemented for "unequal"."""
    compare = _combine(operation, "number")

    def combine(*operands: object) -> Node:
        node = compare(*operands)
        if node is NotImplemented:
            text = f" {operation.name} ".join(repr(operand) for operand in operands)
            raise StrategyError(f"{text} compares with no number", cure="compare with a number or an expression")
        return node

    return combine


for _comparison in (LESS, LESS_EQUAL, GREATER, GREATER_EQUAL):
    ELEMENTWISE[_comparison.name] = _combine(_comparison, "number")
for _comparison in (EQUAL, UNEQUAL):
    ELEMENTWISE[_comparison.name] = _equality(_comparison)
for _logic in (AND, OR):
    ELEMENTWISE[_logic.name] = _combine(_logic, "truth")
ELEMENTWISE["~"] = negation


def minimum(left: Node | float, right: Node | float) -> Node:
    """The smaller of two values at each bar; NaN where either is.

    >>> from tradefleet.graph import close, high
    >>> minimum(close, high)
    (close minimum high)
    """
    return _combine(MINIMUM, "number")(number(left, "left"), number(right, "right"))


def maximum(left: Node | float, right: Node | float) -> Node:
    """The larger of two values at each bar; NaN where either is."""
    return _combine(MAXIMUM, "number")(number(left, "left"), number(right, "right"))


def floor_divide(left: Node | float, right: Node | float) -> Node:
    """The quotient rounded down, as NumPy's floor_divide; NaN where the divisor is 0."""
    return _combine(FLOOR_DIVIDE, "number")(number(left, "left"), number(right, "right"))
