"""Bars for the chart: all of them when they fit, else the finest timeframe that does."""

from __future__ import annotations

import math

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.time import DAY, HOUR, MINUTE, SECOND
from tradefleet.market.timeframe import Timeframe
from tradefleet.research.report.packing import Column, decimal_places, pack_integers, pack_times

# Timeframes candles are merged to; the page's script has the same ladder for zooming out.
LADDER = (
    *(n * SECOND for n in (1, 5, 15, 30)),
    *(n * MINUTE for n in (1, 5, 15, 30)),
    *(n * HOUR for n in (1, 2, 4, 8, 12)),
    *(n * DAY for n in (1, 3, 7, 14, 28, 91, 364)),
)
# Characters of text all candles of a page may take: the page stays below 12 MB.
BUDGET = 9_000_000
SAMPLE = 20_000
# Steps of the volume's logarithm: shown to two or three digits, one byte and a bit.
VOLUME_STEPS = 1023


def merged(bars: Bars, timeframe: Timeframe) -> Bars:
    """The bars joined to a longer timeframe; periods without bars stay absent.

    >>> minutes = Bars([0, 60 * 10**9], [1, 2], [2, 3], [1, 2], [2, 2], [5, 1], timeframe="1m")
    >>> hours = merged(minutes, Timeframe.parse("1h"))
    >>> len(hours), hours.high[0], hours.volume[0]
    (1, np.float64(3.0), np.float64(6.0))
    """
    if len(bars) == 0 or timeframe <= bars.timeframe:
        return bars
    offset = timeframe.start(0) % timeframe.nanoseconds
    period = (bars.time - offset) // timeframe.nanoseconds
    first = np.flatnonzero(np.diff(period, prepend=period[0] - 1))
    last = np.append(first[1:], len(period)) - 1
    return Bars(
        period[first] * timeframe.nanoseconds + offset,
        bars.open[first],
        np.maximum.reduceat(bars.high, first),
        np.minimum.reduceat(bars.low, first),
        bars.close[last],
        np.add.reduceat(bars.volume, first),
        timeframe=timeframe,
        symbol=bars.instrument,
    )


def at_most(bars: Bars, count: int) -> Bars:
    """The bars joined to the first timeframe of the ladder that leaves at most `count`."""
    thinned = bars
    for nanoseconds in _longer(bars):
        if len(thinned) <= count:
            break
        thinned = merged(bars, Timeframe(nanoseconds))
    return thinned


def pack_candles(bars: Bars, budget: int = BUDGET) -> Column:
    """The bars for the page's script, of the finest timeframe whose text stays within the budget."""
    shown = bars
    for nanoseconds in _longer(bars):
        if _estimate(shown) <= budget:
            break
        shown = merged(bars, Timeframe(nanoseconds))
    return {
        "symbol": bars.symbol,
        "timeframe": str(shown.timeframe),
        "period": shown.timeframe.nanoseconds / 1e6,
        "source": str(bars.timeframe),
        "source_bars": len(bars),
        **_columns(shown),
    }


def _longer(bars: Bars) -> list[int]:
    own = bars.timeframe.nanoseconds
    return [n for n in LADDER if n > own and n % own == 0]


def _estimate(bars: Bars) -> float:
    # Text length, from a sample out of the middle; exact when there are few bars.
    middle = max(0, (len(bars) - SAMPLE) // 2)
    sample = bars[middle : middle + SAMPLE]
    length = sum(len(column["data"]) for column in _columns(sample).values() if isinstance(column, dict))
    return length * max(1.0, len(bars) / SAMPLE)


def _columns(bars: Bars) -> Column:
    decimals = _decimals(bars)
    scale = 10.0**decimals
    ticks = {name: np.rint(getattr(bars, name) * scale).astype(np.int64) for name in ("open", "high", "low", "close")}
    before = np.concatenate((ticks["open"][:1], ticks["close"][:-1]))
    return {
        "decimals": decimals,
        "first": int(ticks["open"][0]) if len(bars) else 0,
        "time": pack_times(bars.time),
        # Small numbers: the gap from the close before, the body, the wicks.
        "gap": pack_integers(ticks["open"] - before),
        "body": pack_integers(ticks["close"] - ticks["open"]),
        "upper": pack_integers(ticks["high"] - np.maximum(ticks["open"], ticks["close"])),
        "lower": pack_integers(np.minimum(ticks["open"], ticks["close"]) - ticks["low"]),
        **_volume(bars),
    }


def _decimals(bars: Bars) -> int:
    # Seven digits of a usual price, three of the lowest; fewer when prices are on a coarser grid.
    if len(bars) == 0:
        return 0
    usual = 6 - math.floor(math.log10(float(np.median(bars.close))))
    lowest = 2 - math.floor(math.log10(float(bars.low.min())))
    exact = decimal_places(np.concatenate((bars.open, bars.high, bars.low, bars.close)))
    return max(usual, lowest) if exact is None else min(exact, max(usual, lowest))


def _volume(bars: Bars) -> Column:
    traded = bars.volume[bars.volume > 0]
    if len(traded) == 0:
        return {"volume": None}
    low, high = math.log(float(traded.min())), math.log(float(traded.max()))
    step = (high - low) / VOLUME_STEPS or 1.0
    logs = np.log(np.maximum(bars.volume, traded.min()))
    codes = np.where(bars.volume > 0, 1 + np.rint((logs - low) / step), 0).astype(np.int64)
    return {"volume": pack_integers(codes), "volume_low": low, "volume_step": step}
