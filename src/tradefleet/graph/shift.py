"""The value some bars earlier."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np

from tradefleet.graph.constant import as_node
from tradefleet.graph.elementwise import NAN
from tradefleet.graph.node import ELEMENTWISE, Call, Column, Kind, Node, Operation, Run, Stepper, call
from tradefleet.graph.symbolic import Symbolic
from tradefleet.market.errors import ParameterError, StrategyError

# Bars a value may be kept for: ten years of minutes and more.
MOST = 10_000_000


def whole(value: object, what: str, least: int, most: int = MOST) -> int:
    """A whole number from `least` to `most`; raises ParameterError for 12.5, True or text."""
    whole_float = isinstance(value, float) and value.is_integer()
    # Of a symbol this reads the value: what needs a whole number here and now cannot stay symbolic.
    if whole_float or isinstance(value, np.integer | Symbolic):
        value = int(value)  # type: ignore[call-overload]
    if isinstance(value, bool) or not isinstance(value, int):
        raise ParameterError(f"{what} is {value!r}, not a whole number of bars", cure="give a whole number such as 12")
    if value < least:
        raise ParameterError(f"{what} is {value}", cure=f"give {least} or more")
    if value > most:
        raise ParameterError(f"{what} is {value}", cure=f"give {most} or less")
    return value


class Shift(Operation):
    """The input k bars earlier: NaN (or false) until there is one."""

    def __init__(self, kind: Kind) -> None:
        self.name = "shift"
        self.kinds = (kind,)
        self.negates_inputs = kind == "truth"
        self.missing: float | bool = NAN if kind == "number" else False

    def check(self, parameters: tuple[Any, ...]) -> tuple[Any, ...]:
        (bars,) = parameters
        if isinstance(bars, Symbolic):
            return parameters
        if isinstance(bars, int | float) and bars < 0:
            raise StrategyError(f"shift({bars}) looks {-bars} bars into the future", cure="shift by 0 or more bars")
        return (whole(bars, "shift", 0, MOST),)

    def lookback(self, parameters: tuple[Any, ...]) -> int:
        return int(parameters[0])

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        (bars,) = parameters
        column = np.broadcast_to(inputs[0], (run.length,))
        shifted = np.empty_like(column, shape=column.shape)
        shifted[:bars] = self.missing
        shifted[bars:] = column[: max(run.length - bars, 0)]
        return (shifted,)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        (bars,) = parameters
        window = deque([self.missing] * (bars + 1), maxlen=bars + 1)

        def step(value: float) -> tuple[float, ...]:
            window.append(value)
            return (window[0],)

        return step

    def negate(self, call_: Call, negations: Sequence[Node]) -> Node:
        if self.kinds == ("number",):
            return super().negate(call_, negations)
        return call(self, negations, call_.parameters).nodes[0]


_SHIFTS = {kind: Shift(kind) for kind in ("number", "truth")}


def shift(value: Node | float, bars: int | Symbolic) -> Node:
    """The value `bars` bars earlier; NaN (false for a condition) before the first bar.

    Raises StrategyError for a negative shift, which would look into the future.

    >>> from tradefleet.graph import close
    >>> shift(close, 1)
    shift(close, 1)
    """
    node = as_node(value)
    if node is None:
        raise StrategyError(f"shift of {value!r}", cure="give an expression such as close")
    return call(_SHIFTS[node.kind], (node,), (bars,)).nodes[0]


ELEMENTWISE["shift"] = shift
