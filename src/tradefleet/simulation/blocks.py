"""Extremes of blocks of bars: they answer when a level is first reached without visiting the bars between."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tradefleet.simulation.columns import BarColumns, Floats, Integers
from tradefleet.simulation.state import DAY

# Bars in a block, and in a block of blocks.
SMALL = 64
LARGE = 64 * SMALL


class Extremes(NamedTuple):
    """The lowest low, highest high, lowest and highest close of each block."""

    low: Floats
    high: Floats
    low_close: Floats
    high_close: Floats


class Blocks(NamedTuple):
    """Extremes of small and of large blocks, and the index of the first bar of each UTC day."""

    small: Extremes
    large: Extremes
    days: Integers


def blocks_of(bars: BarColumns) -> Blocks:
    """The blocks of some bars; the last one of each size may be short."""
    day = bars.time // DAY
    days = np.flatnonzero(np.diff(day, prepend=day[:1] - 1))
    return Blocks(_extremes(bars, SMALL), _extremes(bars, LARGE), days)


def _extremes(bars: BarColumns, size: int) -> Extremes:
    starts = np.arange(0, len(bars.time), size)
    lowest, highest = np.minimum.reduceat, np.maximum.reduceat
    return Extremes(
        lowest(bars.low, starts), highest(bars.high, starts), lowest(bars.close, starts), highest(bars.close, starts)
    )
