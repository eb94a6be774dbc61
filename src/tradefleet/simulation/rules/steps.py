"""Prices move in ticks and quantities in lots."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import NamedTuple

# How far from a whole number of steps a quotient may lie and still be that number: 0.3 / 0.1 is 2.9999999999999996. A
# few roundings of it, and no more: 60030.010005 is not 60030.01, in ticks of 0.01 it is 1e-10 away.
_CLOSE = 1e-14
# From here on a float has no fraction, and a compiled floor soon no room.
_WHOLE = 2.0**52


class Steps(NamedTuple):
    """A step as a fraction, numerator / denominator; a numerator of 0 means there is none.

    As a fraction, so that 7 ticks of 0.01 are 7 / 100, the double nearest to 0.07; 7 * 0.01 is its neighbour.
    """

    numerator: float
    denominator: float


def steps_of(step: Decimal | None) -> Steps:
    """The steps of an exact decimal, such as an instrument's tick.

    >>> steps_of(Decimal("0.05"))
    Steps(numerator=1.0, denominator=20.0)
    """
    if step is None:
        return Steps(0.0, 1.0)
    numerator, denominator = step.as_integer_ratio()
    return Steps(float(numerator), float(denominator))


def nearest_step(value: float, steps: Steps) -> float:
    """The value rounded to the nearest step, halves up.

    >>> nearest_step(101.4949, steps_of(Decimal("0.01"))), nearest_step(0.145, steps_of(Decimal("0.01")))
    (101.49, 0.15)
    """
    if steps.numerator == 0.0 or value - value != 0.0:
        return value
    count = value * steps.denominator / steps.numerator
    if abs(count) >= _WHOLE:
        return value
    return math.floor(count + 0.5 + _CLOSE * abs(count)) * steps.numerator / steps.denominator


def step_below(value: float, steps: Steps) -> float:
    """The value rounded down to a step.

    >>> step_below(0.3, steps_of(Decimal("0.1")))
    0.3
    """
    if steps.numerator == 0.0 or value - value != 0.0:
        return value
    count = value * steps.denominator / steps.numerator
    if abs(count) >= _WHOLE:
        return value
    whole = math.floor(count + 0.5)
    if whole - count > _CLOSE * abs(count):
        whole -= 1
    return whole * steps.numerator / steps.denominator


def step_above(value: float, steps: Steps) -> float:
    """The value rounded up to a step."""
    return -step_below(-value, steps)
