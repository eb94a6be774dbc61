"""Fields: the columns that are handed in, as nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradefleet.graph.clock import BASE, Clock
from tradefleet.graph.node import Column, Node, Operation, Run, Stepper, call
from tradefleet.market.errors import InternalError

FIELD_NAMES = ("open", "high", "low", "close", "volume", "time")


class _Field(Operation):
    """One column of a clock's bars; the evaluator feeds it."""

    name = "field"

    def clock(self, common: Clock | None, parameters: tuple[Any, ...]) -> Clock | None:
        clock: Clock = parameters[1]
        return clock

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        return (run.fields[parameters[0]],)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        raise InternalError("a field is fed by the stream itself")

    def describe(self, inputs: Sequence[str], parameters: tuple[Any, ...]) -> str:
        name, clock = parameters
        if clock == BASE:
            return str(name)
        return repr(clock) if clock.series is not None else f"{clock!r}.{name}"


FIELD = _Field()


def field(name: str, clock: Clock = BASE) -> Node:
    """The node of one column of a clock's bars."""
    return call(FIELD, (), (name, clock)).nodes[0]


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


def feed_of(clock: Clock) -> Feed:
    """The columns of a clock's bars."""
    return Feed(*(field(name, clock) for name in FIELD_NAMES))


bars = feed_of(BASE)
open_, high, low, close, volume, time = bars.open, bars.high, bars.low, bars.close, bars.volume, bars.time
