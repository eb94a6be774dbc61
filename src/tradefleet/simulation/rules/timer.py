"""Timer: decided at the first close that is max_bars after the entry, filled at the next open."""

from __future__ import annotations

import math

# Longer than any bars last (nanoseconds), and a whole number that can still be added to a time.
_LONG = 4e18


def time_is_up(close_time: int, entry_time: int, max_bars: float, timeframe: int) -> bool:
    """Whether a position has been held for `max_bars` bars' time (nanoseconds); 0 bars is no timer.

    Counted in time, so that absent bars do not prolong it.
    """
    return max_bars > 0.0 and close_time - entry_time >= max_bars * timeframe


def time_runs_out(entry_time: int, max_bars: float, timeframe: int) -> int:
    """The first time from which on `time_is_up` at a close; `max_bars` is above 0.

    >>> time_runs_out(100, 2.0, 60), time_is_up(219, 100, 2.0, 60), time_is_up(220, 100, 2.0, 60)
    (220, False, True)
    """
    return entry_time + math.ceil(min(max_bars * timeframe, _LONG))
