"""Timer: decided at the first close that is max_bars after the entry, filled at the next open."""

from __future__ import annotations


def time_is_up(close_time: int, entry_time: int, max_bars: float, timeframe: int) -> bool:
    """Whether a position has been held for `max_bars` bars' time (nanoseconds); 0 bars is no timer.

    Counted in time, so that absent bars do not prolong it.
    """
    return max_bars > 0.0 and close_time - entry_time >= max_bars * timeframe
