"""Crossings, choices and counts: the words strategies are written in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tradefleet.graph.constant import number, truth
from tradefleet.graph.elementwise import NAN
from tradefleet.graph.node import Column, Node, Operation, Run, Stepper, call
from tradefleet.graph.shift import shift, whole
from tradefleet.graph.step import Floats, Step


def crossed_above(a: Node | float, b: Node | float) -> Node:
    """True where `a` was at or below `b` one bar before and is above it now.

    >>> from tradefleet.graph import close
    >>> crossed_above(close, 100)
    (shift((close <= 100), 1) & (close > 100))
    """
    first, second = number(a, "crossed_above"), number(b, "crossed_above")
    return shift(first <= second, 1) & (first > second)


def crossed_below(a: Node | float, b: Node | float) -> Node:
    """True where `a` was at or above `b` one bar before and is below it now."""
    first, second = number(a, "crossed_below"), number(b, "crossed_below")
    return shift(first >= second, 1) & (first < second)


def rising(value: Node, bars: int = 1) -> Node:
    """True where the value rose at each of the last `bars` bars."""
    return _in_a_row(number(value, "rising") > shift(value, 1), bars)


def falling(value: Node, bars: int = 1) -> Node:
    """True where the value fell at each of the last `bars` bars."""
    return _in_a_row(number(value, "falling") < shift(value, 1), bars)


def _in_a_row(condition: Node, bars: int) -> Node:
    met = condition
    for back in range(1, whole(bars, "bars", 1)):
        met = met & shift(condition, back)
    return met


class _Where(Operation):
    """One number where a condition holds, another where it does not."""

    name = "where"
    pointwise = True

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        return (np.where(*inputs),)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        return lambda condition, yes, no: (yes if condition else no,)


WHERE = _Where()


def where(condition: Node, yes: Node | float, no: Node | float) -> Node:
    """`yes` where the condition is true, `no` where it is false or not known.

    >>> from tradefleet.graph import close
    >>> where(close > 100, 1, 0)
    where((close > 100), 1, 0)
    """
    return call(WHERE, (truth(condition, "where's condition"), number(yes, "where"), number(no, "where"))).nodes[0]


def _count(state: Floats, inputs: Floats, parameters: Floats) -> tuple[Floats, Floats]:
    bars = 0.0 if inputs[0] > 0.0 else state[0] + 1.0
    return (bars,), (bars,)


# NaN + 1 is NaN: unknown until the condition has been true once.
BARS_SINCE = Step(_count, name="bars_since", initial=(NAN,), cumulative=True)


def bars_since(condition: Node) -> Node:
    """Bars since the condition was last true: 0 at that bar, NaN before the first time.

    >>> from tradefleet.graph import close
    >>> bars_since(close > 100) < 5
    (bars_since(where((close > 100), 1, 0)) < 5)
    """
    return call(BARS_SINCE, (where(truth(condition, "bars_since"), 1, 0),)).nodes[0]
