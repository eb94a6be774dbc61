"""How much of a sweep's best combination is luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradefleet.metrics.performance import Floats, Performance
from tradefleet.research.luck import Luck, judge
from tradefleet.research.search.combinations import Combinations

if TYPE_CHECKING:
    from tradefleet.research.sweep.sweep import Sweep

# Of more combinations the daily returns of a random sample are held against one another.
MOST_JUDGED = 1_000


def luck_of(sweep: Sweep, best: int, run: Performance) -> Luck:
    """The best combination, a row and its run, held against all that were tried."""
    rows = _sampled(sweep, best)
    some = sweep.combinations.take(rows)
    _, equity = sweep.evaluator.equity(some, sweep.parts.training)
    returns = _returns(equity, _cash(some, run.initial_cash))
    matrix = returns if len(rows) > 1 else None
    return judge(sweep.column("sharpe"), run.returns, run.periods, matrix, _trade_returns(run))


def _sampled(sweep: Sweep, best: int) -> np.typing.NDArray[np.int64]:
    """The best and others that were measured, the same in every run."""
    measured = np.flatnonzero(~np.isnan(sweep.column("final_equity")))
    if len(measured) > MOST_JUDGED:
        others = measured[measured != best]
        drawn = np.random.default_rng(0).choice(len(others), MOST_JUDGED - 1, replace=False)
        measured = np.sort(np.append(others[drawn], best))
    return measured


def _cash(some: Combinations, cash: float) -> Floats:
    """What each starts with."""
    if "cash" not in some.names:
        return np.full(len(some), cash)
    place = some.names.index("cash")
    found: Floats = np.array(some.values[place], np.float64)[some.codes[:, place]]
    return found


def _returns(equity: Floats, cash: Floats) -> Floats:
    """Daily returns, a day a row and a combination a column; NaN from the day after ruin on."""
    worth = np.maximum(equity, 0.0)
    before = np.column_stack((cash, worth[:, :-1]))
    with np.errstate(invalid="ignore"):
        alive = np.minimum.accumulate(before, axis=1) > 0
    returns = np.divide(worth, before, out=np.full(worth.shape, np.nan), where=alive) - 1.0
    return np.ascontiguousarray(returns.T)


def _trade_returns(run: Performance) -> Floats:
    """The profit of each closed trade as a fraction of the account's worth before it, as long as there is any."""
    profit = run.profit_by_exit
    before = run.initial_cash + np.concatenate(([0.0], np.cumsum(profit)[:-1]))[: len(profit)]
    ruined = np.flatnonzero(before <= 0)
    kept = slice(0, int(ruined[0]) if len(ruined) else len(profit))
    returns: Floats = profit[kept] / before[kept]
    return returns
