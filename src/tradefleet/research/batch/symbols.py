"""Which parameters a node depends on, and the values of those that are the same at every bar."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.bind import in_order
from tradefleet.graph.constant import CONSTANT
from tradefleet.graph.node import Call, Node, Run
from tradefleet.graph.step import plain_loop
from tradefleet.graph.symbolic import Symbolic
from tradefleet.metrics.performance import Floats
from tradefleet.research.batch.distinct import distinct, values_at
from tradefleet.research.search.combinations import Combinations


class Symbols:
    """The parameters behind nodes, looked up once for each call."""

    def __init__(self) -> None:
        self._names: dict[Call, frozenset[str]] = {}

    def of(self, node: Node) -> frozenset[str]:
        """The symbolic parameters that a node depends on."""
        for call in in_order([node]):
            if call not in self._names:
                behind = [self._names[source.call] for source in call.inputs]
                self._names[call] = own_names(call).union(*behind)
        return self._names[node.call]


def own_names(call: Call) -> frozenset[str]:
    """The symbolic parameters of a call itself."""
    return frozenset().union(*(p.names for p in call.parameters if isinstance(p, Symbolic)))


def exist(nodes: Sequence[Node], combinations: Combinations) -> NDArray[np.bool_]:
    """Which combinations all numbers made of their parameters exist for: finite, without a division by zero."""
    found = np.ones(len(combinations), bool)
    for call in in_order(nodes):
        if call.operation is CONSTANT and call.symbolic:
            groups = distinct(combinations, own_names(call))
            values = (values_at(combinations, int(row), own_names(call)) for row in groups.first)
            found &= np.isfinite([evaluated(call.parameters[0], each) for each in values])[groups.group]
    return found


def evaluated(parameter: Any, values: Mapping[str, Any]) -> float:
    """The value of a constant's parameter; NaN where it has none."""
    try:
        return float(parameter.evaluate(values)) if isinstance(parameter, Symbolic) else parameter
    except ArithmeticError:
        return math.nan


def is_constant(node: Node) -> bool:
    """Whether a node is the same at every bar, given its parameters."""
    return node.call.clock is None and all(call.operation.pointwise for call in in_order([node]))


def constants(node: Node, values: Sequence[Mapping[str, Any]]) -> Floats:
    """The value of a constant node for each of some parameters' values, as a plan gives it."""
    known: dict[Call, tuple[Any, ...]] = {}
    run = Run(len(values), {}, plain_loop)
    for call in in_order([node]):
        if call.operation is CONSTANT:
            (parameter,) = call.parameters
            numbers = [evaluated(parameter, each) for each in values]
            # Not -0.0, as for constants of one value.
            known[call] = (np.array(numbers, np.float64) + 0.0,)
            continue
        inputs = [known[source.call][source.index] for source in call.inputs]
        with np.errstate(all="ignore"):
            known[call] = call.operation.batch(inputs, call.parameters, run)
    found: Floats = np.broadcast_to(known[node.call][node.index], (len(values),))
    return np.asarray(found, np.float64)
