"""Rolling minimum, maximum, mean and sum, by TA-Lib.

Indicators has them as lowest, highest, sma and rolling_sum, with these same operations.
"""

from __future__ import annotations

from tradefleet.graph.constant import number
from tradefleet.graph.node import Node, call
from tradefleet.graph.symbolic import Symbolic
from tradefleet.graph.talib_operation import TalibOperation, TalibParameter

PERIOD = TalibParameter("period", "timeperiod", "whole")
MIN = TalibOperation("lowest", "MIN", parameters=(PERIOD,))
MAX = TalibOperation("highest", "MAX", parameters=(PERIOD,))
MEAN = TalibOperation("sma", "SMA", parameters=(PERIOD,))
SUM = TalibOperation("rolling_sum", "SUM", parameters=(PERIOD,))


def rolling_min(value: Node, period: int | Symbolic) -> Node:
    """The lowest value of the last `period` bars, this one included; NaN for the first period - 1.

    >>> from tradefleet.graph import low
    >>> rolling_min(low, 20)
    lowest(low, 20)
    """
    return call(MIN, (number(value, "rolling_min"),), (period,)).nodes[0]


def rolling_max(value: Node, period: int | Symbolic) -> Node:
    """The highest value of the last `period` bars, this one included; NaN for the first period - 1."""
    return call(MAX, (number(value, "rolling_max"),), (period,)).nodes[0]


def rolling_mean(value: Node, period: int | Symbolic) -> Node:
    """The mean of the last `period` bars, this one included; NaN for the first period - 1."""
    return call(MEAN, (number(value, "rolling_mean"),), (period,)).nodes[0]


def rolling_sum(value: Node, period: int | Symbolic) -> Node:
    """The sum of the last `period` bars, this one included; NaN for the first period - 1."""
    return call(SUM, (number(value, "rolling_sum"),), (period,)).nodes[0]
