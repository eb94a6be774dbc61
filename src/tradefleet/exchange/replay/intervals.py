"""Candle intervals: where each period starts and ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradefleet.exchange.replay.prices import INTERVALS
from tradefleet.market.time import DAY, HOUR, MINUTE, SECOND
from tradefleet.market.timeframe import Timeframe

Times = NDArray[np.int64]

MONTH = "1M"
MILLISECOND = 1_000_000
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
# Months have no length; every other interval counts from the epoch, weeks from its first Monday.
_LENGTHS = {name: int(name[:-1]) * _UNITS[name[-1]] for name in INTERVALS if name != MONTH}
_MONDAY = 4 * DAY


def starts(interval: str, times: Times) -> Times:
    """Open time of the period that holds each time.

    >>> starts("1M", np.array([40 * DAY])) // DAY
    array([31])
    """
    if interval == MONTH:
        months = times.astype("datetime64[ns]").astype("datetime64[M]")
        return months.astype("datetime64[ns]").astype(np.int64)
    length, offset = _LENGTHS[interval], _offset(interval)
    return (times - offset) // length * length + offset


def start(interval: str, time: int) -> int:
    """Open time of the period that holds a time.

    >>> start("1w", 10 * DAY) // DAY, start("3d", 10 * DAY) // DAY
    (4, 9)
    """
    if interval == MONTH:
        return int(starts(interval, np.array([time], np.int64))[0])
    length, offset = _LENGTHS[interval], _offset(interval)
    return (time - offset) // length * length + offset


def end(interval: str, opened: int) -> int:
    """Open time of the period after the one that opens at `opened`.

    >>> end("1M", 31 * DAY) // DAY
    59
    """
    if interval == MONTH:
        return start(interval, opened + 32 * DAY)
    return opened + _LENGTHS[interval]


def length(interval: str) -> int:
    """Nanoseconds of a period, 0 for months, which differ."""
    return _LENGTHS.get(interval, 0)


def close_time(interval: str, opened: int) -> int:
    """The last millisecond of the period that opens at `opened`."""
    return end(interval, opened) - MILLISECOND


def made_from(base: Timeframe) -> tuple[str, ...]:
    """Intervals whose candles can be made from bars of a timeframe, the shortest first.

    >>> made_from(Timeframe.parse("8h"))
    ('8h', '1d', '3d', '1w', '1M')
    """
    step = base.nanoseconds
    return tuple(name for name in INTERVALS if (_LENGTHS.get(name) or DAY) % step == 0 and _fits(name, base))


def _fits(name: str, base: Timeframe) -> bool:
    """Whether the base's periods start where this interval's do."""
    return name == MONTH or (_offset(name) - base.start(0)) % base.nanoseconds == 0


def _offset(interval: str) -> int:
    return _MONDAY if interval[-1] == "w" else 0
