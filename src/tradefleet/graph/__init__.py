"""The graph: expressions over bars, computed once whoever asks, over arrays or one bar at a time."""

from typing import TYPE_CHECKING, NoReturn

from tradefleet.graph.align import aligned
from tradefleet.graph.bind import Binder
from tradefleet.graph.clock import BASE, Clock
from tradefleet.graph.constant import constant
from tradefleet.graph.elementwise import floor_divide, maximum, minimum
from tradefleet.graph.feeds import series, symbol, timeframe
from tradefleet.graph.fields import Feed, bars, close, high, low, open_, time, volume
from tradefleet.graph.in_session import in_session
from tradefleet.graph.node import Node, Operation
from tradefleet.graph.operators import bars_since, crossed_above, crossed_below, falling, rising, where
from tradefleet.graph.plan import Evaluation, Plan, PlanStream
from tradefleet.graph.rolling import rolling_max, rolling_mean, rolling_min, rolling_sum
from tradefleet.graph.safe_math import safe_div, safe_exp, safe_log, safe_pow, safe_sqrt
from tradefleet.graph.shift import shift
from tradefleet.graph.step import Step
from tradefleet.graph.symbolic import Symbolic
from tradefleet.graph.talib_operation import TalibOperation, TalibParameter
from tradefleet.market.errors import StrategyError

__all__ = [
    "BASE",
    "Binder",
    "Clock",
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
    "aligned",
    "bars",
    "bars_since",
    "close",
    "constant",
    "crossed_above",
    "crossed_below",
    "falling",
    "floor_divide",
    "high",
    "in_session",
    "low",
    "maximum",
    "minimum",
    "open_",
    "rising",
    "rolling_max",
    "rolling_mean",
    "rolling_min",
    "rolling_sum",
    "safe_div",
    "safe_exp",
    "safe_log",
    "safe_pow",
    "safe_sqrt",
    "series",
    "shift",
    "symbol",
    "time",
    "timeframe",
    "volume",
    "where",
]


# Hidden from type checkers, which would take every name as known.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> NoReturn:
        """Say that the open price is `open_`, as `open` is Python's."""
        if name == "open":
            # Not an AttributeError: `from ... import` would replace its message by one without the cure.
            raise StrategyError("there is no open in tradefleet.graph", cure="import open_: `open` is Python's own")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
