"""The graph: expressions over bars, computed once whoever asks, over arrays or one bar at a time."""

from tradefleet.graph.bind import Binder
from tradefleet.graph.constant import constant
from tradefleet.graph.elementwise import floor_divide, maximum, minimum
from tradefleet.graph.fields import Feed, bars, close, high, low, open_, time, volume
from tradefleet.graph.node import Node, Operation
from tradefleet.graph.operators import bars_since, crossed_above, crossed_below, falling, rising, where
from tradefleet.graph.plan import Evaluation, Plan, PlanStream
from tradefleet.graph.rolling import rolling_max, rolling_mean, rolling_min, rolling_sum
from tradefleet.graph.shift import shift
from tradefleet.graph.step import Step
from tradefleet.graph.symbolic import Symbolic
from tradefleet.graph.talib_operation import TalibOperation, TalibParameter

__all__ = [
    "Binder",
    "Evaluation",
    "Feed",
    "Node",
    "Operation",
    "Plan",
    "PlanStream",
    "Step",
    "Symbolic",
    "TalibOperation",
    "TalibParameter",
    "bars",
    "bars_since",
    "close",
    "constant",
    "crossed_above",
    "crossed_below",
    "falling",
    "floor_divide",
    "high",
    "low",
    "maximum",
    "minimum",
    "open_",
    "rising",
    "rolling_max",
    "rolling_mean",
    "rolling_min",
    "rolling_sum",
    "shift",
    "time",
    "volume",
    "where",
]
