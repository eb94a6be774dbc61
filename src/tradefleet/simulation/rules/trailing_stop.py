"""Trailing stop: at each close the level follows the best close since entry, and holds from the next bar."""

from __future__ import annotations

from tradefleet.simulation.rules.steps import Steps, nearest_step


def better(side: float, a: float, b: float) -> float:
    """The more favourable of two prices."""
    return max(a, b) if side > 0.0 else min(a, b)


def trailing_level(side: float, best_close: float, fraction: float, tick: Steps) -> float:
    """The level behind the best close, to the nearest tick.

    >>> trailing_level(1.0, 200.0, 0.05, Steps(1.0, 100.0))
    190.0
    """
    return nearest_step(best_close * (1.0 - side * fraction), tick)


def trailing_level_by(side: float, best_close: float, distance: float, tick: Steps) -> float:
    """The level so far behind the best close, in price, to the nearest tick.

    >>> trailing_level_by(-1.0, 200.0, 5.0, Steps(1.0, 100.0))
    205.0
    """
    return nearest_step(best_close - side * distance, tick)
