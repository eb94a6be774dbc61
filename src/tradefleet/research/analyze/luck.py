"""How much of the best of a symbol is luck."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tradefleet.metrics.performance import Floats
from tradefleet.research.analyze.pair import Pair
from tradefleet.research.luck import Luck, deflated_sharpe, judge
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import Evaluator, Span

# More combinations are judged by a sample of so many.
_MOST_JUDGED = 1_000


def deflated(pair: Pair, pairs: Sequence[Pair]) -> float:
    """The deflated Sharpe ratio of a pair's best, all that was tried on `pairs` being the trials; NaN where unknown.

    `pairs` are those of the same symbol: the one that is chosen is the best of all its timeframes.
    """
    if pair.shape is None:
        return math.nan
    sharpes = np.concatenate([each.sharpes for each in pairs])
    known = sharpes[np.isfinite(sharpes)]
    # One trial is the best of one, however it might have varied.
    variance = 0.0 if len(sharpes) == 1 else float(known.var(ddof=1)) / pair.periods if len(known) >= 2 else math.nan
    shape = pair.shape
    return deflated_sharpe(shape.sharpe, len(sharpes), variance, shape.returns, shape.skew, shape.kurtosis)


def judged(pair: Pair, evaluator: Evaluator, combinations: Combinations) -> Luck:
    """The best of a pair's training held against what luck gives, overfitting and the order of trades included."""
    span = Span(until=pair.split)
    best = pair.best[0].parameters
    run = evaluator.result(best, span).performance
    before = run.initial_cash + np.concatenate(([0.0], np.cumsum(run.profit)[:-1])) if len(run.profit) else run.profit
    returns = _returns(evaluator, _sample(combinations), span, run.initial_cash)
    return judge(pair.sharpes, run.returns, run.periods_per_year, returns, run.profit / before)


def _sample(combinations: Combinations) -> Combinations:
    if len(combinations) <= _MOST_JUDGED:
        return combinations
    return combinations.take(np.linspace(0, len(combinations) - 1, _MOST_JUDGED).round().astype(np.int64))


def _returns(evaluator: Evaluator, combinations: Combinations, span: Span, cash: float) -> Floats:
    """Daily returns, a day a row and a combination a column."""
    _, equity = evaluator.equity(combinations, span)
    starts = [each.get("cash", cash) for each in combinations]
    equity = np.column_stack([starts, equity])
    # A ruined account earns nothing more.
    alive = np.minimum.accumulate(equity, axis=1)[:, :-1] > 0
    changes = np.divide(equity[:, 1:], equity[:, :-1], out=np.ones_like(equity[:, 1:]), where=alive)
    returns: Floats = (changes - 1.0).T
    return returns
