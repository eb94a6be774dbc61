"""Plans over consecutive chunks of bars: the same bits as over whole arrays, in the memory that a chunk takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.align import Align, Alignment
from tradefleet.graph.clock import BASE, Clock
from tradefleet.graph.elementwise import NAN, tidy
from tradefleet.graph.fields import FIELD
from tradefleet.graph.finite import fill_column
from tradefleet.graph.node import Call, Column, Loop, Node, Run
from tradefleet.graph.shift import Shift
from tradefleet.graph.step import Step
from tradefleet.graph.talib_operation import TalibOperation
from tradefleet.graph.tracks import Feeds, Track, columns_of, track_of
from tradefleet.market.bars import Bars

Columns = tuple[Column, ...]
# Takes the inputs of the next bars and the run of the chunk, gives the outputs.
Chunker = Callable[[Sequence[Any], Run], Columns]


class PlanChunks:
    """A plan that is given its bars some at a time, in order; equal to `Plan.over` at every bar, to the bit.

    What needs only the bar at hand is computed over the chunk's arrays; TA-Lib goes by its streaming handles, steps by
    their loop from the state they were left in. `lookback` is that of all bars; `replaced` counts so far.
    """

    def __init__(
        self,
        calls: Sequence[Call],
        outputs: Sequence[Node],
        last_use: Mapping[int, Sequence[Call]],
        clocks: Mapping[Clock, frozenset[str]],
        first_value: Callable[[Callable[[Clock, int], int]], int],
        bars: Bars,
        loop: Loop,
        feeds: Feeds,
    ) -> None:
        self._calls, self._outputs, self._last_use = calls, outputs, last_use
        self._bars, self._loop = bars, loop
        self._fields = clocks[BASE]
        self._tracks = {clock: track_of(clock, names, bars, feeds) for clock, names in clocks.items() if clock != BASE}
        self._taken: dict[Clock, int] = dict.fromkeys(clocks, 0)
        self._chunkers: dict[Call, Chunker] = {}
        # Constants are the same in every chunk.
        self._constants: dict[Call, Columns] = {}
        self.lookback = first_value(self._visible)
        self.replaced = 0

    def _visible(self, clock: Clock, bar: int) -> int:
        """The bar at which another clock's bar of an index is closed; the number of bars where none is."""
        track = self._tracks[clock]
        if bar >= len(track.time):
            return len(self._bars)
        closed = int(track.time[bar]) + track.timeframe - self._bars.timeframe.nanoseconds
        return int(np.searchsorted(self._bars.time, closed))

    @property
    def taken(self) -> int:
        """How many bars there have been."""
        return self._taken[BASE]

    def until(self, stop: int) -> Columns:
        """The columns of the bars from the last one given to before `stop`."""
        length = stop - self.taken
        runs = self._runs(stop)
        known = dict(self._constants)
        with np.errstate(all="ignore"):
            for position, call in enumerate(self._calls):
                if call not in known:
                    known[call] = self._compute(call, known, runs)
                for finished in self._last_use.get(position, ()):
                    del known[finished]
        self.replaced += sum(run.replaced for run in runs.values())
        return tuple(np.broadcast_to(known[node.call][node.index], (length,)) for node in self._outputs)

    def _runs(self, stop: int) -> dict[Clock, Run]:
        """The runs of the next bars of every clock: those of others that are closed by the last bar here."""
        chunk = self._bars[self.taken : stop]
        length = chunk.timeframe.nanoseconds
        alignments: dict[Clock, Alignment] = {}
        runs = {BASE: Run(len(chunk), columns_of(chunk, self._fields), self._loop, length, alignments)}
        self._taken[BASE] = stop
        for clock, track in self._tracks.items():
            begin = self._taken[clock]
            end = _closed_by(track, int(chunk.time[-1]) + length) if len(chunk) else begin
            # The last one before still stands at the first bars here.
            closes = track.time[max(begin - 1, 0) : end] + track.timeframe
            alignments[clock] = Alignment.of(closes - length, chunk.time, clock.max_age)
            fields = {name: column[begin:end] for name, column in track.fields.items()}
            runs[clock] = Run(end - begin, fields, self._loop, track.timeframe)
            self._taken[clock] = end
        return runs

    def _compute(self, call: Call, known: Mapping[Call, Columns], runs: Mapping[Clock, Run]) -> Columns:
        inputs = [known[node.call][node.index] for node in call.inputs]
        if call.clock is None:
            self._constants[call] = call.operation.batch(inputs, call.parameters, runs[BASE])
            return self._constants[call]
        run = runs[call.clock]
        if call not in self._chunkers:
            self._chunkers[call] = _chunker(call, run)
        return self._chunkers[call](inputs, run)


def _closed_by(track: Track, moment: int) -> int:
    """How many of a clock's bars are closed, or published, by a moment."""
    return int(np.searchsorted(track.time, moment - track.timeframe, "right"))


def _chunker(call: Call, run: Run) -> Chunker:
    """What computes a call chunk by chunk."""
    operation, parameters = call.operation, call.parameters
    if operation.pointwise or operation is FIELD:
        return lambda inputs, run: operation.batch(inputs, parameters, run)
    if isinstance(operation, Shift):
        return _shifted(operation, parameters)
    if isinstance(operation, Align):
        return _aligned(operation, parameters)
    if isinstance(operation, Step):
        return _stepped(operation, parameters)
    if isinstance(operation, TalibOperation):
        return _TalibChunks(operation, parameters)
    return _streamed(call, run)


def _shifted(operation: Shift, parameters: tuple[Any, ...]) -> Chunker:
    """The bars that are still to come out wait here."""
    (bars,) = parameters
    waiting: Column | None = None

    def chunk(inputs: Sequence[Any], run: Run) -> Columns:
        nonlocal waiting
        column = np.broadcast_to(inputs[0], (run.length,))
        if waiting is None:
            waiting = np.full(bars, operation.missing, column.dtype)
        joined = np.concatenate((waiting, column))
        waiting = joined[run.length :].copy()
        return (joined[: run.length],)

    return chunk


def _aligned(operation: Align, parameters: tuple[Any, ...]) -> Chunker:
    """The last value of the other clock goes before its next ones."""
    last: Column | None = None

    def chunk(inputs: Sequence[Any], run: Run) -> Columns:
        nonlocal last
        values = inputs[0] if last is None else np.concatenate((last, inputs[0]))
        if len(values):
            last = values[-1:].copy()
        return operation.batch([values], parameters, run)

    return chunk


class _Filled:
    """Inputs by the rule for those that are not finite, with what the chunks before have left."""

    def __init__(self) -> None:
        self._last: dict[int, NDArray[np.float64]] = {}

    def fill(self, inputs: Sequence[Any], run: Run) -> tuple[list[Column], int]:
        """The filled inputs, and the first bar that has all of them (the run's length when none has)."""
        columns, first = [], 0
        for index, values in enumerate(inputs):
            before = self._last.get(index)
            column = np.broadcast_to(np.asarray(values, np.float64), (run.length,))
            if before is not None:
                column = np.concatenate((before, column))
            longer = Run(len(column), {}, run.loop)
            filled, start = fill_column(column, longer)
            run.count_replaced(longer.replaced)
            if start < len(filled):
                self._last[index] = filled[-1:].copy()
            columns.append(filled if before is None else filled[1:])
            first = max(first, start)
        return columns, first


def _stepped(operation: Step, parameters: tuple[Any, ...]) -> Chunker:
    """The loop from the state that the chunk before has left."""
    filled, state = _Filled(), operation.initial

    def chunk(inputs: Sequence[Any], run: Run) -> Columns:
        nonlocal state
        columns, first = filled.fill(inputs, run)
        rows = np.column_stack(columns) if columns else np.empty((run.length, 0))
        results, state = operation.over_rows(rows, first, state, parameters, run)
        return results

    return chunk


class _TalibChunks:
    """TA-Lib's streaming handle over chunks; gathers history until it opens."""

    def __init__(self, operation: TalibOperation, parameters: tuple[Any, ...]) -> None:
        self._operation, self._parameters = operation, parameters
        self._needed = operation.lookback(parameters) + 1
        self._history: list[Column] = []
        self._handle: Any = None
        self._filled = _Filled()

    def __call__(self, inputs: Sequence[Any], run: Run) -> Columns:
        columns, first = self._filled.fill(inputs, run)
        results = np.full((run.length, len(self._operation.outputs)), NAN)
        begin = first
        if self._handle is None:
            begin = self._open([column[first:] for column in columns], run.length, results)
        if begin < run.length:
            self._update([column[begin:] for column in columns], results[begin:])
        return tuple(tidy(np.ascontiguousarray(results[:, index])) for index in range(results.shape[1]))

    def _open(self, columns: list[Column], length: int, results: Column) -> int:
        """Open the handle where there is history enough; gives the first bar that is still to be done."""
        if self._history:
            columns = [np.concatenate(pair) for pair in zip(self._history, columns, strict=True)]
        have = len(columns[0])
        while self._handle is None and self._needed <= have:
            self._handle = self._operation.open_handle([column[: self._needed] for column in columns], self._parameters)
            self._needed += 1
        if self._handle is None:
            self._history = [column.copy() for column in columns]
            return length
        self._history = []
        done = length - have + self._needed - 1
        results[done - 1] = self._handle.value
        results[done - 1] += 0.0
        return done

    def _update(self, columns: list[Column], results: Column) -> None:
        values = map(self._handle.update, *(column.tolist() for column in columns))
        # Adding 0 makes -0.0 a 0.0, as over whole arrays.
        if results.shape[1] == 1:
            results[:, 0] = np.fromiter(values, np.float64, len(results))
        else:
            results[:] = np.array(list(values), np.float64)
        results += 0.0


def _streamed(call: Call, run: Run) -> Chunker:
    """One bar at a time, for operations of which nothing else is known."""
    own = Run(0, {}, run.loop, run.timeframe)
    step = call.operation.stream(call.parameters, own)
    kinds = [np.bool_ if kind == "truth" else np.float64 for kind in call.operation.kinds]

    def chunk(inputs: Sequence[Any], run: Run) -> Columns:
        own.replaced = 0
        rows = zip(*(np.broadcast_to(column, (run.length,)).tolist() for column in inputs), strict=True)
        results = [step(*row) for row in rows]
        run.count_replaced(own.replaced)
        return tuple(
            np.fromiter((result[index] for result in results), kind, len(results)) for index, kind in enumerate(kinds)
        )

    return chunk
