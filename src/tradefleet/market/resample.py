"""Longer bars from shorter ones."""

from __future__ import annotations

from math import lcm

import numpy as np

from tradefleet.market.bars import Bars, frozen
from tradefleet.market.errors import ParameterError
from tradefleet.market.time import DAY, HOUR, MINUTE, SECOND
from tradefleet.market.timeframe import Timeframe


def resample(bars: Bars, timeframe: str | Timeframe, *, drop_partial: bool = False) -> Bars:
    """Bars of a longer timeframe: first open, highest high, lowest low, last close, sum of volumes.

    Periods count from 00:00 UTC, weeks from Monday. A period is there if any of its bars is; the last one is
    kept although it may still be running, unless `drop_partial`, which drops it when its last bar is absent.
    Raises ParameterError when `timeframe` is not a whole multiple of the bars' own, or neither divides a day nor is
    whole days: its periods could not count from 00:00 UTC.

    >>> bars = Bars([0, 60 * 10**9], [1, 2], [2, 3], [1, 2], [2, 2], [5, 1], timeframe="1m", symbol="X")
    >>> five = resample(bars, "5m")
    >>> five.open[0], five.high[0], five.close[0], five.volume[0]
    (np.float64(1.0), np.float64(3.0), np.float64(2.0), np.float64(6.0))
    """
    longer = Timeframe.parse(timeframe)
    if longer.nanoseconds % bars.timeframe.nanoseconds:
        raise ParameterError(
            f"{longer} bars cannot be made from {bars.timeframe} bars", cure=_cure(bars.timeframe, longer)
        )
    if longer != bars.timeframe and longer.nanoseconds % DAY and DAY % longer.nanoseconds:
        raise ParameterError(
            f"{longer} does not divide a day: its bars cannot count from 00:00 UTC",
            cure=f"choose {_fitting(bars.timeframe, longer)}",
        )
    if longer == bars.timeframe or len(bars) == 0:
        return Bars(*(getattr(bars, n) for n in _NAMES), timeframe=longer, symbol=bars.instrument)
    offset = longer.start(0) % longer.nanoseconds
    periods = (bars.time - offset) // longer.nanoseconds
    starts = np.flatnonzero(np.diff(periods, prepend=periods[0] - 1))
    lasts = np.append(starts[1:], len(bars)) - 1
    columns = frozen(
        periods[starts] * longer.nanoseconds + offset,
        bars.open[starts],
        np.maximum.reduceat(bars.high, starts),
        np.minimum.reduceat(bars.low, starts),
        bars.close[lasts],
        np.add.reduceat(bars.volume, starts),
    )
    made = Bars(*columns, timeframe=longer, symbol=bars.instrument)
    end_of_data = int(bars.time[-1]) + bars.timeframe.nanoseconds
    is_partial = end_of_data < int(made.time[-1]) + longer.nanoseconds
    return made[:-1] if drop_partial and is_partial else made


_NAMES = ("time", "open", "high", "low", "close", "volume")


def _cure(shorter: Timeframe, wanted: Timeframe) -> str:
    return f"choose a whole multiple of {shorter}, such as {_fitting(shorter, wanted)}"


def _fitting(shorter: Timeframe, wanted: Timeframe) -> str:
    """The lengths nearest to the wanted one, below and above, that bars of `shorter` make and that divide a day."""
    step = shorter.nanoseconds
    # By how many there are in a day: a bar is a second at least.
    lengths = [DAY // count for count in range(86_400, 0, -1) if DAY % count == 0]
    # In the unit that was asked for: 4h, not 288m, in place of 5h.
    unit = next(size for size in (DAY, HOUR, MINUTE, SECOND, 1) if wanted.nanoseconds % size == 0)
    lengths = [length for length in lengths if length > step and length % step == 0 and length % unit == 0]
    below = [length for length in lengths if length < wanted.nanoseconds][-1:]
    above = [length for length in lengths if length > wanted.nanoseconds][:1]
    # Bars that do not divide a day make whole days at best.
    return " or ".join(str(Timeframe(length)) for length in below + above or [lcm(step, DAY)])
