"""Cooldown: no new entry for some bars' time after an exit."""

from __future__ import annotations


def cooling(close_time: int, last_exit_time: int, bars: float, timeframe: int) -> bool:
    """Whether a close comes before `bars` bars' time (nanoseconds) has passed since the last exit; 0 bars is none.

    >>> cooling(119, 0, 2.0, 60), cooling(120, 0, 2.0, 60)
    (True, False)
    """
    # As floats: compared with one, Python takes a whole number as it is and compiled code rounds it.
    return bars > 0.0 and float(close_time - last_exit_time) < bars * timeframe
