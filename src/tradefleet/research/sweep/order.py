"""The order of combinations by a measure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradefleet.metrics.performance import Floats
from tradefleet.research.search.direction import Objective

Rows = NDArray[np.int64]


def ordered(values: Floats, trades: Floats, objective: Objective, min_trades: int, top: int | None = None) -> Rows:
    """The rows whose value is a number and that made enough trades, best first; ties keep their order.

    >>> sharpe, trades = np.array([1.0, np.nan, 2.0, 2.0, 9.0]), np.array([5.0, 0.0, 5.0, 5.0, 1.0])
    >>> ordered(sharpe, trades, Objective("sharpe"), 2).tolist()
    [2, 3, 0]
    >>> ordered(sharpe, trades, Objective("sharpe"), 2, top=1).tolist()
    [2]
    """
    rows = np.flatnonzero((trades >= min_trades) & ~np.isnan(values))
    worth = -values[rows] if objective.higher_is_better else values[rows]
    if top is not None and top < len(rows):
        # Not all have to be sorted to know the first ones.
        last = np.partition(worth, top - 1)[top - 1]
        near = worth <= last
        rows, worth = rows[near], worth[near]
    found: Rows = rows[np.argsort(worth, kind="stable")]
    return found if top is None else found[:top]
