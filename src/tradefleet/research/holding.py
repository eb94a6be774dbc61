"""Buy and hold of what a run traded, over the same bars and the same days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.time import merged_times
from tradefleet.metrics.holding import held
from tradefleet.metrics.performance import Floats, Integers, Performance


def buy_and_hold(bars: Sequence[Bars], initial_cash: float, fee: float, days: Integers, periods: int) -> Performance:
    """Equal shares of the cash in each symbol, bought at the open of its first bar; `days` are the day ends to keep.

    A symbol that has no bar at a time has its last close, before its first bar its share is cash. Needs a bar.
    """
    times, closes = _closes(bars)
    return held(
        initial_cash,
        fee,
        np.array([one.open[0] for one in bars]),
        closes,
        times,
        days,
        first_time=min(int(one.time[0]) for one in bars),
        periods_per_year=periods,
    )


def _closes(bars: Sequence[Bars]) -> tuple[Integers, Floats]:
    # The times of all closes, and a column of closes a symbol.
    ends = [one.time + one.timeframe.nanoseconds for one in bars]
    if len(bars) == 1:
        return ends[0], bars[0].close[:, np.newaxis]
    times = merged_times(ends)
    columns = []
    for one, end in zip(bars, ends, strict=True):
        last = np.searchsorted(end, times, side="right") - 1
        columns.append(np.where(last < 0, np.nan, one.close[last]))
    return times, np.stack(columns, axis=1)
