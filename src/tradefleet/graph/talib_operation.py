"""A TA-Lib function as an operation: its C code over arrays, its streaming handle one bar at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tradefleet.graph.constant import finite_number
from tradefleet.graph.elementwise import NAN, tidy
from tradefleet.graph.finite import Filler, fill_column
from tradefleet.graph.node import Column, Operation, Run, Stepper, number_kinds
from tradefleet.graph.shift import whole
from tradefleet.graph.symbolic import Symbolic
from tradefleet.graph.talib_library import library, lookback
from tradefleet.market.errors import ParameterError, did_you_mean

# What fits C's int; TA-Lib itself takes periods up to 100,000.
LARGEST = 2**31 - 1

# TA-Lib's kinds of moving average, by the number it wants.
AVERAGES = {
    "sma": 0,
    "ema": 1,
    "wma": 2,
    "dema": 3,
    "tema": 4,
    "trima": 5,
    "kama": 6,
    "mama": 7,
    "t3": 8,
    "hma": 9,
    "zlema": 12,
    "rma": 13,
}


@dataclass(frozen=True)
class TalibParameter:
    """A parameter under our name and TA-Lib's: a whole number, a real one, or a kind of average."""

    name: str
    talib_name: str
    type: str

    def exact(self, value: object, function: str) -> Any:
        """The value in its exact type; raises ParameterError for one that does not fit."""
        what = f"{function}'s {self.name}"
        if isinstance(value, Symbolic):
            return value
        if self.type == "whole":
            return whole(value, what, -LARGEST, LARGEST)
        if self.type == "average":
            if not isinstance(value, str) or value not in AVERAGES:
                raise ParameterError(f"{what} is {value!r}", cure=did_you_mean(str(value), AVERAGES))
            return value
        return finite_number(value, what)

    def for_talib(self, value: Any) -> Any:
        """The value as TA-Lib takes it."""
        return AVERAGES[value] if self.type == "average" else value


def _no_settling(*parameters: Any) -> int:
    return 0


class TalibOperation(Operation):
    """One TA-Lib function under our names.

    Before the first output, and where TA-Lib gives an infinity, the value is NaN. Outputs that TA-Lib gives as
    whole numbers (candle patterns, positions) are floats here. `settling` tells from the parameters how many bars a
    recursive function needs before its first bar no longer matters.
    """

    releases_interpreter = True

    def __init__(
        self,
        name: str,
        talib_name: str,
        outputs: tuple[str, ...] = ("value",),
        parameters: tuple[TalibParameter, ...] = (),
        *,
        settling: Callable[..., int] = _no_settling,
        cumulative: bool = False,
    ) -> None:
        self.name = name
        self.talib_name = talib_name
        self.outputs = outputs
        self.kinds = number_kinds(outputs)
        self.parameters = parameters
        self.cumulative = cumulative
        self._settling = settling

    def _arguments(self, parameters: tuple[Any, ...]) -> dict[str, Any]:
        return {p.talib_name: p.for_talib(v) for p, v in zip(self.parameters, parameters, strict=True)}

    def _talib_lookback(self, parameters: tuple[Any, ...]) -> int:
        return lookback(self.talib_name, tuple(self._arguments(parameters).items()))

    def check(self, parameters: tuple[Any, ...]) -> tuple[Any, ...]:
        exact = tuple(p.exact(v, self.name) for p, v in zip(self.parameters, parameters, strict=True))
        if any(isinstance(value, Symbolic) for value in exact):
            return exact
        # TA-Lib says -1 when a parameter is outside what it takes.
        if self._talib_lookback(exact) < 0:
            given = ", ".join(f"{p.name}={v}" for p, v in zip(self.parameters, exact, strict=True))
            raise ParameterError(f"{self.name} does not take {given}", cure=self._cure(exact))
        return exact

    def _cure(self, parameters: tuple[Any, ...]) -> str:
        """The smallest change of one parameter that TA-Lib accepts."""
        for index, parameter in enumerate(self.parameters):
            for least in range(1, 10) if parameter.type == "whole" else ():
                trial = (*parameters[:index], least, *parameters[index + 1 :])
                if self._talib_lookback(trial) >= 0:
                    return f"{parameter.name} starts at {least} and ends at 100000"
        return "see `tradefleet indicators`"

    def lookback(self, parameters: tuple[Any, ...]) -> int:
        return self._talib_lookback(parameters)

    def settling(self, parameters: tuple[Any, ...]) -> int:
        return max(self._talib_lookback(parameters), self._settling(*parameters))

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        filled = [fill_column(column, run) for column in inputs]
        # From the first bar that has every input, as the stream does: some functions count bars.
        first = max(start for _, start in filled)
        unknown = first + self._talib_lookback(parameters)
        if unknown >= run.length:
            return tuple(np.full(run.length, NAN) for _ in self.outputs)
        function = getattr(library(), self.talib_name)
        results = function(*(column[first:] for column, _ in filled), **self._arguments(parameters))
        columns = results if isinstance(results, tuple) else (results,)
        return tuple(_known(column, first, unknown) for column in columns)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        return TalibStream(self, parameters, run)

    def open_handle(self, history: Sequence[Sequence[float] | Column], parameters: tuple[Any, ...]) -> Any:
        """TA-Lib's streaming handle on some history, or None while it is too short."""
        module = library()
        columns = [np.array(column) for column in history]
        try:
            return getattr(module, f"{self.talib_name}_Stream")(*columns, **self._arguments(parameters))
        except module.InsufficientHistory:
            return None


class TalibStream:
    """One TA-Lib function fed bar by bar: gathers history until the handle opens, then updates it."""

    def __init__(self, operation: TalibOperation, parameters: tuple[Any, ...], run: Run) -> None:
        self._operation = operation
        self._parameters = parameters
        self._needed = operation.lookback(parameters) + 1
        self._history: list[list[float]] = []
        self._handle: Any = None
        self._filler: Filler | None = None
        self._run = run
        self._unknown = (NAN,) * len(operation.outputs)

    def __call__(self, *inputs: float) -> tuple[float, ...]:
        if self._filler is None:
            self._filler = Filler(len(inputs), self._run)
            self._history = [[] for _ in inputs]
        values = self._filler.fill(inputs)
        if not self._filler.ready:
            return self._unknown
        if self._handle is None:
            return self._gather(values)
        return _outputs(self._handle.update(*values))

    def _gather(self, values: tuple[float, ...]) -> tuple[float, ...]:
        for column, value in zip(self._history, values, strict=True):
            column.append(value)
        if len(self._history[0]) < self._needed:
            return self._unknown
        self._handle = self._operation.open_handle(self._history, self._parameters)
        if self._handle is None:
            return self._unknown
        self._history = []
        return _outputs(self._handle.value)


def _known(values: Column, first: int, unknown: int) -> Column:
    """A TA-Lib output as float64 from bar `first` on, NaN before bar `unknown` and where it is infinite."""
    if first == 0 and values.dtype == np.float64:
        # TA-Lib made the array for this call: nobody else holds it.
        column = values
        column[:unknown] = NAN
    else:
        column = np.full(first + len(values), NAN)
    known = column[unknown:]
    # Adding 0 makes -0.0 a 0.0: which of the two MAX gives differs between TA-Lib's two forms.
    np.add(values[unknown - first :], 0.0, out=known)
    # A finite sum has no infinite part.
    return column if np.isfinite(np.add.reduce(known)) else tidy(column)


def _outputs(value: Any) -> tuple[float, ...]:
    values = value if isinstance(value, tuple) else (value,)
    return tuple(v + 0.0 if v - v == 0.0 else NAN for v in values)
