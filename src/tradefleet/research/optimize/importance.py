"""How much each parameter matters for the objectives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradefleet.research.optimize.problem import Problem
from tradefleet.research.optimize.quiet import quiet
from tradefleet.research.optimize.trial import Trial

# Fewer trials say nothing.
_FEWEST = 20


def importance_of(problem: Problem, complete: Sequence[Trial]) -> Mapping[str, float]:
    """The share of each parameter, adding up to 1, by Optuna's PED-ANOVA (Watanabe, Bansal, Hutter, IJCAI 2023).

    By the first objective. Empty with fewer than twenty complete trials, and where all trials are as good.
    """
    if len(complete) < _FEWEST or len(problem.axes) < 2:
        return {}
    objective = problem.objectives[0]
    values = [objective.oriented(trial.measure(objective.name)) for trial in complete]
    if len(set(values)) == 1:
        return {}
    with quiet():
        return _importance(problem, complete, values)


def _importance(problem: Problem, complete: Sequence[Trial], values: Sequence[float]) -> Mapping[str, float]:
    import optuna  # noqa: PLC0415 - heavy, only where importance is asked for

    distributions = {axis.name: axis.distribution() for axis in problem.axes}
    study = optuna.create_study(storage=optuna.storages.InMemoryStorage(), direction="maximize")
    study.add_trials(
        optuna.trial.create_trial(
            params={axis.name: axis.drawn(trial.parameters[axis.name]) for axis in problem.axes},
            distributions=distributions,
            value=value,
        )
        for trial, value in zip(complete, values, strict=True)
    )
    found = optuna.importance.get_param_importances(study)
    return {name: float(found[name]) for name in problem.names}
