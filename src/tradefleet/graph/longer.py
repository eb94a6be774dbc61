"""Longer bars from a strategy's own, stated two ways: over arrays and one bar at a time.

A period's bar is closed at the first bar that closes at or after its end, whether or not the period's last bars are
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.bars import Bars, frozen
from tradefleet.market.errors import ParameterError
from tradefleet.market.resample import resample
from tradefleet.market.time import SECOND
from tradefleet.market.timeframe import Timeframe


def longer_bars(bars: Bars, timeframe: Timeframe, offset: int = 0) -> Bars:
    """Bars of a longer timeframe whose periods start `offset` nanoseconds later; the last may still be running."""
    if timeframe == bars.timeframe:
        return bars
    # Where local days are shorter a bar may open before the one before it ends: it belongs to what comes after.
    begins = bars.time.copy()
    np.maximum(begins[1:], bars.time[:-1] + bars.timeframe.nanoseconds, out=begins[1:])
    if offset == 0 and np.array_equal(begins, bars.time):
        return resample(bars, timeframe)
    made = resample(_moved(bars, begins - offset), timeframe)
    return _moved(made, made.time + offset)


def _moved(bars: Bars, time: NDArray[np.int64]) -> Bars:
    columns = (*frozen(time), bars.open, bars.high, bars.low, bars.close, bars.volume)
    return Bars(*columns, timeframe=bars.timeframe, symbol=bars.instrument)


def check_multiple(base: Timeframe, timeframe: Timeframe, offset: int) -> None:
    """Raise ParameterError, with the cure, where periods cannot be made of whole bars of `base`."""
    # What resample refuses it refuses of no bars, too.
    nothing = frozen(np.empty(0, np.int64))[0]
    resample(Bars(nothing, *[nothing] * 4, timeframe=base), timeframe)
    if offset % base.nanoseconds:
        raise ParameterError(
            f"offset {Timeframe(offset)} is not made of whole {base} bars", cure=f"choose a whole multiple of {base}"
        )


class ClosedBar(NamedTuple):
    """A bar that is complete: its close time and its fields."""

    close: int
    fields: Mapping[str, float]


class LongerBar:
    """The same one bar at a time: takes bars, gives those it completes, with the same bits."""

    def __init__(self, base: Timeframe, timeframe: Timeframe, offset: int = 0) -> None:
        self._base = base.nanoseconds
        self._timeframe = timeframe
        self._offset = offset
        self._until: int | None = None
        self._end = 0
        # Those of the period that is running; none between a period's end and the next bar.
        self._fields: dict[str, float] = {}
        self._volumes: list[float] = []

    def add(self, time: int, fields: Mapping[str, float]) -> list[ClosedBar]:
        """The bars that are closed now, after one more that opens at `time` (nanoseconds)."""
        same = self._timeframe.nanoseconds == self._base
        begin = time if same or self._until is None else max(time, self._until)
        self._until = time + self._base
        closed = [self._close()] if self._fields and begin >= self._end else []
        self._take(begin, fields)
        if self._until >= self._end:
            closed.append(self._close())
        return closed

    def _take(self, begin: int, fields: Mapping[str, float]) -> None:
        known, high, low, close = self._fields, float(fields["high"]), float(fields["low"]), float(fields["close"])
        if known:
            known["high"], known["low"], known["close"] = max(known["high"], high), min(known["low"], low), close
        else:
            start = self._start(begin)
            self._end = start + self._timeframe.nanoseconds
            opened = float(fields["open"])
            self._fields = {"open": opened, "high": high, "low": low, "close": close, "time": float(start) / SECOND}
        self._volumes.append(float(fields["volume"]))

    def _start(self, begin: int) -> int:
        """The start of the period that a bar belongs to; a bar as long as a period is one, wherever it stands."""
        if self._timeframe.nanoseconds == self._base:
            return begin
        return self._timeframe.start(begin - self._offset) + self._offset

    def _close(self) -> ClosedBar:
        # Summed at the end by what sums the arrays: NumPy does not add from left to right.
        volume = float(np.add.reduceat(np.array(self._volumes), [0])[0])
        closed = ClosedBar(self._end, {**self._fields, "volume": volume})
        self._fields, self._volumes = {}, []
        return closed
