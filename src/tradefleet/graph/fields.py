"""Fields: the columns of the bars a strategy runs on, as nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradefleet.graph.node import Column, Node, Operation, Run, Stepper, call
from tradefleet.market.errors import InternalError

FIELD_NAMES = ("open", "high", "low", "close", "volume", "time")


class _Field(Operation):
    """One column of the bars; the evaluator feeds it."""

    name = "field"

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        return (run.fields[parameters[0]],)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        raise InternalError("a field is fed by the stream itself")

    def describe(self, inputs: Sequence[str], parameters: tuple[Any, ...]) -> str:
        return str(parameters[0])


FIELD = _Field()


@dataclass(frozen=True, eq=False)
class Feed:
    """The columns of one series of bars, as nodes; what an indicator's `on=` takes.

    `time` is the bar's open time in seconds since 1970 (UTC).
    """

    open: Node
    high: Node
    low: Node
    close: Node
    volume: Node
    time: Node


bars = Feed(*(call(FIELD, (), (name,)).nodes[0] for name in FIELD_NAMES))
open_, high, low, close, volume, time = bars.open, bars.high, bars.low, bars.close, bars.volume, bars.time
