"""Reading a column of times: epoch numbers, dates in text, in UTC or by a wall clock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.bars import Times
from tradefleet.market.errors import DataError
from tradefleet.market.time import SECOND
from tradefleet.storage.catalog.timezones import Zone

if TYPE_CHECKING:
    import polars as pl

_TEXT = re.compile(
    r"(?P<date>(\d{4})(?P<dash>[-./]?)(\d\d)(?P=dash)(\d\d)|\d\d\.\d\d\.\d{4})"
    r"(?:(?P<gap>[T ]?)(?P<hour>\d\d)(?P<colon>:?)\d\d(?P<second>(?P=colon)\d\d(?P<rest>\.\d{1,9})?)?)?"
    r"(?P<space> ?)(?P<offset>Z|UTC|[+-]\d\d:?\d\d|[+-]\d\d)?"
)
# Dates without a sign between year, month and day: told from epoch numbers by being dates.
_COMPACT = re.compile(r"(19|20|21)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])[0-5]\d([0-5]\d)?)?")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")
# An epoch number below this many is in that unit: 1e11 s is the year 5138, 1e11 ms is 1973.
_UNITS = ((10**11, SECOND), (10**14, 1_000_000), (10**17, 1_000), (2**63, 1))
# A file writes its times in few ways; whole midnights without a clock are one more.
_FORMS = 8
_LOOK = 100


class ReadTimes(NamedTuple):
    """UTC nanoseconds, and which are unreadable (their value means nothing)."""

    time: Times
    bad: NDArray[np.bool_]
    absolute: bool


def read_times(column: pl.Series, zone: Zone) -> ReadTimes:
    """UTC nanoseconds of a column of numbers, texts, dates or datetimes.

    Numbers are seconds, milliseconds, microseconds or nanoseconds since 1970 by their size. A text or
    datetime without an offset of its own is read by the clock of `zone`; one that this clock shows twice or
    never is bad. `absolute` tells that the times needed no zone.
    """
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    if column.dtype == pl.String:
        return _read_text(column, zone)
    if column.dtype == pl.Date:
        column = column.cast(pl.Datetime("ns"))
    if isinstance(column.dtype, pl.Datetime):
        absolute = column.dtype.time_zone is not None
        return _result(column if absolute else _to_utc(column, zone), absolute=absolute)
    if column.dtype.is_numeric():
        return _epoch(column)
    raise DataError(f"the time column holds {column.dtype}", cure="give dates, texts or epoch numbers")


def _read_text(column: pl.Series, zone: Zone) -> ReadTimes:
    sample = next(iter(_look(column)), None)
    if sample is not None and _NUMBER.fullmatch(sample) and not _COMPACT.fullmatch(sample):
        return _read_numbers(column)
    time = np.zeros(len(column), np.int64)
    bad = np.ones(len(column), dtype=bool)
    rows, rest, absolute = np.arange(len(column)), _clean(column), False
    tried: set[_Form] = set()
    for _ in range(_FORMS):
        form = next((f for cell in _look(rest) if (f := _form(cell)) is not None and f not in tried), None)
        if form is None:
            break
        tried.add(form)
        parsed = form.parse(rest)
        done = parsed.is_not_null().to_numpy()
        read = _result(parsed if form.offset else _to_utc(parsed, zone), absolute=True)
        time[rows[done]], bad[rows[done]] = read.time[done], read.bad[done]
        absolute = absolute or (form.offset != "" and bool(done.any()))
        rows, rest = rows[~done], rest.filter(~done)
    return ReadTimes(time, bad, absolute)


def _read_numbers(column: pl.Series) -> ReadTimes:
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    read = _epoch(column.cast(pl.Int64, strict=False))
    if not read.bad.any():
        return read
    # Spaces, quotes, fractions: a float holds no nanoseconds, so only for those that need it.
    odd = _epoch(_clean(column).cast(pl.Float64, strict=False))
    return ReadTimes(np.where(read.bad, odd.time, read.time), read.bad & odd.bad, absolute=True)


class _Form(NamedTuple):
    """One way of writing times: a chrono format, and how the offset is written."""

    text: str
    offset: str

    def parse(self, column: pl.Series) -> pl.Series:
        """Datetimes, in UTC when they carry an offset, null where the text is of another form."""
        if self.offset == "+00":
            column = column + ":00"
        literal = self.offset in ("Z", "UTC")
        text = self.text + (self.offset if literal or not self.offset else "%z")
        times = column.str.to_datetime(text, time_unit="ns", strict=False)
        return times.dt.replace_time_zone("UTC") if literal else times


def _form(cell: str) -> _Form | None:
    found = _TEXT.fullmatch(cell)
    if found is None:
        return None
    dash = found["dash"]
    date = "%d.%m.%Y" if dash is None else f"%Y{dash}%m{dash}%d"
    if found["hour"] is None:
        return _Form(date, "") if found["offset"] is None else None
    second = "" if found["second"] is None else f"{found['colon']}%S" + ("%.f" if found["colon"] else "")
    offset = found["offset"] or ""
    if offset[:1] in ("+", "-"):
        offset = "+00" if len(offset) == 3 else "+00:00"
    return _Form(f"{date}{found['gap']}%H{found['colon']}%M{second}{found['space']}", offset)


def _clean(column: pl.Series) -> pl.Series:
    return column.str.strip_chars(" \t\r\"'")


def _look(column: pl.Series) -> list[str]:
    return [cell.strip(" \t\r\"'") for cell in column.drop_nulls().head(_LOOK)]


def _to_utc(column: pl.Series, zone: Zone) -> pl.Series:
    wall = column.dt.cast_time_unit("ns").dt.offset_by(f"{-zone.shift}ns") if zone.shift else column
    return wall.dt.replace_time_zone(zone.name, ambiguous="null", non_existent="null")


def _result(column: pl.Series, *, absolute: bool) -> ReadTimes:
    bad = column.is_null().to_numpy()
    return ReadTimes(column.dt.epoch("ns").fill_null(0).to_numpy(), bad, absolute)


def _epoch(column: pl.Series) -> ReadTimes:
    bad = column.is_null().to_numpy()
    filled = column.fill_null(0).to_numpy()
    if filled.dtype.kind == "f":
        bad = bad | ~np.isfinite(filled) | (np.abs(filled) >= 2.0**63)
        filled = np.where(bad, 0.0, filled)
        whole, fraction = np.floor(filled).astype(np.int64), filled - np.floor(filled)
    else:
        whole, fraction = filled.astype(np.int64), np.zeros(len(filled))
    time = np.zeros(len(whole), np.int64)
    below = -1
    for limit, unit in _UNITS:
        chosen = (np.abs(whole) < limit) & (np.abs(whole) > below)
        below = limit - 1
        bad = bad | (chosen & (np.abs(whole) >= 2**63 // unit))
        chosen &= ~bad
        # A float of seconds is good to a microsecond at most.
        part = np.round(fraction[chosen] * (unit / 1_000)).astype(np.int64) * 1_000 if unit >= 1_000 else 0
        time[chosen] = whole[chosen] * unit + part
    return ReadTimes(time, bad, absolute=True)
