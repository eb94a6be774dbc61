"""The raw columns of a series, not yet proven to be bars, and merging two of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.bars import COLUMNS, Bars, Floats, Times, frozen
from tradefleet.market.errors import DataError
from tradefleet.market.time import format_time

NAMES = ("time", *COLUMNS)


class Columns(NamedTuple):
    """Open times (UTC ns) and OHLCV as arrays of one length; anything may be in them."""

    time: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    @classmethod
    def empty(cls, rows: int) -> Columns:
        """Room for `rows` bars."""
        open_, high, low, close, volume = (np.empty(rows) for _ in COLUMNS)
        return cls(np.empty(rows, np.int64), open_, high, low, close, volume)

    @classmethod
    def of(cls, bars: Bars) -> Columns:
        """The columns of bars."""
        return cls(bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume)

    @property
    def rows(self) -> int:
        """Bars in the columns."""
        return len(self.time)

    def take(self, rows: slice | NDArray[np.bool_] | NDArray[np.intp]) -> Columns:
        """Some of the rows."""
        return Columns._make(column[rows] for column in self)

    def frozen(self) -> Columns:
        """The columns, nobody else holding them, marked read-only: Bars takes them without a copy."""
        return Columns._make(frozen(*self))

    def digest(self) -> str:
        """Sixteen hexadecimal digits of the content."""
        digest = hashlib.blake2b(digest_size=8)
        for column in self:
            digest.update(np.ascontiguousarray(column).data)
        return digest.hexdigest()


def join(parts: Sequence[Columns]) -> Columns:
    """The parts one after the other."""
    return Columns._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


def split_months(time: Times) -> list[tuple[str, slice]]:
    """The UTC months in rising times, each with its rows.

    >>> split_months(np.array([0, 10**9], dtype=np.int64))
    [('1970-01', slice(0, 2, None))]
    """
    months = time.astype("datetime64[ns]").astype("datetime64[M]")
    number = months.astype(np.int64)
    starts = np.flatnonzero(np.diff(number, prepend=number[:1] - 1))
    ends = [*starts[1:], len(time)]
    return [(str(months[a]), slice(int(a), int(b))) for a, b in zip(starts, ends, strict=True)]


class Merged(NamedTuple):
    """Two columns made one, and how many bars of the new were added, replaced, or there already."""

    columns: Columns
    added: int
    replaced: int
    unchanged: int


def merge(old: Columns, new: Columns, *, replace: bool, where: str) -> Merged:
    """One rising series of both; a bar in both must be equal unless `replace`.

    Raises DataError naming the first bar that differs: its time, column, old and new value.
    """
    if old.rows == 0 or (new.rows and old.time[-1] < new.time[0]):
        return Merged(join([old, new]), new.rows, 0, 0)
    at = np.minimum(np.searchsorted(old.time, new.time), old.rows - 1)
    known = old.time[at] == new.time
    differs = known & np.any([a[at] != b for a, b in zip(old[1:], new[1:], strict=True)], axis=0)
    if differs.any() and not replace:
        row = int(np.argmax(differs))
        raise _conflict(old.take(slice(int(at[row]), None)), new.take(slice(row, None)), where)
    added, replaced = int((~known).sum()), int(differs.sum())
    unchanged = new.rows - added - replaced
    if added + replaced == 0:
        return Merged(old, 0, 0, unchanged)
    keep = np.ones(old.rows, dtype=bool)
    keep[at[differs]] = False
    both = join([old.take(keep), new.take(~known | differs)])
    return Merged(both.take(np.argsort(both.time, kind="stable")), added, replaced, unchanged)


def _conflict(old: Columns, new: Columns, where: str) -> DataError:
    name = next(n for n in COLUMNS if getattr(old, n)[0] != getattr(new, n)[0])
    was, now = float(getattr(old, name)[0]), float(getattr(new, name)[0])
    return DataError(
        f"the bar at {format_time(int(new.time[0]))} is there with another {name}: {was!r}, now {now!r}",
        where=where,
        cure="find out which is right; --replace lets the new bars win",
    )
