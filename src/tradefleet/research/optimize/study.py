"""Running a study: ask for a batch, evaluate it, tell, keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from tradefleet.market.errors import ParameterError
from tradefleet.research.optimize.asking import Asker
from tradefleet.research.optimize.journal import MARK, Journal, Keeper, Nowhere
from tradefleet.research.optimize.optimization import Optimization
from tradefleet.research.optimize.problem import Problem
from tradefleet.research.optimize.quiet import quiet
from tradefleet.research.optimize.trial import COMPLETE, FAILED, Trial
from tradefleet.research.optimize.trying import tried
from tradefleet.research.search.evaluator import Evaluator

if TYPE_CHECKING:
    import optuna

# Told of trials done, trials asked for, and the best value so far (NaN before there is one).
Progress = Callable[[int, int, float], None]
# Candidates drawn before any of them is evaluated: more keep the cores busier, fewer teach the sampler sooner.
BATCH = 8
# Characters of what differs that an error shows.
_WIDTH = 60
_KEPT = "trial"
_IDENTITY = "identity"


def optimize(
    problem: Problem,
    evaluator: Evaluator,
    trials: int,
    *,
    keeper: Keeper | None = None,
    progress: Progress = lambda done, total, best: None,
) -> Optimization:
    """Run a study, or go on with the one that `keeper` has, until it has so many trials.

    What it draws depends on the problem, the seed and the trials told so far, so a study that was killed at any moment
    and goes on ends as one that was not. Interrupted from the keyboard it gives what is done. Raises ParameterError
    where the kept study is of another problem, or where no combination is allowed.
    """
    if trials < 1:
        raise ParameterError(f"trials is {trials}", cure="give 1 or more")
    with quiet():
        study = _Study(problem, evaluator, keeper or Nowhere())
        interrupted = exhausted = False
        try:
            while len(study.trials) < trials and not exhausted:
                exhausted = not study.go_on(min(BATCH, trials - len(study.trials)))
                progress(len(study.trials), trials, study.best)
        except KeyboardInterrupt:
            interrupted = True
    if not study.trials and exhausted:
        raise ParameterError("no combination satisfies the constraint", cure="loosen it, or widen the bounds")
    # Trials of a longer run are not forgotten.
    return Optimization(problem, evaluator, tuple(study.trials), max(trials, len(study.trials)), interrupted, exhausted)


class _Study:
    """A study of Optuna's and the trials that it stands for."""

    def __init__(self, problem: Problem, evaluator: Evaluator, keeper: Keeper) -> None:
        import optuna  # noqa: PLC0415 - heavy, only where a study runs

        self._problem = problem
        self._evaluator = evaluator
        self._journal = Journal(keeper)
        storage = optuna.storages.JournalStorage(cast("Any", self._journal))
        self._study = optuna.create_study(
            study_name="study",
            storage=storage,
            directions=["maximize" if each.higher_is_better else "minimize" for each in problem.objectives],
            pruner=_pruner(),
            load_if_exists=True,
        )
        self._check(keeper.place)
        told = [trial for trial in self._study.get_trials(deepcopy=False) if _KEPT in trial.user_attrs]
        self.trials = [_restored(problem, trial) for trial in told]
        refused = sum(bool(trial.constraints) for trial in self._study.get_trials(deepcopy=False)) - sum(
            trial.state == FAILED for trial in self.trials
        )
        self._asker = Asker(problem, self._study, (dict(trial.parameters) for trial in self.trials), refused)

    @property
    def best(self) -> float:
        """The best value of the first objective; NaN before there is one."""
        objective = self._problem.objectives[0]
        values = [trial.measure(objective.name) for trial in self.trials if trial.state == COMPLETE]
        return max(values, key=objective.oriented, default=float("nan"))

    def go_on(self, size: int) -> bool:
        """Try so many candidates; gives whether there were as many."""
        candidates = self._asker.batch(size)
        if not candidates:
            return False
        trials = tried(self._problem, self._evaluator, candidates, len(self.trials))
        for candidate, trial in zip(candidates, trials, strict=True):
            self._tell(candidate.asked, trial)
        self._study.set_user_attr(MARK, len(self.trials) + len(trials))
        self._journal.commit()
        self.trials += trials
        return len(candidates) == size

    def _check(self, place: str) -> None:
        """Write down what the study is of; raises ParameterError where a kept one is of something else."""
        asked = self._problem.identity
        known: Mapping[str, str] | None = self._study.user_attrs.get(_IDENTITY)
        if known is None:
            self._study.set_user_attr(_IDENTITY, asked)
            self._study.set_user_attr(MARK, 0)
            self._journal.commit()
            return
        for name in {**known, **asked}:
            if known.get(name) != asked.get(name):
                there, here = _beside(known.get(name, "none"), asked.get(name, "none"))
                raise ParameterError(
                    f"the study has another {name}: {there}, not {here}",
                    where=place,
                    cure="give this one another --study name, or go on with the settings of that one",
                )

    def _tell(self, asked: optuna.Trial, trial: Trial) -> None:
        from optuna.trial import TrialState  # noqa: PLC0415 - heavy, only where a study runs

        asked.set_user_attr(_KEPT, trial.as_dict())
        if trial.state == COMPLETE:
            self._study.tell(asked, trial.values(self._problem.objectives))
            return
        if trial.state == FAILED:
            # As infeasible rather than as failed: a failed one teaches the sampler nothing.
            asked.set_constraint("defined", trial.violation)
        self._study.tell(asked, state=TrialState.PRUNED)


def _restored(problem: Problem, told: optuna.trial.FrozenTrial) -> Trial:
    parameters = {axis.name: axis.value(told.params[axis.name]) for axis in problem.axes}
    return Trial.from_dict(told.user_attrs[_KEPT], parameters)


def _pruner() -> optuna.pruners.BasePruner:
    from optuna import pruners  # noqa: PLC0415 - heavy, only where a study runs

    return pruners.MedianPruner(n_startup_trials=10, n_warmup_steps=0, interval_steps=1, n_min_trials=5)


def _beside(one: str, other: str) -> tuple[str, str]:
    """Two texts, of long ones the part from shortly before they differ."""
    pairs = enumerate(zip(one, other, strict=False))
    same = next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))
    begin = max(0, same - 20) if max(len(one), len(other)) > _WIDTH else 0
    return _part(one, begin), _part(other, begin)


def _part(text: str, begin: int) -> str:
    end = begin + _WIDTH
    return f"{'...' if begin else ''}{text[begin:end]}{'...' if len(text) > end else ''}"
