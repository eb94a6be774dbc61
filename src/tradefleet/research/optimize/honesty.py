"""How much of an optimization's best trial is luck."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tradefleet.metrics.performance import Floats
from tradefleet.research.luck import Luck, judge
from tradefleet.research.optimize.problem import Problem
from tradefleet.research.optimize.trial import Trial
from tradefleet.research.result import Result
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import Evaluator

# Trials whose daily equity is held against one another.
_SAMPLE = 100


def luck_of(
    problem: Problem, evaluator: Evaluator, trials: Sequence[Trial], ranked: Sequence[Trial], best: Result
) -> Luck:
    """The best trial held against all that were tried, pruned and failed ones among them."""
    run = best.performance
    sharpes = np.array([trial.measure("sharpe") for trial in trials])
    before = run.initial_cash + np.concatenate(([0.0], np.cumsum(run.profit)[:-1])) if len(run.profit) else run.profit
    returns = _returns(problem, evaluator, ranked, run.initial_cash)
    return judge(sharpes, run.returns, run.periods_per_year, returns, run.profit / before, seed=problem.seed)


def _returns(problem: Problem, evaluator: Evaluator, ranked: Sequence[Trial], cash: float) -> Floats | None:
    """Daily returns, a day a row: of all complete trials, or of some from the best to the worst."""
    if len(ranked) < 2:
        return None
    places = np.unique(np.linspace(0, len(ranked) - 1, min(_SAMPLE, len(ranked))).round().astype(int))
    chosen = [ranked[place].parameters for place in places]
    _, equity = evaluator.equity(Combinations.of(chosen), problem.span)
    equity = np.column_stack([[each.get("cash", cash) for each in chosen], equity])
    # A ruined account earns nothing more.
    alive = np.minimum.accumulate(equity, axis=1)[:, :-1] > 0
    changes = np.divide(equity[:, 1:], equity[:, :-1], out=np.ones_like(equity[:, 1:]), where=alive)
    returns: Floats = (changes - 1.0).T
    return returns
