"""Targets by age: the longer a position is held, the less is asked of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def aged_fraction(rows: NDArray[np.float64], age: int, timeframe: int) -> float:
    """The fraction of the last row whose bars have passed; 0.0, no target, before the first.

    A row is bars since the entry, in rising order, and the fraction from then on. Counted in time (nanoseconds), so
    that absent bars do not prolong it.

    >>> rows = np.array([(0.0, 0.04), (60.0, 0.01)])
    >>> aged_fraction(rows, 59, 1), aged_fraction(rows, 60, 1)
    (0.04, 0.01)
    """
    fraction = 0.0
    for row in range(len(rows)):
        # As floats: compared with one, Python takes a whole number as it is and compiled code rounds it.
        if float(age) < rows[row, 0] * timeframe:
            break
        fraction = float(rows[row, 1])
    return fraction
