"""What a backtest may read besides the bars it trades: other bars, finer bars, series."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from tradefleet.graph.clock import Clock
from tradefleet.graph.plan import Plan
from tradefleet.market.bars import Bars, Floats, Times
from tradefleet.market.errors import DataError
from tradefleet.market.resample import resample
from tradefleet.market.series import Series
from tradefleet.market.source import BarSource
from tradefleet.market.time import TimeLike
from tradefleet.market.timeframe import Timeframe


@dataclass(frozen=True)
class Data:
    """Bars at hand by symbol, a source of others, series by name, and how to read a series from a file."""

    bars: Mapping[str, Bars]
    source: BarSource | None = None
    series: Mapping[str, Series] = field(default_factory=dict)
    read_series: Callable[[str], Series] | None = None

    def bars_of(self, symbol: str, timeframe: Timeframe, until: TimeLike | None = None) -> Bars:
        """The bars of a symbol: those at hand, else the source's, else made from shorter ones at hand."""
        known = self.bars.get(symbol)
        if known is not None and known.timeframe == timeframe:
            return known.between(until=until)
        if self.source is not None:
            try:
                return self.source.bars(symbol, timeframe, until=until)
            except DataError:
                if known is None:
                    raise
        if known is None or timeframe.nanoseconds % known.timeframe.nanoseconds:
            raise DataError(
                f"there are no {timeframe} bars of {symbol}", cure=f"give bars={{'{symbol}': ...}}, or import them"
            )
        return resample(known.between(until=until), timeframe)

    def series_of(self, name: str) -> Series:
        """The series of a name, or of a file."""
        if name in self.series:
            return self.series[name]
        if self.read_series is None:
            raise DataError(f"there is no series '{name}'", cure=f"give it: series={{'{name}': tf.read_series(...)}}")
        try:
            return self.read_series(name)
        except DataError as error:
            given = f"--series {name}=FILE, or in Python series={{'{name}': tf.read_series(...)}}"
            error.cure = f"{error.cure}; a series of that name is given with {given}"
            raise

    def feeds_of(self, plan: Plan, bars: Bars, until: TimeLike | None) -> dict[Clock, Bars | Series]:
        """The bars and series that a plan goes by; longer bars of its own symbol it makes itself."""
        found: dict[Clock, Bars | Series] = {}
        for clock in plan.feeds:
            if clock.series is not None:
                found[clock] = self.series_of(clock.series)
            elif clock.symbol is not None and clock.symbol != bars.symbol:
                found[clock] = self.bars_of(clock.symbol, clock.timeframe or bars.timeframe, until)
        return found


def last_known(series: Series, times: Times, what: str) -> Floats:
    """The last value of a series published at or before each time; raises DataError where there is none yet."""
    rows = np.searchsorted(series.time, times, side="right") - 1
    if len(rows) and rows[0] < 0:
        raise DataError(
            f"the series '{series.name}' begins after the bars do", where=what, cure="give a longer series, or --since"
        )
    return series.value[rows]
