"""Compiled loops for step indicators."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from types import CellType, FunctionType, ModuleType
from typing import Any

import numpy as np
from numba import njit
from numba.core.errors import NumbaError

from tradefleet.graph.step import plain_loop
from tradefleet.kernels.twin import numbers_in, twin
from tradefleet.market.errors import StrategyError


def step(state: Any, inputs: Any, parameters: Any) -> Any:
    """Stands for the step that a loop is made for."""
    return state, inputs


def step_loop(state: Any, rows: Any, parameters: Any, results: Any) -> Any:
    """Run the step over rows (bars x inputs), filling results (bars x outputs); gives the last state."""
    for index in range(len(rows)):
        state, outputs = step(state, rows[index], parameters)
        # Compiled code would write past the end.
        if len(outputs) != results.shape[1]:
            raise ValueError("it gives more or fewer outputs than it names")
        for position in range(len(outputs)):
            results[index, position] = outputs[position]
    return state


def checked_sqrt(value: float) -> float:
    """The square root, failing where Python's does: compiled, math.sqrt of a negative number is NaN."""
    if value < 0.0:
        raise ValueError("math domain error")
    return math.sqrt(value)


def _checked(function: FunctionType) -> FunctionType:
    """The same step, and the functions it calls, with the checked square root in place of Python's."""
    names = function.__globals__
    around = {**names, **{name: _in_place_of(names[name]) for name in function.__code__.co_names if name in names}}
    cells = tuple(CellType(_in_place_of(cell.cell_contents)) for cell in function.__closure__ or ())
    copy = FunctionType(function.__code__, around, function.__name__, function.__defaults__, cells)
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__qualname__, copy.__module__ = function.__qualname__, function.__module__
    return copy


def _in_place_of(value: Any) -> Any:
    if value is math:
        return _math()
    if value is math.sqrt:
        return checked_sqrt
    return _checked(value) if isinstance(value, FunctionType) else value


@cache
def _math() -> ModuleType:
    """What a step may use of `math`."""
    module = ModuleType("math")
    vars(module).update({name: getattr(math, name) for name in ("floor", "inf", "nan")})
    vars(module)["sqrt"] = njit(nogil=True, forceinline=True)(checked_sqrt)
    return module


@cache
def _loop_of(function: Any, numbers: str) -> Callable[..., Any]:
    """The loop of a step; `numbers` are those compiled in, which a notebook may have changed since the last call."""
    name = f"loop of {function.__module__}.{function.__qualname__}"
    return twin(step_loop, name, step=_checked(function))  # type: ignore[arg-type]


def compiled_loop(function: Any, state: Any, rows: Any, parameters: Any, results: Any) -> Any:
    """What `graph.plain_loop` does, compiled; raises StrategyError for a step that cannot be compiled."""
    try:
        return _loop_of(function, numbers_in(function))(state, np.ascontiguousarray(rows), parameters, results)
    except NumbaError as error:
        code = function.__code__
        raise StrategyError(
            f"the step {function.__name__} cannot be compiled: {_reason(error)}",
            where=f"{code.co_filename}:{code.co_firstlineno}",
            cure="give (state, outputs), both tuples of numbers, made with + - * /, comparisons and sqrt",
        ) from error
    except Exception:
        # Compiled code does not say on which line it failed; the same rows fail alike in plain Python, which does.
        plain_loop(function, state, rows, parameters, results)
        raise


def _reason(error: NumbaError) -> str:
    """The line of Numba's message that says what is wrong."""
    lines = [line.strip() for line in str(error).splitlines()]
    return next((line for line in lines if line and "nopython" not in line), type(error).__name__)
