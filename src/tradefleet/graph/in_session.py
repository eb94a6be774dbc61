"""Hours of a day and days of a week, by the clock on the wall of a place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.fields import time
from tradefleet.graph.node import Call, Column, Kind, Node, Operation, Run, Stepper, call
from tradefleet.market.errors import InternalError, ParameterError, did_you_mean
from tradefleet.market.time import DAY, SECOND

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = DAY // SECOND
# 1970-01-01 was a Thursday.
_FIRST_DAY = 3


def in_session(hours: str, *, zone: str = "UTC", days: str = "mon-sun") -> Node:
    """True where the bar's close, the moment of its decision, lies in these hours of these days in a place's own time.

    `hours` is `08:00-17:00`, the end not included; `22:00-05:00` goes on after midnight and belongs to the day it
    begins on; `00:00-24:00` is the whole day. `zone` is a name such as `Europe/London`, whose summer time is heeded.
    `days` is `mon-fri`, `sat,sun` or the like.

    >>> in_session("08:00-17:00", zone="Europe/London", days="mon-fri")
    in_session('08:00-17:00', zone='Europe/London', days='mon,tue,wed,thu,fri')
    """
    start, end = _hours(hours)
    _zone(zone if isinstance(zone, str) else repr(zone))
    return call(_INSIDE, (time,), (start, end, zone, _days(days))).nodes[0]


def _hours(text: object) -> tuple[int, int]:
    """Start and end in seconds of the day."""
    found = re.fullmatch(r"(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)", text.strip()) if isinstance(text, str) else None
    cure = "write them as 08:00-17:00, at most 24:00"
    if found is None:
        raise ParameterError(f"hours are {text!r}", cure=cure)
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    start, end = (start_hour * 60 + start_minute) * 60, (end_hour * 60 + end_minute) * 60
    if start_minute > 59 or end_minute > 59 or start >= _DAY or end > _DAY:
        raise ParameterError(f"hours are {text!r}", cure=cure)
    if start == end:
        raise ParameterError(f"hours {text!r} end where they begin", cure="write the whole day as 00:00-24:00")
    return start, end


def _days(text: object) -> int:
    """The days as a sum of bits, Monday's the lowest."""
    if not isinstance(text, str):
        raise ParameterError(f"days are {text!r}", cure="write them as mon-fri or sat,sun")
    chosen = 0
    for part in text.lower().replace(" ", "").split(","):
        ends = [_day(name) for name in part.split("-", 1)]
        for day in range(ends[0], ends[0] + (ends[-1] - ends[0]) % 7 + 1):
            chosen |= 1 << day % 7
    return chosen


def _day(name: str) -> int:
    if name not in _DAYS:
        raise ParameterError(f"days have {name!r}", cure=f"choose from {', '.join(_DAYS)}, as in mon-fri or sat,sun")
    return _DAYS.index(name)


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        known = available_timezones()
        cure = did_you_mean(name, known) if known else "install the time zones: pip install tzdata"
        raise ParameterError(f"zone {name!r} is not known", cure=cure if len(cure) < 80 else _ZONES) from None


_ZONES = "write it as UTC, Europe/London or America/New_York"


class _Session(Operation):
    """Whether a bar closes inside a session, or outside."""

    kinds: tuple[Kind, ...] = ("truth",)
    pointwise = True

    def __init__(self, inside: bool) -> None:
        self.name = "in_session" if inside else "~in_session"
        self._inside = inside

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        start, end, zone, days = parameters
        seconds = np.floor(inputs[0] + _length(run)).astype(np.int64)
        local = seconds + _offsets(seconds, _zone(zone))
        return (_holds(local, start, end, days) == self._inside,)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        start, end, zone, days = parameters
        place, length = _zone(zone), _length(run)

        def step(opened: float) -> tuple[float, ...]:
            second = int((opened + length) // 1)
            return (_holds(second + _offset(second, place), start, end, days) == self._inside,)

        return step

    def negate(self, call_: Call, negations: Sequence[Node]) -> Node:
        return call(_OUTSIDE if self._inside else _INSIDE, call_.inputs, call_.parameters).nodes[0]

    def describe(self, inputs: Sequence[str], parameters: tuple[Any, ...]) -> str:
        start, end, zone, days = parameters
        hours = "-".join(f"{second // 3600:02}:{second // 60 % 60:02}" for second in (start, end))
        names = ",".join(name for day, name in enumerate(_DAYS) if days >> day & 1)
        return f"{self.name}({hours!r}, zone={zone!r}, days={names!r})"


_INSIDE, _OUTSIDE = _Session(True), _Session(False)


def _length(run: Run) -> float:
    """The length of a bar in seconds."""
    if not run.timeframe:
        raise InternalError("in_session is streamed without a timeframe")
    return run.timeframe / SECOND


def _holds(local: Any, start: int, end: int, days: int) -> Any:
    """Whether seconds of local time, one or an array, lie in the session."""
    day, second = local // _DAY, local % _DAY
    after, before = second >= start, second < end
    within = after & before if start < end else after | before
    # What goes on after midnight began the day before.
    weekday = (day - (second < start) + _FIRST_DAY) % 7
    return within & (days >> weekday & 1 == 1)


def _offset(second: int, zone: ZoneInfo) -> int:
    """Seconds that local time is ahead of UTC."""
    ahead = datetime.fromtimestamp(second, zone).utcoffset()
    return 0 if ahead is None else ahead.days * _DAY + ahead.seconds


def _offsets(seconds: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """The same for rising times: looked up once a day, and on the days of a change at its very second."""
    if len(seconds) == 0:
        return seconds
    first, last = int(seconds[0]), int(seconds[-1])
    changes, ahead = [first], [_offset(first, zone)]
    for day in range(first, last, _DAY):
        until = min(day + _DAY, last)
        while ahead[-1] != _offset(until, zone):
            changes.append(_change(max(day, changes[-1]), until, zone))
            ahead.append(_offset(changes[-1], zone))
    positions = np.searchsorted(seconds, changes)
    return np.repeat(ahead, np.diff(positions, append=len(seconds)))


def _change(since: int, until: int, zone: ZoneInfo) -> int:
    """The first second whose local time is not that of `since`; it is `until` at the latest."""
    before = _offset(since, zone)
    while until - since > 1:
        middle = (since + until) // 2
        if _offset(middle, zone) == before:
            since = middle
        else:
            until = middle
    return until
