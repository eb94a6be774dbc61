"""Which parameters a node depends on, and the values of those that are the same at every bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tradefleet.graph.bind import in_order
from tradefleet.graph.constant import CONSTANT
from tradefleet.graph.node import Call, Node, Run
from tradefleet.graph.step import plain_loop
from tradefleet.graph.symbolic import Symbolic
from tradefleet.metrics.performance import Floats


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


def looking_back(nodes: Sequence[Node]) -> frozenset[str]:
    """The parameters that may tell how far nodes look back: those of calls that are not of one bar alone."""
    calls = in_order(nodes)
    return frozenset().union(*(own_names(call) for call in calls if not call.operation.pointwise))


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
            symbolic = isinstance(parameter, Symbolic)
            numbers = [parameter.evaluate(each) for each in values] if symbolic else [parameter] * len(values)
            # Not -0.0, as for constants of one value.
            known[call] = (np.array(numbers, np.float64) + 0.0,)
            continue
        inputs = [known[source.call][source.index] for source in call.inputs]
        with np.errstate(all="ignore"):
            known[call] = call.operation.batch(inputs, call.parameters, run)
    found: Floats = np.broadcast_to(known[node.call][node.index], (len(values),))
    return np.asarray(found, np.float64)
