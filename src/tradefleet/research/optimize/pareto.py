"""The Pareto front: what nothing else beats in every objective."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradefleet.metrics.performance import Floats


def pareto_front(values: Floats) -> NDArray[np.bool_]:
    """Which rows no other row dominates: is at least as high in every column and higher in one. Equal rows all stay.

    >>> pareto_front(np.array([[1.0, 5.0], [2.0, 4.0], [1.0, 4.0]])).tolist()
    [True, True, False]
    """
    front = np.ones(len(values), dtype=bool)
    for number, row in enumerate(values):
        as_good = (values >= row).all(axis=1)
        better = (values > row).any(axis=1)
        front[number] = not (as_good & better).any()
    return front
