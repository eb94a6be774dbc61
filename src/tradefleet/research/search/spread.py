"""Values between the bounds that a strategy declares."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tradefleet.market.errors import ParameterError
from tradefleet.strategies.strategy import Strategy


def spread(strategy: type[Strategy], name: str, points: int) -> Sequence[Any]:
    """So many evenly spaced values of a parameter, both bounds included, or all its choices.

    Whole numbers are rounded, each once. Raises ParameterError where it declares no bounds.

    >>> from tradefleet.strategies import EmaCross
    >>> spread(EmaCross, "stop_loss", 5)
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    if points < 2:
        raise ParameterError(f"the number of points is {points}", cure="give 2 or more")
    parameter = strategy.declared().get(name)
    if parameter is not None and parameter.choices is not None:
        return parameter.choices
    if parameter is None or parameter.low is None or parameter.high is None:
        raise ParameterError(f"{name} has no bounds", where=strategy.name(), cure=f"give its values: {name}=...")
    # By the decimals that the bounds are written in, so that steps come out as one would type them.
    low, high = Fraction(str(parameter.low)), Fraction(str(parameter.high))
    steps = [low + (high - low) * number / (points - 1) for number in range(points)]
    if parameter.type is int:
        return sorted({round(step) for step in steps})
    return [float(step) for step in steps]
