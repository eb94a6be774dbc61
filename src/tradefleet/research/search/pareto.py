"""The Pareto front: what nothing else beats in every objective."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def pareto_front(values: NDArray[np.float64], higher: Sequence[bool]) -> NDArray[np.bool_]:
    """Which rows no other row dominates; a row with NaN is never one of them.

    A row dominates another that it is at least as good as in every column and better in one. `higher` says
    for each column whether more is better. Equal rows do not dominate each other.

    >>> pareto_front(np.array([[1.0, 0.3], [2.0, 0.3], [3.0, 0.5]]), [True, False]).tolist()
    [False, True, True]
    """
    gains = np.where(np.array(higher), values, -values)
    known = np.flatnonzero(~np.isnan(gains).any(axis=1))
    # Best first in every column in turn: a later row cannot dominate an earlier one.
    order = known[np.lexsort([-gains[known, column] for column in reversed(range(gains.shape[1]))])]
    front = np.zeros(len(values), dtype=bool)
    kept = np.empty((0, gains.shape[1]))
    for row in order:
        beaten = (kept >= gains[row]).all(axis=1) & (kept > gains[row]).any(axis=1)
        if not beaten.any():
            front[row] = True
            kept = np.vstack([kept, gains[row]])
    return front
