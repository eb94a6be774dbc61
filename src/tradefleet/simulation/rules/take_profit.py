"""Take-profit: a limit order, filled when the bar trades through it."""

from __future__ import annotations

import math

from tradefleet.simulation.rules.steps import Steps, nearest_step


def target_level(side: float, entry_price: float, fraction: float, tick: Steps) -> float:
    """The level, to the nearest tick; a fraction of 0 is none (a level no price reaches).

    >>> target_level(-1.0, 100.0, 0.02, Steps(1.0, 100.0))
    98.0
    """
    if fraction == 0.0:
        return side * math.inf
    return nearest_step(entry_price * (1.0 + side * fraction), tick)


def target_passed(side: float, low: float, high: float, level: float) -> bool:
    """Whether the bar trades through the level; touching is not enough."""
    return high > level if side > 0.0 else low < level
