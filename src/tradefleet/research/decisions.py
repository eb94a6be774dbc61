"""From a strategy's evaluated nodes to what the simulator goes by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.node import Column
from tradefleet.market.bars import Bars
from tradefleet.simulation.columns import BarColumns, DecisionColumns
from tradefleet.simulation.rules.signals import ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT

# In the order of a traced strategy's conditions.
FLAGS = (ENTER_LONG, EXIT_LONG, ENTER_SHORT, EXIT_SHORT)
ENTRIES = ENTER_LONG | ENTER_SHORT
# The levels that a simulator reads at a bar; those after them are constant and part of its policy.
_LEVELS = len(DecisionColumns._fields) - 1


def decision_columns(columns: Sequence[Column], length: int, lookback: int, begin: int) -> DecisionColumns:
    """The decisions from bar `begin` on, of a traced strategy's columns; no signal before `lookback`."""
    signals = signal_flags(columns[: len(FLAGS)], length)
    signals[:lookback] = 0
    levels = columns[len(FLAGS) : len(FLAGS) + _LEVELS]
    return DecisionColumns(signals[begin:], *(_level(column, begin) for column in levels))


def signal_flags(conditions: Sequence[Column], length: int) -> NDArray[np.uint8]:
    """The conditions of each bar as one sum of flags."""
    signals = np.zeros(length, dtype=np.uint8)
    for flag, column in zip(FLAGS, conditions, strict=True):
        if not is_constant(column):
            signals |= column.view(np.uint8) * np.uint8(flag)
        elif column[0]:
            signals |= np.uint8(flag)
    return signals


def is_constant(column: Column) -> bool:
    """Whether a column repeats one value without holding it more than once."""
    return column.strides == (0,)


def _level(column: Column, begin: int) -> NDArray[np.float64]:
    """A column from `begin` on; a constant stays one value for all."""
    return np.ascontiguousarray(column[:1] if is_constant(column) else column[begin:], dtype=np.float64)


def bar_columns(bars: Bars) -> BarColumns:
    """The columns of some bars that the simulator reads."""
    return BarColumns(bars.time, bars.open, bars.high, bars.low, bars.close)
