"""Steps: a rule of one's own, as a pure function of one bar.

A step takes (state, inputs, parameters) and gives (state, outputs), all tuples of floats. It is called as it is for
a live bar; over arrays a loop runs it, plain here, compiled where one is handed in. So that both give the same bits it
keeps to + - * /, comparisons, abs, min, max, math.sqrt and plain numbers; `step_rules` refuses the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from traceback import extract_tb, walk_tb
from typing import Any

import numpy as np

from tradefleet.graph.elementwise import NAN, tidy
from tradefleet.graph.finite import Filler, fill_column
from tradefleet.graph.node import Column, Operation, Run, Stepper, number_kinds
from tradefleet.graph.step_rules import check_step
from tradefleet.graph.symbolic import Symbolic
from tradefleet.market.errors import StrategyError, UserError

Floats = tuple[float, ...]
StepFunction = Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]


class Step(Operation):
    """An operation made of one step function and its first state.

    Before every input has had a finite value the outputs are NaN and the function is not called; later inputs that
    are not finite are replaced by the last finite one. `lookback` and `settling` (bars) and
    `settling_time` (seconds) are functions of the parameters.

    Raises StrategyError for a function that uses what a step may not, and where one fails on a bar.

    >>> from tradefleet.graph import close
    >>> from tradefleet.graph.node import call
    >>> def highest_so_far(state, inputs, parameters):
    ...     best = max(state[0], inputs[0])
    ...     return (best,), (best,)
    >>> ever = Step(highest_so_far, name="highest_so_far", initial=(0.0,), cumulative=True)
    >>> call(ever, (close,)).nodes[0] > 100
    (highest_so_far(close) > 100)
    """

    def __init__(
        self,
        function: StepFunction,
        *,
        name: str,
        initial: Floats,
        outputs: tuple[str, ...] = ("value",),
        lookback: Callable[..., int] = lambda *parameters: 0,
        settling: Callable[..., int] = lambda *parameters: 0,
        settling_time: Callable[..., float] = lambda *parameters: 0.0,
        cumulative: bool = False,
    ) -> None:
        check_step(function, name)
        self.function = function
        self.name = name
        self.initial = initial
        self.outputs = outputs
        self.kinds = number_kinds(outputs)
        self.cumulative = cumulative
        self._lookback = lookback
        self._settling = settling
        self._settling_time = settling_time

    def check(self, parameters: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(p if isinstance(p, Symbolic) else float(p) for p in parameters)

    def lookback(self, parameters: tuple[Any, ...]) -> int:
        return self._lookback(*parameters)

    def settling(self, parameters: tuple[Any, ...]) -> int:
        return max(self._lookback(*parameters), self._settling(*parameters))

    def settling_time(self, parameters: tuple[Any, ...]) -> float:
        return self._settling_time(*parameters)

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        filled = [fill_column(column, run) for column in inputs]
        first = max((start for _, start in filled), default=0)
        rows = np.column_stack([column for column, _ in filled]) if filled else np.empty((run.length, 0))
        return self.over_rows(rows, first, self.initial, parameters, run)[0]

    def over_rows(
        self, rows: Column, first: int, state: Floats, parameters: tuple[Any, ...], run: Run
    ) -> tuple[tuple[Column, ...], Floats]:
        """The outputs over rows (bars x inputs) from bar `first` on, and the state that is left."""
        results = np.full((len(rows), len(self.outputs)), NAN)
        try:
            state = run.loop(self.function, state, rows[first:], parameters, results[first:])
        except Exception as error:
            raise self._fault(error, _bar_of(error, first)) from error
        return tuple(tidy(np.ascontiguousarray(results[:, index])) for index in range(len(self.outputs))), state

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        function, filler = self.function, None
        state = self.initial
        unknown = (NAN,) * len(self.outputs)

        def step(*inputs: float) -> Floats:
            nonlocal state, filler
            if filler is None:
                filler = Filler(len(inputs), run)
            values = filler.fill(inputs)
            if not filler.ready:
                return unknown
            try:
                state, outputs = function(state, values, parameters)
                check_count(outputs, len(unknown))
                return tuple(v if v - v == 0.0 else NAN for v in outputs)
            except Exception as error:
                raise self._fault(error) from error

        return step

    def _fault(self, error: Exception, bar: str = "") -> UserError:
        """What to raise for an error of the step: it names the line, the bar where it is known, and the cure."""
        if isinstance(error, UserError):
            return error
        code = self.function.__code__
        where = f"{code.co_filename}:{code.co_firstlineno}"
        cure = f"give (state, outputs) at every bar, both tuples of numbers, with {len(self.outputs)} in outputs"
        innermost = extract_tb(error.__traceback__)[-1]
        # Where that is a loop here, the step itself went well and what it gave does not fit.
        if innermost.filename != __file__:
            where, cure = f"{innermost.filename}:{innermost.lineno}", "guard that line with a comparison"
        if isinstance(error, ZeroDivisionError):
            cure = "guard the division: x / y if y != 0.0 else 0.0"
        message = f"the step {self.name} raised {type(error).__name__}: {error}{bar}"
        return StrategyError(message, where=where, cure=cure)


def _bar_of(error: Exception, first: int) -> str:
    """At which bar a plain loop failed, in words; empty where none has run."""
    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    found = [frame.f_locals["index"] for frame in frames if frame.f_code is plain_loop.__code__]
    return f", at bar {first + found[0]} of those fed" if found else ""


def check_count(outputs: Floats, wanted: int) -> None:
    """Raise ValueError where a step gives more or fewer outputs than it names."""
    if len(outputs) != wanted:
        raise ValueError("it gives more or fewer outputs than it names")


def plain_loop(function: StepFunction, state: Floats, rows: Column, parameters: Floats, results: Column) -> Floats:
    """Run a step over rows (bars x inputs) in plain Python, filling results (bars x outputs); gives the last state."""
    for index, row in enumerate(rows.tolist()):
        state, outputs = function(state, tuple(row), parameters)
        check_count(outputs, results.shape[1])
        results[index] = outputs
    return state
