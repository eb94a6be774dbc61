"""Giving symbolic parameters their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tradefleet.graph.node import Call, Node, call
from tradefleet.graph.symbolic import Number, Symbolic


class Binder:
    """Replaces symbolic parameters by values, each shared call once.

    The result is the very graph that tracing with those values gives.

    >>> from tradefleet.graph import close, rolling_mean
    >>> n = Symbolic.parameter("n")
    >>> Binder({"n": 20}).bind(rolling_mean(close, n)) is rolling_mean(close, 20)
    True
    """

    def __init__(self, values: Mapping[str, Number]) -> None:
        self._values = values
        self._bound: dict[Call, Call] = {}

    def bind(self, node: Node) -> Node:
        """The same node with values in place of symbols; raises ParameterError for one that does not fit."""
        for pending in in_order([node]):
            if pending not in self._bound:
                self._bound[pending] = self._bind_call(pending)
        return self._bound[node.call].nodes[node.index]

    def _bind_call(self, original: Call) -> Call:
        inputs = [self._bound[node.call].nodes[node.index] for node in original.inputs]
        parameters = [p.evaluate(self._values) if isinstance(p, Symbolic) else p for p in original.parameters]
        return call(original.operation, inputs, parameters)


def in_order(nodes: Iterable[Node]) -> list[Call]:
    """Every call the nodes need, each once, inputs before those that use them."""
    order: dict[Call, None] = {}
    stack = [(node.call, False) for node in nodes]
    stack.reverse()
    while stack:
        current, ready = stack.pop()
        if current in order:
            continue
        if ready:
            order[current] = None
            continue
        stack.append((current, True))
        stack.extend((node.call, False) for node in reversed(current.inputs))
    return list(order)
