"""The value at the last bar where something was true."""

from __future__ import annotations

from tradefleet.graph import Node, Step, where
from tradefleet.graph.constant import truth
from tradefleet.graph.node import call
from tradefleet.graph.step import Floats
from tradefleet.indicators.arguments import one_series
from tradefleet.indicators.registry import listed


def _keep(state: Floats, inputs: Floats, parameters: Floats) -> tuple[Floats, Floats]:
    kept = inputs[1] if inputs[0] > 0.0 else state[0]
    return (kept,), (kept,)


VALUE_WHEN = Step(_keep, name="value_when", initial=(float("nan"),))


@listed("levels", "condition", "source")
def value_when(condition: Node, source: Node) -> Node:
    """The source's value at the last bar where the condition was true, this bar included.

    NaN before the first such bar, and before the source's first value.

    >>> from tradefleet.graph import close, crossed_above
    >>> value_when(crossed_above(close, 100), close)
    value_when(where((shift((close <= 100), 1) & (close > 100)), 1, 0), close)
    """
    flag = where(truth(condition, "value_when's condition"), 1, 0)
    return call(VALUE_WHEN, (flag, one_series(source, "value_when"))).nodes[0]
