"""Alignment: what another clock's bars show at the strategy's own bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.clock import BASE, Clock
from tradefleet.graph.elementwise import NAN
from tradefleet.graph.node import ELEMENTWISE, Call, Column, Kind, Node, Operation, Run, Stepper, call


class Align(Operation):
    """The input at the last bar of its clock that is closed at each bar's close; NaN or false before the first."""

    name = "align"

    def __init__(self, kind: Kind) -> None:
        self.kinds = (kind,)
        self.negates_inputs = kind == "truth"
        self._missing: float | bool = NAN if kind == "number" else False

    def clock(self, common: Clock | None, parameters: tuple[Any, ...]) -> Clock | None:
        return BASE

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        alignment: Alignment = run.alignments[parameters[0]]
        return (alignment.spread(inputs[0], self._missing),)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        other = run.alignments[parameters[0]]
        missing = (self._missing,)
        return lambda value: (value,) if other.known else missing

    def negate(self, call_: Call, negations: Sequence[Node]) -> Node:
        if self.kinds == ("number",):
            return super().negate(call_, negations)
        return call(self, negations, call_.parameters).nodes[0]

    def describe(self, inputs: Sequence[str], parameters: tuple[Any, ...]) -> str:
        return inputs[0]


_ALIGNS = {kind: Align(kind) for kind in ("number", "truth")}


def aligned(node: Node) -> Node:
    """The node on the strategy's own clock: itself where it is on it already, or on none.

    >>> from tradefleet.graph import close, timeframe
    >>> aligned(close) is close, aligned(timeframe("4h").close) is timeframe("4h").close
    (True, False)
    """
    clock = node.call.clock
    if clock is None or clock == BASE:
        return node
    return call(_ALIGNS[node.kind], (node,), (clock,)).nodes[0]


ELEMENTWISE["align"] = aligned


@dataclass(frozen=True, eq=False)
class Alignment:
    """Where each bar of another clock is the last closed one, over arrays.

    `positions` has the base bar from which on each is closed; `counts` the base bars without any, and then, for each,
    those at which it is the last. With a maximal age every count is followed by that of the bars where it is too old.
    """

    positions: NDArray[np.int64]
    counts: NDArray[np.int64]
    has_age: bool

    @classmethod
    def of(cls, closes: NDArray[np.int64], base: NDArray[np.int64], max_age: int | None) -> Alignment:
        """From the rising close times of both."""
        positions = np.searchsorted(base, closes)
        counts = np.diff(positions, prepend=0, append=len(base))
        if max_age is None:
            return cls(positions, counts, False)
        lasting = counts.copy()
        lasting[1:] = np.minimum(np.searchsorted(base, closes + max_age, "right") - positions, counts[1:])
        return cls(positions, np.column_stack([lasting, counts - lasting]).ravel(), True)

    def spread(self, values: Column, missing: float | bool) -> Column:
        """A column of the other clock as one of the base clock."""
        wide = np.full((len(values) + 1, 1 + self.has_age), missing)
        wide[1:, 0] = values
        return np.repeat(wide.ravel(), self.counts)

    def first(self, bar: int) -> int:
        """The base bar from which on so many bars and one more are closed; their number where none is."""
        return int(self.positions[bar]) if bar < len(self.positions) else int(self.counts.sum())
