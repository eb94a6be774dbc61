"""Stop-loss: from the entry bar on, at the open if it opens beyond, else at the level when touched."""

from __future__ import annotations

import math

from tradefleet.simulation.rules.steps import Steps, nearest_step


def stop_level(side: float, entry_price: float, fraction: float, tick: Steps) -> float:
    """The level, to the nearest tick; a fraction of 0 is none (a level no price reaches).

    >>> stop_level(1.0, 100.0, 0.02, Steps(1.0, 100.0))
    98.0
    """
    if fraction == 0.0:
        return -side * math.inf
    return nearest_step(entry_price * (1.0 - side * fraction), tick)


def stop_touched(side: float, low: float, high: float, level: float) -> bool:
    """Whether the bar touches the level; touching is enough."""
    return low <= level if side > 0.0 else high >= level


def stop_price(side: float, open_price: float, level: float) -> float:
    """What the stop gets before slippage: the level, or the open where it opens beyond."""
    return min(open_price, level) if side > 0.0 else max(open_price, level)
