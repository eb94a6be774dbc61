"""Trying candidates: on the early parts first, and those that are not given up on the whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tradefleet.metrics import MEASURES
from tradefleet.research.optimize.asking import Candidate
from tradefleet.research.optimize.problem import Problem
from tradefleet.research.optimize.trial import PRUNED, Trial, judged
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import Evaluator, Measured, Span


def tried(problem: Problem, evaluator: Evaluator, candidates: Sequence[Candidate], first: int) -> list[Trial]:
    """The trials of candidates, in their order, numbered from `first` on."""
    found: dict[int, Trial] = {}
    for part, span in enumerate(problem.early, 1):
        going = [number for number in range(len(candidates)) if number not in found]
        values = _objective(problem, _measured(evaluator, [candidates[number] for number in going], span))
        for number, value in zip(going, values, strict=True):
            if _falls_behind(candidates[number], part, value):
                found[number] = Trial(first + number, PRUNED, candidates[number].parameters, stopped=part)
    going = [number for number in range(len(candidates)) if number not in found]
    measured = _measured(evaluator, [candidates[number] for number in going], problem.span)
    for row, number in enumerate(going):
        parameters, error = candidates[number].parameters, measured.errors.get(row, "")
        found[number] = judged(
            first + number, parameters, measured.values[row], error, problem.objectives, problem.min_trades
        )
    return [found[number] for number in range(len(candidates))]


def _measured(evaluator: Evaluator, candidates: Sequence[Candidate], span: Span) -> Measured:
    if not candidates:
        return Measured(np.empty((0, len(MEASURES))), {})
    return evaluator.measure(Combinations.of([each.parameters for each in candidates]), span)


def _objective(problem: Problem, measured: Measured) -> list[float]:
    place = list(MEASURES).index(problem.objectives[0].name)
    return [float(value) for value in measured.values[:, place]]


def _falls_behind(candidate: Candidate, part: int, value: float) -> bool:
    """Whether it is below the median of complete trials on an early part; an undefined value says nothing."""
    if not np.isfinite(value):
        return False
    candidate.asked.report(value, part)
    return candidate.asked.should_prune()
