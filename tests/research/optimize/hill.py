"""An evaluator whose measures are arithmetic of the parameters: a hill with its top at x=7, y=0.25."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tradefleet.metrics import MEASURES
from tradefleet.metrics.performance import Floats, Integers
from tradefleet.research.optimize import Between, Keeper, Optimization, Problem, Trial, optimize
from tradefleet.research.result import Result
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.evaluator import Measured, Span

AXES = (Between("x", 0, 40), Between("y", 0.0, 1.0))
_PLACES = {name: place for place, name in enumerate(MEASURES)}


class Hill:
    """Sharpe falls with the distance from it, drawdown with x; no trade below x = 3; errors at 13, 23 and 33."""

    def __init__(self) -> None:
        self.asked: list[tuple[dict[str, Any], Span]] = []

    def measure(self, combinations: Combinations, span: Span = Span()) -> Measured:  # noqa: B008 - frozen
        values = np.full((len(combinations), len(MEASURES)), np.nan)
        errors: dict[int, str] = {}
        for row, each in enumerate(combinations):
            self.asked.append((each, span))
            if each["x"] in (13, 23, 33):
                errors[row] = "x is unlucky"
                continue
            values[row] = 1.0
            values[row, _PLACES["sharpe"]] = self.sharpe(each)
            values[row, _PLACES["max_drawdown"]] = 1.0 - each["x"] / 100
            values[row, _PLACES["trades"]] = 0 if each["x"] < 3 else each["x"]
        return Measured(values, errors)

    def sharpe(self, each: Mapping[str, Any]) -> float:
        return math.nan if each["x"] < 3 else -(((each["x"] - 7) / 20) ** 2) - (each["y"] - 0.25) ** 2

    def equity(self, combinations: Combinations, span: Span = Span()) -> tuple[Integers, Floats]:  # noqa: B008
        raise NotImplementedError

    def result(self, combination: Mapping[str, Any], span: Span = Span()) -> Result:  # noqa: B008
        raise NotImplementedError


def problem(**other: Any) -> Problem:
    """The problem of the hill; objectives by their names."""
    names: Sequence[str] = other.pop("objectives", ("sharpe",))
    return Problem(**{"strategy": "hill", "axes": AXES, "objectives": tuple(map(Objective, names)), **other})


def climb(trials: int = 30, evaluator: Hill | None = None, keeper: Keeper | None = None, **other: Any) -> Optimization:
    """The hill optimized."""
    return optimize(problem(**other), evaluator or Hill(), trials, keeper=keeper)


def told(found: Optimization) -> list[Trial]:
    """The trials, as they can be compared: NaN equals NaN."""
    return [replace(row, measures=tuple(map(repr, row.measures))) for row in found.rows]  # type: ignore[misc]
