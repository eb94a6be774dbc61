"""Where to cut the bars: early, at random, and about the ends of longer periods."""

from __future__ import annotations

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.time import DAY, HOUR
from tradefleet.metrics.performance import Integers

_EARLY, _RANDOM, _PERIODS = 24, 24, 3
_LONGER = (HOUR, 4 * HOUR, DAY, 7 * DAY)


def choose_cuts(bars: Bars, first: int, random: np.random.Generator) -> list[int]:
    """The last bars that are kept, rising: about a hundred from bar `first` on, all but the very last bar."""
    last = len(bars) - 2
    found = set(range(first, first + _EARLY))
    found.update(random.integers(first, last + 1, _RANDOM).tolist())
    for length in _LONGER:
        found.update(_about_ends(bars, length, random))
    gaps = np.flatnonzero(np.diff(bars.time) > bars.timeframe.nanoseconds)
    found.update(_some(gaps, random))
    found.add(last)
    return sorted(cut for cut in found if first <= cut <= last)


def _about_ends(bars: Bars, length: int, random: np.random.Generator) -> list[int]:
    """Bars that end a period, the ones before and the ones after."""
    if length <= bars.timeframe.nanoseconds:
        return []
    # Weeks begin on Mondays; that day 0 was a Thursday moves them by as much.
    offset = 4 * DAY if length % (7 * DAY) == 0 else 0
    periods = (bars.time - offset) // length
    ends = _some(np.flatnonzero(np.diff(periods)), random)
    return [end + near for end in ends for near in (-1, 0, 1)]


def _some(bars: Integers, random: np.random.Generator) -> list[int]:
    chosen = bars if len(bars) <= _PERIODS else random.choice(bars, _PERIODS, replace=False)
    return [int(bar) for bar in chosen]
