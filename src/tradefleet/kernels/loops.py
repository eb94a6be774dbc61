"""Compiled loops for step indicators."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numba.core.errors import NumbaError

from tradefleet.kernels.twin import twin
from tradefleet.market.errors import StrategyError


def step(state: Any, inputs: Any, parameters: Any) -> Any:
    """Stands for the step that a loop is made for."""
    return state, inputs


def step_loop(state: Any, rows: Any, parameters: Any, results: Any) -> None:
    """Run the step over rows (bars x inputs), filling results (bars x outputs)."""
    for index in range(len(rows)):
        state, outputs = step(state, rows[index], parameters)
        for position in range(len(outputs)):
            results[index, position] = outputs[position]


@cache
def _loop_of(function: Any) -> Callable[..., None]:
    name = f"loop of {function.__module__}.{function.__qualname__}"
    return twin(step_loop, name, step=function)  # type: ignore[arg-type]


def compiled_loop(function: Any, state: Any, rows: Any, parameters: Any, results: Any) -> None:
    """What `graph.plain_loop` does, compiled; raises StrategyError for a step that cannot be compiled."""
    try:
        _loop_of(function)(state, np.ascontiguousarray(rows), parameters, results)
    except NumbaError as error:
        code = function.__code__
        raise StrategyError(
            f"the step {function.__name__} cannot be compiled: {_reason(error)}",
            where=f"{code.co_filename}:{code.co_firstlineno}",
            cure="give (state, outputs), both tuples of numbers, made with + - * /, comparisons and sqrt",
        ) from error


def _reason(error: NumbaError) -> str:
    """The line of Numba's message that says what is wrong."""
    lines = [line.strip() for line in str(error).splitlines()]
    return next((line for line in lines if line and "nopython" not in line), type(error).__name__)
