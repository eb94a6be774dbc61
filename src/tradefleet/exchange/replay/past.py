"""What has been: a symbol's closed base candles, from bars or from trades that were recorded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import reduce
from typing import Protocol

import numpy as np

from tradefleet.exchange.replay import bar_path, intervals
from tradefleet.exchange.replay.bar_path import POINTS
from tradefleet.exchange.replay.prices import PublicTrade
from tradefleet.exchange.replay.row import NO_ID, Row, joined
from tradefleet.exchange.replay.scale import Counts, Scale
from tradefleet.market.bars import PRICES, Bars

# Bars that are made ready to be played at a time.
_PORTION = 256
_NO_FIRST = np.iinfo(np.int64).max


class Past(Protocol):
    """Closed base candles, counted from the first there ever was; the oldest may be forgotten."""

    scale: Scale

    @property
    def first(self) -> int:
        """The place of the oldest one kept."""
        ...

    @property
    def count(self) -> int:
        """The place the next one will have."""
        ...

    def place(self, time: int) -> int:
        """The place of the first that opens at or after a time."""
        ...

    def rows(self, start: int, stop: int) -> list[Row]:
        """The candles at places [start, stop)."""
        ...

    def grouped(self, interval: str, start: int, stop: int) -> list[Row]:
        """The candles at places [start, stop) as those of a longer interval; the outer ones may be partial."""
        ...

    def total(self, start: int, stop: int) -> Row | None:
        """The candles at places [start, stop) as one, None when there are none."""
        ...

    def trades(self, start: int, stop: int) -> list[PublicTrade]:
        """The trades of the candles at places [start, stop)."""
        ...

    def place_of_trade(self, number: int) -> int:
        """The place of the candle that holds the trade of an id, or the first after it."""
        ...


class BarPast:
    """The past of a series of bars of which the first `played` have been.

    The bars stay as they are; whole numbers are made of those that are asked for. `more` gives the bars after the last;
    with `keep`, at least so many that have been are kept then, and older ones forgotten.
    """

    def __init__(
        self,
        bars: Bars,
        scale: Scale,
        played: int = 0,
        *,
        keep: int | None = None,
        more: Callable[[], Bars] | None = None,
    ) -> None:
        self.scale = scale
        self._bars = bars
        self._forgotten = 0
        # Bars that have been, and those begun: one of them may be playing.
        self._played = self._next = played
        self.playing: Row | None = None
        self._keep = keep
        self._more = more
        self._ahead: list[Row] = []

    @property
    def first(self) -> int:
        """The place of the oldest bar kept."""
        return self._forgotten

    @property
    def count(self) -> int:
        """How many bars have been, with those forgotten."""
        return self._forgotten + self._played

    @property
    def length(self) -> int:
        """Nanoseconds of a bar."""
        return self._bars.timeframe.nanoseconds

    def upcoming(self) -> Row | None:
        """The next bar to play, None at the end of the series."""
        if not self._ahead:
            if self._next == len(self._bars) and self._more is not None:
                self._extend(self._more())
            part = self._bars[self._next : self._next + _PORTION]
            self._ahead = self._rows(part, self._forgotten + self._next)[::-1]
        return self._ahead[-1] if self._ahead else None

    def take(self) -> Row:
        """Begin to play the upcoming bar."""
        self.playing = self._ahead.pop()
        self._next += 1
        return self.playing

    def end(self) -> None:
        """The bar that is played has been."""
        self.playing = None
        self._played = self._next

    def _extend(self, bars: Bars) -> None:
        first = 0
        if self._keep is not None and self._played > self._keep:
            first = self._played - self._keep
        self._bars = Bars.concat([self._bars[first:], bars])
        self._forgotten += first
        self._played -= first
        self._next -= first

    def place(self, time: int) -> int:
        """The place of the first bar that opens at or after a time, among those that have been."""
        return self._forgotten + int(np.searchsorted(self._bars.time[: self._played], time))

    def rows(self, start: int, stop: int) -> list[Row]:
        """The bars at places [start, stop)."""
        start = max(start, self._forgotten)
        return self._rows(self._part(start, stop), start)

    def _rows(self, part: Bars, place: int) -> list[Row]:
        opened, high, low, close = (self.scale.ticks(getattr(part, name)) for name in PRICES)
        return bar_path.rows(place, part.time, opened, high, low, close, self.scale.lots(part.volume))

    def grouped(self, interval: str, start: int, stop: int) -> list[Row]:
        """The bars at places [start, stop) as candles of a longer interval."""
        start = max(start, self._forgotten)
        part = self._part(start, stop)
        if not len(part):
            return []
        periods = intervals.starts(interval, part.time)
        return self._summed(part, start, periods, np.flatnonzero(np.diff(periods, prepend=periods[0] - 1)))

    def total(self, start: int, stop: int) -> Row | None:
        """The bars at places [start, stop) as one candle."""
        start = max(start, self._forgotten)
        part = self._part(start, stop)
        return self._summed(part, start, part.time, np.zeros(1, np.int64))[0] if len(part) else None

    def _summed(self, part: Bars, place: int, times: Counts, begins: Counts) -> list[Row]:
        """Candles of the bars from each of `begins` on; `place` is the first bar's, `times` the candles' open times."""
        opened, high, low, close = (self.scale.ticks(getattr(part, name)) for name in PRICES)
        lots = self.scale.lots(part.volume)
        sums = bar_path.sums(opened, high, low, close, lots)
        ids = POINTS * np.arange(place, place + len(part), dtype=np.int64) + 1
        first_id = np.minimum.reduceat(np.where(sums.trades > 0, ids, _NO_FIRST), begins)
        last_id = np.maximum.reduceat(np.where(sums.trades > 0, ids + sums.trades - 1, NO_ID), begins)
        columns = (
            times[begins], opened[begins], np.maximum.reduceat(high, begins), np.minimum.reduceat(low, begins),
            close[np.append(begins[1:], len(part)) - 1],
            *(np.add.reduceat(column, begins) for column in (lots, *sums)),
            np.where(first_id == _NO_FIRST, NO_ID, first_id), last_id,
        )  # fmt: skip
        return [Row(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]

    def trades(self, start: int, stop: int) -> list[PublicTrade]:
        """The trades that the bars at places [start, stop) are told in."""
        made: list[PublicTrade] = []
        for place, row in enumerate(self.rows(start, stop), max(start, self._forgotten)):
            path = bar_path.points(row.time, self.length, (row.open, row.high, row.low, row.close), row.volume)
            told = [point for point in path if point.lots]
            made += (trade_of(point, POINTS * place + number, self.scale) for number, point in enumerate(told, 1))
        return made

    def place_of_trade(self, number: int) -> int:
        """The place of the bar that is told in the trade of an id."""
        return (number - 1) // POINTS

    def _part(self, start: int, stop: int) -> Bars:
        return self._bars[start - self._forgotten : max(min(stop - self._forgotten, self._played), 0)]


class TradePast:
    """The past of recorded trades: candles of a second, of seconds that had a trade. The last `keep` are kept."""

    def __init__(self, scale: Scale, keep: int = 100_000) -> None:
        self.scale = scale
        self._keep = keep
        self._forgotten = 0
        self._times: list[int] = []
        self._rows: list[Row] = []
        self._trades: list[list[PublicTrade]] = []

    @property
    def first(self) -> int:
        """The place of the oldest candle kept."""
        return self._forgotten

    @property
    def count(self) -> int:
        """How many candles there have been."""
        return self._forgotten + len(self._rows)

    def append(self, row: Row, trades: Iterable[PublicTrade]) -> None:
        """A candle has closed."""
        self._times.append(row.time)
        self._rows.append(row)
        self._trades.append(list(trades))
        if len(self._rows) > self._keep + self._keep // 2:
            extra = len(self._rows) - self._keep
            del self._times[:extra], self._rows[:extra], self._trades[:extra]
            self._forgotten += extra

    def place(self, time: int) -> int:
        """The place of the first candle that opens at or after a time."""
        return self._forgotten + bisect_left(self._times, time)

    def rows(self, start: int, stop: int) -> list[Row]:
        """The candles at places [start, stop)."""
        return self._rows[max(start - self._forgotten, 0) : max(stop - self._forgotten, 0)]

    def grouped(self, interval: str, start: int, stop: int) -> list[Row]:
        """The candles at places [start, stop) as those of a longer interval."""
        made: list[Row] = []
        for row in self.rows(start, stop):
            period = intervals.start(interval, row.time)
            if made and made[-1].time == period:
                made[-1] = joined(made[-1], row)
            else:
                made.append(row._replace(time=period))
        return made

    def total(self, start: int, stop: int) -> Row | None:
        """The candles at places [start, stop) as one."""
        rows = self.rows(start, stop)
        return reduce(joined, rows) if rows else None

    def place_of_trade(self, number: int) -> int:
        """The place of the candle that holds the trade of an id, or the first after it."""
        return self._forgotten + bisect_left(self._trades, number, key=lambda trades: trades[-1].id)

    def trades(self, start: int, stop: int) -> list[PublicTrade]:
        """The trades of the candles at places [start, stop)."""
        parts = self._trades[max(start - self._forgotten, 0) : max(stop - self._forgotten, 0)]
        return [trade for part in parts for trade in part]


def trade_of(point: bar_path.Point, number: int, scale: Scale) -> PublicTrade:
    """A point of a bar's path as a trade."""
    price, quantity = scale.price(point.price), scale.quantity(point.lots)
    return PublicTrade(number, point.time, price, quantity, scale.quote(point.price * point.lots), point.buyer_is_maker)
