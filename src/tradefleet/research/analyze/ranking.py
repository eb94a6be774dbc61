"""Which combinations are the best of a training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradefleet.metrics import MEASURES
from tradefleet.metrics.performance import Floats
from tradefleet.research.walk_forward.choice import Goal

COLUMN = {name: number for number, name in enumerate(MEASURES)}


def best_rows(goal: Goal, values: Floats, count: int) -> NDArray[np.intp]:
    """The rows of the best combinations, the best first; fewer where not so many qualify.

    `values` has a row a combination and a column each of MEASURES. What has fewer trades than the goal asks for (open
    ones count), or an undefined measure, does not qualify; of equals the first comes first.

    >>> rows = np.zeros((3, len(MEASURES)))
    >>> rows[:, COLUMN["trades"]] = 5
    >>> rows[:, COLUMN["sharpe"]] = 0.5, np.nan, 0.7
    >>> best_rows(Goal(), rows, 5).tolist()
    [2, 0]
    """
    score = values[:, COLUMN[goal.objective.name]]
    score = -score if goal.objective.higher_is_better else score
    trades = values[:, COLUMN["trades"]] + values[:, COLUMN["open_trades"]]
    qualified = np.flatnonzero(~np.isnan(score) & (trades >= goal.min_trades))
    order = np.argsort(score[qualified], kind="stable")
    return qualified[order[:count]]
