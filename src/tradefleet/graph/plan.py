"""Plans: what a set of nodes needs, each distinct computation once."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tradefleet.graph.bind import in_order
from tradefleet.graph.evaluate import evaluate
from tradefleet.graph.fields import FIELD, FIELD_NAMES
from tradefleet.graph.node import Call, Column, Loop, Node, Run
from tradefleet.graph.step import plain_loop
from tradefleet.market.bars import Bars
from tradefleet.market.errors import InternalError
from tradefleet.market.time import SECOND
from tradefleet.market.timeframe import Timeframe


@dataclass(frozen=True)
class Evaluation:
    """The columns of one plan over arrays, in the order its nodes were given.

    `evaluated` counts the computations done, `replaced` the inputs that were not finite.
    """

    columns: tuple[Column, ...]
    evaluated: int
    replaced: int


class Plan:
    """The distinct computations behind some nodes, in order.

    `lookback` is the number of bars without any signal at the start; `settling` the number after which where the
    series began no longer matters (error below 1e-4), for all but `cumulative` computations, which never forget it.

    >>> from tradefleet.graph import close, rolling_mean
    >>> plan = Plan([rolling_mean(close, 20) > close, rolling_mean(close, 20) < close])
    >>> len(plan.calls), plan.lookback
    (4, 19)
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = tuple(nodes)
        self.calls: tuple[Call, ...] = tuple(in_order(self.nodes))
        if any(call.symbolic for call in self.calls):
            raise InternalError("a plan was made before its parameters had values")
        self._last_use = _last_uses(self.calls, self.nodes)

    @cached_property
    def lookback(self) -> int:
        """Bars before the first value of the slowest node."""
        return self._longest(lambda call: call.operation.lookback(call.parameters))

    def settling(self, timeframe: str | Timeframe = "1m") -> int:
        """Bars of this length until every node has forgotten where its series began."""
        length = Timeframe.parse(timeframe).nanoseconds / SECOND

        def own(call: Call) -> int:
            by_clock = math.ceil(call.operation.settling_time(call.parameters) / length)
            return max(call.operation.settling(call.parameters), by_clock)

        return self._longest(own)

    @cached_property
    def cumulative(self) -> tuple[Call, ...]:
        """The computations that depend on all bars since the first."""
        return tuple(call for call in self.calls if call.operation.cumulative)

    def _longest(self, own: Callable[[Call], int]) -> int:
        """The longest way through the calls, each adding bars of its own."""
        needed: dict[Call, int] = {}
        for call in self.calls:
            needed[call] = own(call) + max((needed[node.call] for node in call.inputs), default=0)
        return max(needed.values(), default=0)

    def over(self, bars: Bars, loop: Loop = plain_loop, threads: int = 1) -> Evaluation:
        """Evaluate over whole arrays; each computation once, its columns dropped after their last use."""
        wanted = {str(call.parameters[0]) for call in self.calls if call.operation is FIELD}
        run = Run(len(bars), columns_of(bars, wanted), loop)
        known = evaluate(self.calls, self._last_use, run, threads)
        # A constant comes as a scalar.
        columns = tuple(np.broadcast_to(known[node.call][node.index], (run.length,)) for node in self.nodes)
        return Evaluation(columns, len(self.calls), run.replaced)

    def stream(self) -> PlanStream:
        """The same computations one bar at a time, from the first bar fed."""
        return PlanStream(self)


class PlanStream:
    """A plan fed one bar at a time; equal to `over` at every bar, to the bit.

    `evaluated` counts computations, fields aside: it grows by the plan's distinct computations at every bar.
    """

    def __init__(self, plan: Plan) -> None:
        self._run = Run(0, {}, plain_loop)
        self._values: dict[Call, tuple[Any, ...]] = {}
        self._fields = [call for call in plan.calls if call.operation is FIELD]
        self._steps = [
            (call, call.operation.stream(call.parameters, self._run), call.inputs)
            for call in plan.calls
            if call.operation is not FIELD
        ]
        self._outputs = plan.nodes
        self.evaluated = 0

    @property
    def replaced(self) -> int:
        """Inputs that were not finite and were replaced by the last finite one."""
        return self._run.replaced

    def update(self, fields: Mapping[str, float]) -> tuple[Any, ...]:
        """The nodes' values after one more bar, given its fields by name (time in seconds)."""
        values = self._values
        for call in self._fields:
            # Whole numbers and NumPy's scalars would round and overflow in their own ways.
            values[call] = (float(fields[call.parameters[0]]),)
        for call, step, inputs in self._steps:
            values[call] = step(*[values[node.call][node.index] for node in inputs])
        self.evaluated += len(self._steps)
        return tuple(values[node.call][node.index] for node in self._outputs)


def columns_of(bars: Bars, names: Collection[str] = FIELD_NAMES) -> dict[str, Column]:
    """These fields of some bars, by name."""
    return {name: bars.time / SECOND if name == "time" else getattr(bars, name) for name in names}


def _last_uses(calls: tuple[Call, ...], outputs: tuple[Node, ...]) -> dict[int, list[Call]]:
    """For each position the calls whose columns nobody needs after it."""
    kept = {node.call for node in outputs}
    last: dict[Call, int] = {}
    for position, call in enumerate(calls):
        for node in call.inputs:
            last[node.call] = position
    uses: dict[int, list[Call]] = {}
    for call, position in last.items():
        if call not in kept:
            uses.setdefault(position, []).append(call)
    return uses
