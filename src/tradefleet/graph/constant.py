"""Constants: numbers and truths that are the same at every bar, and what users may give where a node is wanted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tradefleet.graph.node import Call, Column, Kind, Node, Number, Operation, Run, Stepper, call, parameter_text
from tradefleet.graph.symbolic import Symbolic
from tradefleet.market.errors import ParameterError, StrategyError


def finite_number(value: object, what: str) -> float:
    """A finite float from a number; raises ParameterError naming what it is otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise ParameterError(f"{what} is {value!r}", cure="give a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ParameterError(f"{what} is not finite", cure="give a finite number")
    # Not -0.0, which is equal to 0.0: which of the two came first would show in the results.
    return number + 0.0


class _TruthConstant(Operation):
    """True or false at every bar."""

    kinds: tuple[Kind, ...] = ("truth",)
    pointwise = True

    def __init__(self, value: bool) -> None:
        self.name = str(value)
        self._value = value

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        return (np.bool_(self._value),)  # type: ignore[return-value]

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        outputs = (self._value,)
        return lambda: outputs

    def negate(self, call: Call, negations: Sequence[Node]) -> Node:
        return NEVER if self._value else ALWAYS

    def describe(self, inputs: Sequence[str], parameters: tuple[Any, ...]) -> str:
        return self.name


class _Constant(Operation):
    """A number that is the same at every bar."""

    name = "constant"
    pointwise = True

    def check(self, parameters: tuple[Any, ...]) -> tuple[Any, ...]:
        (value,) = parameters
        return (value if isinstance(value, Symbolic) else finite_number(value, "the constant"),)

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        return (np.float64(parameters[0]),)  # type: ignore[return-value]

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        outputs = (parameters[0],)
        return lambda: outputs

    def describe(self, inputs: Sequence[str], parameters: tuple[Any, ...]) -> str:
        return parameter_text(parameters[0])


CONSTANT = _Constant()
ALWAYS = call(_TruthConstant(True), ()).nodes[0]
NEVER = call(_TruthConstant(False), ()).nodes[0]


def constant(value: Number | Symbolic) -> Node:
    """The node of a number.

    >>> constant(2) is constant(2.0)
    True
    """
    return call(CONSTANT, (), (value,)).nodes[0]


def as_node(value: object) -> Node | None:
    """A node from a node, a number or a symbolic parameter; None for anything else."""
    if isinstance(value, Node):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating | Symbolic):
        return None
    return constant(value)


def number(value: object, what: str) -> Node:
    """A number node from an argument; raises StrategyError naming the argument otherwise."""
    node = as_node(value)
    if node is None:
        raise StrategyError(f"{what} is {value!r}", cure="give an expression such as close, or a number")
    if node.kind != "number":
        raise StrategyError(f"{what} is the condition {node!r}", cure="turn it into a number: where(condition, 1, 0)")
    return node


def truth(value: object, what: str) -> Node:
    """A truth node from an argument; raises StrategyError naming the argument otherwise."""
    node = truth_constant(value)
    if node is not None:
        return node
    if isinstance(value, Node) and value.kind == "truth":
        return value
    raise StrategyError(f"{what} is {value!r}, not a condition", cure="compare it with something: x > 0")


def truth_constant(value: object) -> Node | None:
    """The node of True or False; None for anything else."""
    if isinstance(value, bool | np.bool_):
        return ALWAYS if value else NEVER
    return None
