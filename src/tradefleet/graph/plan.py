"""Plans: what a set of nodes needs, each distinct computation once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tradefleet.graph.align import Align, Alignment, aligned
from tradefleet.graph.bind import in_order
from tradefleet.graph.chunks import PlanChunks
from tradefleet.graph.clock import BASE, Clock
from tradefleet.graph.evaluate import evaluate
from tradefleet.graph.fields import FIELD
from tradefleet.graph.node import Call, Column, Loop, Node, Run
from tradefleet.graph.step import plain_loop
from tradefleet.graph.stream import PlanStream
from tradefleet.graph.tracks import Feeds, columns_of, track_of
from tradefleet.market.bars import Bars
from tradefleet.market.errors import InternalError
from tradefleet.market.time import SECOND
from tradefleet.market.timeframe import Timeframe

__all__ = ["Evaluation", "Plan", "PlanChunks", "PlanStream", "columns_of"]


@dataclass(frozen=True)
class Evaluation:
    """The columns of one plan over arrays, in the order its nodes were given.

    `lookbacks` are the numbers of bars before the first value of each node, on these very bars and feeds; `evaluated`
    counts the computations done, `replaced` the inputs that were not finite.
    """

    columns: tuple[Column, ...]
    lookbacks: tuple[int, ...]
    evaluated: int
    replaced: int

    @property
    def lookback(self) -> int:
        """The number of bars before the first value of the slowest node."""
        return max(self.lookbacks, default=0)


class Plan:
    """The distinct computations behind some nodes, in order; what is on other clocks is aligned at the end.

    `lookback` is the number of bars without any signal at the start; `settling` the number after which where the
    series began no longer matters (error below 1e-4), for all but `cumulative` computations, which never forget it.
    `feeds` are the other bars and series it goes by.

    >>> from tradefleet.graph import close, rolling_mean, timeframe
    >>> plan = Plan([rolling_mean(close, 20) > close, rolling_mean(close, 20) < close])
    >>> len(plan.calls), plan.lookback
    (4, 19)
    >>> Plan([close > timeframe("4h").close]).feeds
    (timeframe('4h'),)
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = tuple(nodes)
        self.outputs = tuple(aligned(node) for node in self.nodes)
        self.calls: tuple[Call, ...] = tuple(in_order(self.outputs))
        if any(call.symbolic for call in self.calls):
            raise InternalError("a plan was made before its parameters had values")
        self._last_use = _last_uses(self.calls, self.outputs)

    @cached_property
    def clocks(self) -> Mapping[Clock, frozenset[str]]:
        """Every clock its computations go by, and the fields they read of it; the strategy's own first."""
        read: dict[Clock, set[str]] = {BASE: set()}
        for call in self.calls:
            if call.operation is FIELD:
                read.setdefault(call.parameters[1], set()).add(call.parameters[0])
        return {clock: frozenset(names) for clock, names in read.items()}

    @cached_property
    def feeds(self) -> tuple[Clock, ...]:
        """What it goes by besides the strategy's own bars, each once; longer bars of its own symbol need no data."""
        return tuple(dict.fromkeys(clock.feed for clock in self.clocks if clock != BASE))

    @cached_property
    def lookback(self) -> int:
        """Bars before the first value of the slowest node, where all go by the strategy's own bars."""
        if self.feeds:
            raise InternalError(f"a plan on {self.feeds[0]!r} has a lookback for a timeframe only: lookback_of")
        return self.first_value(lambda clock, bar: bar)

    def lookback_of(self, timeframe: str | Timeframe) -> int:
        """Bars of this length before the first value of the slowest node, at most, where none is absent."""
        base = Timeframe.parse(timeframe)
        return self.first_value(lambda clock, bar: (bar + 1) * _ratio(clock, base) - 1 if clock.series is None else 0)

    def first_value(self, visible: Callable[[Clock, int], int]) -> int:
        """The index of the bar at which the slowest node has its first value.

        `visible` tells at which bar another clock's bar of an index is closed.
        """
        return max(self.first_values(visible), default=0)

    def first_values(self, visible: Callable[[Clock, int], int]) -> tuple[int, ...]:
        """The index of the bar at which each node has its first value."""
        return self._needed(lambda call: call.operation.lookback(call.parameters), visible)

    def settling(self, timeframe: str | Timeframe = "1m") -> int:
        """Bars of this length until every node has forgotten where its series began.

        A series of published values is there from its own beginning, so it needs none.
        """
        base = Timeframe.parse(timeframe)

        def own(call: Call) -> int:
            length = (call.clock or BASE).length(base).nanoseconds / SECOND
            by_clock = math.ceil(call.operation.settling_time(call.parameters) / length)
            return max(call.operation.settling(call.parameters), by_clock)

        def visible(clock: Clock, bars: int) -> int:
            ratio = _ratio(clock, base)
            # One more where bars are made from shorter ones: the first may lack its beginning.
            return 0 if clock.series is not None else (bars + 1 + (ratio > 1)) * ratio - 1

        return max(self._needed(own, visible), default=0)

    @cached_property
    def cumulative(self) -> tuple[Call, ...]:
        """The computations that depend on all bars since the first."""
        return tuple(call for call in self.calls if call.operation.cumulative)

    def _needed(self, own: Callable[[Call], int], visible: Callable[[Clock, int], int]) -> tuple[int, ...]:
        """For each node the longest way through the calls, each adding bars of its own clock.

        `visible` turns them into base bars.
        """
        needed: dict[Call, int] = {}
        for call in self.calls:
            before = max((needed[node.call] for node in call.inputs), default=0)
            if isinstance(call.operation, Align):
                before = visible(call.parameters[0], before)
            needed[call] = own(call) + before
        return tuple(needed[node.call] for node in self.outputs)

    def over(self, bars: Bars, loop: Loop = plain_loop, threads: int = 1, feeds: Feeds | None = None) -> Evaluation:
        """Evaluate over whole arrays; each computation once, its columns dropped after their last use.

        `feeds` has the bars and series of `self.feeds`; longer bars of the bars' own symbol are made where they are not
        in it. Raises DataError for what is missing, ParameterError for a timeframe that does not go with the bars'.
        """
        tracks = {clock: track_of(clock, names, bars, feeds or {}) for clock, names in self.clocks.items()}
        base = tracks[BASE]
        # Close times, all moved by one bar of the base clock.
        alignments = {
            clock: Alignment.of(track.closes - base.timeframe, base.time, clock.max_age)
            for clock, track in tracks.items()
            if clock != BASE
        }
        runs: dict[Clock | None, Run] = {
            clock: Run(len(track.time), track.fields, loop, track.timeframe, alignments)
            for clock, track in tracks.items()
        }
        # A constant comes as a scalar, whatever bars it goes with.
        runs[None] = runs[BASE]
        known = evaluate(self.calls, self._last_use, runs, threads)
        return Evaluation(
            columns=tuple(np.broadcast_to(known[node.call][node.index], (len(bars),)) for node in self.outputs),
            lookbacks=self.first_values(lambda clock, bar: alignments[clock].first(bar)),
            evaluated=len(self.calls),
            replaced=sum(runs[clock].replaced for clock in tracks),
        )

    def chunks(self, bars: Bars, loop: Loop = plain_loop, feeds: Feeds | None = None) -> PlanChunks:
        """The same computations over some of the bars at a time, in order; with the errors of `over`."""
        return PlanChunks(
            self.calls, self.outputs, self._last_use, self.clocks, self.first_value, bars, loop, feeds or {}
        )

    def bytes_per_bar(self, timeframe: str | Timeframe) -> float:
        """The most that the columns alive at once take in `over`, for each of the strategy's bars of this length."""
        base = Timeframe.parse(timeframe)
        sizes = {call: _size(call, base) for call in self.calls}
        alive, most = 0.0, 0.0
        for position, call in enumerate(self.calls):
            alive += sizes[call]
            most = max(most, alive)
            alive -= sum(sizes[finished] for finished in self._last_use.get(position, ()))
        return most

    def stream(self, timeframe: str | Timeframe | None = None, symbol: str | None = None) -> PlanStream:
        """The same computations one bar at a time, from the first bar fed.

        The strategy's own timeframe is needed where a node goes by other bars or by close times; its symbol tells
        which bars named by symbol are its own.
        """
        length = None if timeframe is None else Timeframe.parse(timeframe)
        return PlanStream(self.calls, self.outputs, tuple(self.clocks), self.first_value, length, symbol)


def _ratio(clock: Clock, base: Timeframe) -> int:
    """How many of the strategy's bars one of a clock's is, at least one."""
    return max(1, -(-clock.length(base).nanoseconds // base.nanoseconds))


def _size(call: Call, base: Timeframe) -> float:
    """The bytes that a call's columns take for each of the strategy's bars; the bars' own are there anyway."""
    if call.clock is None or (call.operation is FIELD and call.parameters[0] != "time"):
        return 0.0
    size = sum(8 if kind == "number" else 1 for kind in call.operation.kinds)
    return size if call.clock.series is not None else size / _ratio(call.clock, base)


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
