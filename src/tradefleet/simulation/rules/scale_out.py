"""Scaling out: a position leaves in parts, each at a target of its own."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tradefleet.simulation.rules.steps import Steps, step_below
from tradefleet.simulation.rules.take_profit import target_level

# Shares that add up to this are all: 0.7 + 0.2 + 0.1 is 0.9999999999999999.
_ALL = 1.0 - 1e-9


def part_level(parts: int, side: float, entry_price: float, rows: NDArray[np.float64], tick: Steps) -> float:
    """The level of the next part, to the nearest tick, after `parts` have left; one no price reaches after the last.

    A row is a fraction of the entry price, the nearest first, and the share of the first quantity that leaves there.

    >>> part_level(1, 1.0, 100.0, np.array([(0.02, 0.5), (0.05, 0.5)]), Steps(1.0, 10.0))
    105.0
    """
    if parts >= len(rows):
        return side * math.inf
    return target_level(side, entry_price, rows[parts, 0], tick)


def part_quantity(parts: int, first_quantity: float, held: float, rows: NDArray[np.float64], lot: Steps) -> float:
    """How much leaves at the next part: its share, rounded down to the lot and at most what is held.

    The last part takes all that is held where the shares add up to 1.

    >>> rows = np.array([(0.02, 0.5), (0.05, 0.5)])
    >>> part_quantity(0, 7.0, 7.0, rows, Steps(1.0, 1.0)), part_quantity(1, 7.0, 4.0, rows, Steps(1.0, 1.0))
    (3.0, 4.0)
    """
    if parts + 1 == len(rows):
        shares = 0.0
        for row in range(len(rows)):
            shares += rows[row, 1]
        if shares >= _ALL:
            return held
    return min(held, step_below(first_quantity * rows[parts, 1], lot))
