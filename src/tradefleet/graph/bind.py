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


class Becomes:
    """Tells whether nodes with symbols become some nodes without, given values; nothing is built for it.

    >>> from tradefleet.graph import close, rolling_mean
    >>> n = Symbolic.parameter("n")
    >>> Becomes({"n": 20}).same(rolling_mean(close, n), rolling_mean(close, 20))
    True
    """

    def __init__(self, values: Mapping[str, Number]) -> None:
        self._values = values
        self._known: dict[Call, Call] = {}

    def same(self, symbolic: Node, other: Node) -> bool:
        """Whether binding the one gives the other."""
        pending = [(symbolic, other)]
        while pending:
            one, two = pending.pop()
            if one is two or self._known.get(one.call) is two.call:
                if one.index != two.index:
                    return False
                continue
            if not self._alike(one.call, two.call) or one.index != two.index:
                return False
            # Taken as alike from here on: what is not shows at its inputs, which are looked at once.
            self._known[one.call] = two.call
            pending.extend(zip(one.call.inputs, two.call.inputs, strict=True))
        return True

    def _alike(self, one: Call, two: Call) -> bool:
        if one.operation is not two.operation or len(one.inputs) != len(two.inputs) or one in self._known:
            return False
        if not one.symbolic:
            return one.parameters == two.parameters
        values = tuple(p.evaluate(self._values) if isinstance(p, Symbolic) else p for p in one.parameters)
        return one.operation.check(values) == two.parameters


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
