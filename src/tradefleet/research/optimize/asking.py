"""Asking a sampler for candidates that are worth a trial."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradefleet.research.optimize.problem import Problem
from tradefleet.research.optimize.samplers import sampler_for

if TYPE_CHECKING:
    import optuna

# So often in a row the sampler may ask for what is no trial; then one is drawn at random, in so many attempts.
_STUBBORN = 8
_ATTEMPTS = 20_000


@dataclass(frozen=True)
class Candidate:
    """A combination of parameters, and Optuna's trial of it."""

    asked: optuna.Trial
    parameters: dict[str, Any]


class Asker:
    """Asks for candidates that the constraint allows and that were not tried before.

    Others cost a draw but no trial. One that the constraint refuses is told as infeasible, so that TPE keeps away from
    there; a repetition is dropped. `tried` are the combinations of trials so far.
    """

    def __init__(self, problem: Problem, study: optuna.Study, tried: Iterable[dict[str, Any]], refused: int) -> None:
        self._problem = problem
        self._study = study
        self._distributions = {axis.name: axis.distribution() for axis in problem.axes}
        self._drawn = len(study.get_trials(deepcopy=False))
        self._refused = refused
        self._tried = {_key(parameters) for parameters in tried}

    def batch(self, size: int) -> list[Candidate]:
        """Up to so many candidates; fewer where the axes have no more."""
        found: list[Candidate] = []
        while len(found) < size:
            candidate = self._next()
            if candidate is None:
                break
            found.append(candidate)
        return found

    def _next(self) -> Candidate | None:
        if len(self._tried) >= self._problem.count:
            return None
        for _ in range(_STUBBORN):
            asked, parameters = self._ask()
            if not self._is_refused(asked, parameters):
                break
        else:
            drawn = self._at_random()
            if drawn is None:
                return None
            self._study.enqueue_trial(drawn)
            asked, parameters = self._ask()
        self._tried.add(_key(parameters))
        return Candidate(asked, parameters)

    def _ask(self) -> tuple[optuna.Trial, dict[str, Any]]:
        problem = self._problem
        self._study.sampler = sampler_for(
            problem.sampler, problem.seed, self._drawn, self._refused, len(problem.objectives)
        )
        self._drawn += 1
        asked = self._study.ask(self._distributions)
        return asked, self._parameters(asked.params)

    def _at_random(self) -> dict[str, Any] | None:
        """What to try where the sampler is stubborn; None where nothing is found."""
        random = np.random.default_rng([self._problem.seed, self._drawn])
        for _ in range(_ATTEMPTS):
            drawn = {axis.name: axis.draw(random) for axis in self._problem.axes}
            parameters = self._parameters(drawn)
            if _key(parameters) not in self._tried and self._is_allowed(parameters):
                return drawn
        return None

    def _parameters(self, drawn: dict[str, Any]) -> dict[str, Any]:
        return {axis.name: axis.value(drawn[axis.name]) for axis in self._problem.axes}

    def _is_allowed(self, parameters: dict[str, Any]) -> bool:
        return all(allows(parameters) for allows in self._problem.allowed)

    def _is_refused(self, asked: optuna.Trial, parameters: dict[str, Any]) -> bool:
        from optuna.trial import TrialState  # noqa: PLC0415 - heavy, only where a study runs

        if not self._is_allowed(parameters):
            asked.set_constraint("allowed", 1.0)
            self._study.tell(asked, state=TrialState.PRUNED)
            self._refused += 1
            return True
        if _key(parameters) in self._tried:
            self._study.tell(asked, state=TrialState.FAIL)
            return True
        return False


def _key(parameters: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(parameters.values())
