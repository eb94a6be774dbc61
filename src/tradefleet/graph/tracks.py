"""Tracks: the bars, or published values, that each clock of a plan goes by, as columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.clock import BASE, Clock
from tradefleet.graph.fields import FIELD_NAMES
from tradefleet.graph.longer import check_multiple, longer_bars
from tradefleet.graph.node import Column
from tradefleet.market.bars import Bars
from tradefleet.market.errors import DataError, UserError
from tradefleet.market.series import Series
from tradefleet.market.time import SECOND
from tradefleet.market.timeframe import Timeframe

Feeds = Mapping[Clock, Bars | Series]


class Track(NamedTuple):
    """What one clock goes by: the times and fields of its bars, and their length in nanoseconds (0 for a series)."""

    time: NDArray[np.int64]
    fields: Mapping[str, Column]
    timeframe: int

    @property
    def closes(self) -> NDArray[np.int64]:
        """When each is closed, or published."""
        return self.time + self.timeframe


def own_bars(clock: Clock, symbol: str | None) -> bool:
    """Whether a clock's bars are made from the strategy's own, which are this symbol's."""
    return clock.series is None and clock.symbol in (None, symbol)


def check_clock(clock: Clock, base: Timeframe) -> None:
    """Raise a UserError, with the cure, for bars that do not go with the strategy's."""
    if clock.timeframe is None:
        return
    try:
        check_multiple(base, clock.timeframe, clock.offset)
    except UserError as error:
        error.where = error.where or repr(clock)
        raise


def missing(clock: Clock) -> DataError:
    """The error for a clock without data."""
    if clock.series is not None:
        cure = f"hand in a Series of that name: {clock.series}"
    else:
        cure = "hand in its bars, or import them first: `tradefleet data import`"
    return DataError(f"the strategy needs {clock.feed!r}, which is not there", cure=cure)


def track_of(clock: Clock, wanted: Collection[str], bars: Bars, feeds: Feeds) -> Track:
    """The wanted columns of one clock up to the last bar's close; what closes later does not count yet."""
    if clock == BASE:
        return _of_bars(bars, wanted, len(bars))
    check_clock(clock, bars.timeframe)
    data = feeds.get(clock.feed)
    if data is None and own_bars(clock, bars.symbol):
        data = longer_bars(bars, clock.length(bars.timeframe), clock.offset)
    if data is None:
        raise missing(clock)
    _check_kind(data, clock, bars.timeframe)
    last = int(bars.time[-1]) + bars.timeframe.nanoseconds if len(bars) else -1
    if isinstance(data, Series):
        count = int(np.searchsorted(data.time, last, "right"))
        return Track(data.time[:count], {"value": data.value[:count]}, 0)
    return _of_bars(data, wanted, int(np.searchsorted(data.time, last - data.timeframe.nanoseconds, "right")))


def _of_bars(bars: Bars, wanted: Collection[str], count: int) -> Track:
    return Track(bars.time[:count], columns_of(bars[:count], wanted), bars.timeframe.nanoseconds)


def _check_kind(data: Bars | Series, clock: Clock, base: Timeframe) -> None:
    if isinstance(data, Series) is (clock.series is None):
        wanted = "bars" if clock.series is None else "a Series"
        raise DataError(f"{clock.feed!r} is {type(data).__name__}", cure=f"hand in {wanted} for it")
    if isinstance(data, Bars) and data.timeframe != clock.length(base):
        raise DataError(
            f"{clock.feed!r} is bars of {data.timeframe}", cure=f"hand in bars of {clock.length(base)} for it"
        )


def columns_of(bars: Bars, names: Collection[str] = FIELD_NAMES) -> dict[str, Column]:
    """These fields of some bars, by name."""
    return {name: bars.time / SECOND if name == "time" else getattr(bars, name) for name in names}
