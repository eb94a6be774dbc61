"""Other markets made of some bars: cut, with another future, and told late."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tradefleet.graph.clock import Clock
from tradefleet.graph.tracks import Feeds
from tradefleet.market.bars import Bars, frozen
from tradefleet.market.series import Series


def with_other_future(bars: Bars, feeds: Feeds, last: int, random: np.random.Generator) -> tuple[Bars, Feeds]:
    """The same up to bar `last` and what is known at its close; from there on other prices, volumes and values."""
    moment = int(bars.time[last]) + bars.timeframe.nanoseconds
    changed: Mapping[Clock, Bars | Series] = {
        clock: _series(data, moment, random) if isinstance(data, Series) else _bars(data, _closed(data, moment), random)
        for clock, data in feeds.items()
    }
    return _bars(bars, last + 1, random), changed


def _closed(bars: Bars, moment: int) -> int:
    return int(np.searchsorted(bars.time, moment - bars.timeframe.nanoseconds, "right"))


def _bars(bars: Bars, begin: int, random: np.random.Generator) -> Bars:
    """Bars whose prices from `begin` on wander off, by a factor a bar, and whose volumes come in another order."""
    after = len(bars) - begin
    if after <= 0:
        return bars
    steps = random.normal(0.0, 0.01, after)
    # Within believable bounds, however many bars there are.
    factor = np.exp(np.clip(np.cumsum(steps) + 0.02, -3.0, 3.0))
    columns = {name: getattr(bars, name).copy() for name in ("open", "high", "low", "close", "volume")}
    for name in ("open", "high", "low", "close"):
        columns[name][begin:] *= factor
    columns["volume"][begin:] = columns["volume"][begin:][::-1] * 1.5
    return Bars(bars.time, *frozen(*columns.values()), timeframe=bars.timeframe, symbol=bars.instrument)


def _series(series: Series, moment: int, random: np.random.Generator) -> Series:
    begin = int(np.searchsorted(series.time, moment, "right"))
    value = series.value.copy()
    value[begin:] = value[begin:][::-1] + random.normal(0.0, 1.0, len(value) - begin)
    return Series(series.name, series.time, value)


def told_late(bars: Bars, by: int) -> Bars:
    """Bars that open when the given ones do, but bring the prices and volumes of `by` bars before; first the first's.

    There are as many as before, so that who counts bars counts the same.
    """
    rows = np.maximum(np.arange(len(bars)) - by, 0)
    columns = (getattr(bars, name)[rows] for name in ("open", "high", "low", "close", "volume"))
    return Bars(bars.time, *frozen(*columns), timeframe=bars.timeframe, symbol=bars.instrument)
