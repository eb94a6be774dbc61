"""A trial: one combination of parameters, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from tradefleet.metrics import MEASURES
from tradefleet.metrics.performance import Floats
from tradefleet.research.search.direction import Objective

COMPLETE, PRUNED, FAILED = "complete", "pruned", "failed"


@dataclass(frozen=True)
class Trial:
    """A trial of a study.

    `state` is complete, pruned (given up after early part number `stopped`, from 1) or failed (`error` says why).
    `measures` are in the order of MEASURES: those of the whole span, none of a pruned trial.
    """

    number: int
    state: str
    parameters: Mapping[str, Any]
    measures: tuple[float, ...] = ()
    error: str = ""
    stopped: int = 0
    # How far from feasible a failed one is, for the sampler.
    violation: float = field(default=0.0, compare=False)

    def measure(self, name: str) -> float:
        """A measure by name; NaN where there is none."""
        return self.measures[_PLACES[name]] if self.measures else float("nan")

    def values(self, objectives: Sequence[Objective]) -> list[float]:
        """The objectives' values."""
        return [self.measure(objective.name) for objective in objectives]

    def as_dict(self) -> dict[str, Any]:
        """What a journal keeps of it besides the parameters."""
        kept = asdict(self)
        del kept["parameters"]
        return kept

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any], parameters: Mapping[str, Any]) -> Trial:
        """The trial that `as_dict` was called on."""
        return cls(**{**kept, "measures": tuple(kept["measures"]), "parameters": parameters})


_PLACES = {name: place for place, name in enumerate(MEASURES)}


def judged(
    number: int,
    parameters: Mapping[str, Any],
    row: Floats,
    error: str,
    objectives: Sequence[Objective],
    min_trades: int,
) -> Trial:
    """The trial of a combination that was evaluated on the whole span: complete, or failed and why."""
    if error:
        # Further from feasible than any other.
        return Trial(number, FAILED, parameters, error=error, violation=2.0)
    trial = Trial(number, COMPLETE, parameters, tuple(float(value) for value in row))
    trades = trial.measure("trades")
    if trades < min_trades:
        problem = f"{trades:.0f} trades, fewer than the {min_trades} asked for"
        return _failed(trial, problem, (min_trades - trades) / min_trades)
    for objective in objectives:
        name, value = objective.name, trial.measure(objective.name)
        if np.isnan(value):
            return _failed(trial, f"{name} is undefined{'' if trades else ' (no trades)'}", 1.0)
        if np.isinf(value):
            return _failed(trial, f"{name} is infinite", 1.0)
    return trial


def _failed(trial: Trial, error: str, violation: float) -> Trial:
    return Trial(trial.number, FAILED, trial.parameters, trial.measures, error, violation=violation)
