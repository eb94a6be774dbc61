"""Plans one bar at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tradefleet.graph.clock import BASE, Clock
from tradefleet.graph.elementwise import NAN
from tradefleet.graph.fields import FIELD
from tradefleet.graph.longer import ClosedBar, LongerBar
from tradefleet.graph.node import Call, Node, Run, Stepper
from tradefleet.graph.step import plain_loop
from tradefleet.graph.tracks import check_clock, own_bars
from tradefleet.market.errors import DataError, InternalError, ParameterError
from tradefleet.market.time import format_time
from tradefleet.market.timeframe import Timeframe

Values = dict[Call, tuple[Any, ...]]


class ClockStream:
    """The computations of one clock; `advance` takes its next bar.

    `known` says whether the last bar is there and young enough to count at the strategy's bar at hand.
    """

    def __init__(self, clock: Clock, values: Values, longer: LongerBar | None) -> None:
        self.clock = clock
        self.longer = longer
        self.known = False
        self.pending: deque[ClosedBar] = deque()
        # The strategy's bar at which each of the first bars here was closed, as many as first values depend on.
        self.visible: list[int] = []
        self._last: int | None = None
        self._latest: int | None = None
        self._values = values
        self._fields: list[Call] = []
        self._steps: list[tuple[Call, Stepper, tuple[Node, ...]]] = []

    def add(self, call: Call, run: Run) -> None:
        """Take one of the plan's calls, in order."""
        if call.operation is FIELD:
            self._fields.append(call)
        else:
            self._steps.append((call, call.operation.stream(call.parameters, run), call.inputs))
        # Aligned values are looked up before the first bar is there.
        self._values[call] = (NAN,) * len(call.nodes)

    def advance(self, fields: Mapping[str, float]) -> int:
        """Compute everything after one more bar; gives the number of computations."""
        values = self._values
        for call in self._fields:
            # Whole numbers and NumPy's scalars would round and overflow in their own ways.
            values[call] = (float(fields[call.parameters[0]]),)
        for call, step, inputs in self._steps:
            values[call] = step(*[values[node.call][node.index] for node in inputs])
        return len(self._steps)

    def feed(self, bar: ClosedBar) -> None:
        """Keep a bar until the strategy's own bars have come to its close."""
        if self._latest is not None and bar.close <= self._latest:
            raise DataError(
                f"{self.clock.feed!r} was fed {format_time(bar.close)} after {format_time(self._latest)}",
                cure="feed each bar once, in order",
            )
        self._latest = bar.close
        self.pending.append(bar)

    def advance_to(self, close: int, index: int, keep: int) -> int:
        """Compute all bars closed by then, and see whether the last counts at the strategy's bar of that index."""
        done = 0
        while self.pending and self.pending[0].close <= close:
            bar = self.pending.popleft()
            done += self.advance(bar.fields)
            self._last = bar.close
            if len(self.visible) <= keep:
                self.visible.append(index)
        age = self.clock.max_age
        self.known = self._last is not None and (age is None or close - self._last <= age)
        return done


class PlanStream:
    """A plan fed one bar at a time; equal to `Plan.over` at every bar, to the bit.

    Longer bars of the strategy's own symbol are made here; bars of other symbols and published values are handed to
    `feed`, before or at the bar at whose close they are known. `evaluated` counts computations, fields and constants
    aside: at each bar it grows by the distinct ones of every clock that has gone forward.
    """

    def __init__(
        self,
        calls: Sequence[Call],
        outputs: Sequence[Node],
        clocks: Sequence[Clock],
        first_value: Callable[[Callable[[Clock, int], int]], int],
        timeframe: Timeframe | None,
        symbol: str | None,
    ) -> None:
        self._outputs = outputs
        self._first_value = first_value
        self._base = timeframe
        self._values: Values = {}
        others = [clock for clock in clocks if clock != BASE]
        longer = {clock: self._longer(clock) if own_bars(clock, symbol) else None for clock in others}
        self._streams = {clock: ClockStream(clock, self._values, longer.get(clock)) for clock in (BASE, *others)}
        self._own = self._streams[BASE]
        self._others = [self._streams[clock] for clock in others]
        self._runs = {clock: self._run(clock) for clock in self._streams}
        for call in calls:
            if call.clock is None:
                self._compute_constant(call)
            else:
                self._streams[call.clock].add(call, self._runs[call.clock])
        # How many first bars of each clock its aligned nodes wait for.
        self._awaited = dict.fromkeys(others, 0)
        first_value(self._await)
        self._bars = 0
        self._ready = False
        self.evaluated = 0

    def _longer(self, clock: Clock) -> LongerBar:
        base = self._known_base()
        return LongerBar(base, clock.length(base), clock.offset)

    def _known_base(self) -> Timeframe:
        if self._base is None:
            raise InternalError("a plan on other bars than the strategy's own is streamed without a timeframe")
        return self._base

    def _run(self, clock: Clock) -> Run:
        if clock != BASE:
            check_clock(clock, self._known_base())
        length = 0 if self._base is None or clock.series is not None else clock.length(self._base).nanoseconds
        return Run(0, {}, plain_loop, length, self._streams)

    def _compute_constant(self, call: Call) -> None:
        inputs = [self._values[node.call][node.index] for node in call.inputs]
        self._values[call] = call.operation.stream(call.parameters, self._runs[BASE])(*inputs)

    def _await(self, clock: Clock, bar: int) -> int:
        self._awaited[clock] = max(self._awaited[clock], bar)
        return 0

    @property
    def replaced(self) -> int:
        """Inputs that were not finite and were replaced by the last finite one."""
        return sum(run.replaced for run in self._runs.values())

    @property
    def ready(self) -> bool:
        """Whether the slowest node has had its first value: no signal counts before."""
        if not self._ready:
            self._ready = self._bars > self._first_value(self._visible)
        return self._ready

    def _visible(self, clock: Clock, bar: int) -> int:
        seen = self._streams[clock].visible
        return seen[bar] if bar < len(seen) else self._bars

    def feed(self, clock: Clock, fields: Mapping[str, float], time: int) -> None:
        """One more closed bar of another symbol, by its open time, or one published value (`value`), in nanoseconds.

        It counts from the strategy's first bar on that closes at its close or later. Raises DataError for one that is
        not later than the last.
        """
        fed = [other for other in self._others if other.longer is None and other.clock.feed == clock.feed]
        if not fed:
            raise ParameterError(f"no node reads {clock.feed!r} from outside", cure="feed other symbols and series")
        length = 0 if clock.series is not None else clock.length(self._known_base()).nanoseconds
        for other in fed:
            other.feed(ClosedBar(time + length, fields))

    def update(self, fields: Mapping[str, float], time: int | None = None) -> tuple[Any, ...]:
        """The nodes' values after one more bar, given its fields by name (time in seconds).

        `time` is its open time in nanoseconds; a plan on other bars needs it.
        """
        if self._others:
            self._advance_others(fields, time)
        self.evaluated += self._own.advance(fields)
        self._bars += 1
        values = self._values
        return tuple(values[node.call][node.index] for node in self._outputs)

    def _advance_others(self, fields: Mapping[str, float], time: int | None) -> None:
        if time is None:
            raise InternalError("a plan on other bars than the strategy's own is streamed without open times")
        close = time + self._known_base().nanoseconds
        for other in self._others:
            for bar in other.longer.add(time, fields) if other.longer is not None else ():
                other.feed(bar)
            self.evaluated += other.advance_to(close, self._bars, self._awaited[other.clock])
