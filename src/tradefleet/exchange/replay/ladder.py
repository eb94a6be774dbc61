"""Candles of one interval, kept up with the base candles they are made of."""

from __future__ import annotations

from bisect import bisect_left
from typing import Protocol

from tradefleet.exchange.replay import intervals
from tradefleet.exchange.replay.past import Past
from tradefleet.exchange.replay.row import Row, joined


class Rows(Protocol):
    """Candles by place, oldest first."""

    @property
    def first(self) -> int:
        """The place of the oldest one."""
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


class Ladder:
    """Candles of an interval from closed base candles; the last one is partial until its period is over.

    Made of the whole past when it is made, from then on base candle by base candle. The last `keep` are kept.
    """

    def __init__(self, interval: str, past: Past, keep: int = 50_000) -> None:
        self._interval = interval
        self._keep = keep
        self._rows = past.grouped(interval, past.first, past.count)[-keep:]
        self._times = [row.time for row in self._rows]

    @property
    def first(self) -> int:
        """The place of the oldest candle: they are counted from it."""
        return 0

    @property
    def count(self) -> int:
        """How many candles there are."""
        return len(self._rows)

    def push(self, row: Row) -> None:
        """A base candle has closed."""
        period = intervals.start(self._interval, row.time)
        if self._times and self._times[-1] == period:
            self._rows[-1] = joined(self._rows[-1], row)
            return
        self._times.append(period)
        self._rows.append(row._replace(time=period))
        if len(self._rows) > self._keep + self._keep // 2:
            extra = len(self._rows) - self._keep
            del self._times[:extra], self._rows[:extra]

    def place(self, time: int) -> int:
        """The place of the first candle that opens at or after a time."""
        return bisect_left(self._times, time)

    def rows(self, start: int, stop: int) -> list[Row]:
        """The candles at places [start, stop)."""
        return self._rows[start:stop]


class Recent:
    """Closed base candles, the last `keep` of them at hand; older ones are made by the past when they are asked for."""

    def __init__(self, past: Past, keep: int = 4096) -> None:
        self._past = past
        self._keep = keep
        self._stop = past.count
        self._rows = past.rows(max(past.first, past.count - keep), past.count)

    @property
    def first(self) -> int:
        """The place of the oldest candle."""
        return self._past.first

    @property
    def count(self) -> int:
        """The place the next one will have."""
        return self._stop

    def push(self, row: Row) -> None:
        """A base candle has closed."""
        self._rows.append(row)
        self._stop += 1
        if len(self._rows) > 2 * self._keep:
            del self._rows[: -self._keep]

    def place(self, time: int) -> int:
        """The place of the first candle that opens at or after a time."""
        return self._past.place(time)

    def rows(self, start: int, stop: int) -> list[Row]:
        """The candles at places [start, stop)."""
        begin = self._stop - len(self._rows)
        if start < begin:
            return self._past.rows(start, stop)
        return self._rows[start - begin : max(stop - begin, 0)]


def selected(source: Rows, since: int | None, until: int | None, limit: int) -> list[Row]:
    """Candles that open in [since, until]: the first `limit` where `since` is given, else the last."""
    first = source.first if since is None else max(source.place(since), source.first)
    stop = source.count if until is None else source.place(until + 1)
    if since is None:
        first = max(first, stop - limit)
    return source.rows(first, max(first, min(stop, first + limit)))
