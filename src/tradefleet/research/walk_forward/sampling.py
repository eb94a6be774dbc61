"""A sampler instead of a grid: each window is searched by a study of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tradefleet.metrics import MEASURES
from tradefleet.research.optimize import Allowed, Axis, Problem, Trial, optimize
from tradefleet.research.search.evaluator import Evaluator, Measured, Span
from tradefleet.research.walk_forward.choice import Choice, Goal, chosen


@dataclass(frozen=True, eq=False)
class SampledSearch:
    """Tries so many combinations a window, as a sampler draws them; the seed of each window is made from `seed`."""

    axes: Sequence[Axis]
    trials: int
    goal: Goal = field(default_factory=Goal)
    sampler: str = "tpe"
    seed: int = 0
    allowed: Sequence[Allowed] = ()

    def __call__(self, evaluator: Evaluator, span: Span, number: int) -> Choice:
        """The best of what was drawn; of equals the one drawn first."""
        own = int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])
        problem = Problem(
            strategy="",
            axes=self.axes,
            objectives=(self.goal.objective,),
            sampler=self.sampler,
            seed=own,
            allowed=self.allowed,
            span=span,
        )
        study = optimize(problem, evaluator, self.trials)
        if study.interrupted:
            # A window that is half searched is no window.
            raise KeyboardInterrupt
        measured = Measured(np.array([_measures(trial) for trial in study.rows]), _errors(study.rows))
        return chosen(self.goal, measured, lambda row: study.rows[row].parameters)


def _measures(trial: Trial) -> Sequence[float]:
    return trial.measures or [np.nan] * len(MEASURES)


def _errors(rows: Sequence[Trial]) -> dict[int, str]:
    """What was wrong with those that could not be run; others failed for want of a measure."""
    return {number: trial.error for number, trial in enumerate(rows) if not trial.measures}
