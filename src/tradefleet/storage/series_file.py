"""Series from files: funding rates, an index of fear and greed, any column of times and one of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tradefleet.market.errors import DataError
from tradefleet.market.series import Series
from tradefleet.market.time import format_time
from tradefleet.storage.catalog.formats.header import clean_names
from tradefleet.storage.catalog.formats.raw import find_column, separator_of
from tradefleet.storage.catalog.source import Source, open_sources
from tradefleet.storage.catalog.text import read_cells
from tradefleet.storage.catalog.times import read_times
from tradefleet.storage.catalog.timezones import UTC

if TYPE_CHECKING:
    import polars as pl

_TIME_NAMES = ("time", "timestamp", "fundingtime", "funding_time", "calc_time", "datetime", "date", "published")
_VALUE_NAMES = ("value", "fundingrate", "funding_rate", "last_funding_rate", "rate", "close")
_SPACE = " \t\r\"'"


@dataclass(frozen=True)
class _Rows:
    """Cells as texts, and how messages call the place of each."""

    frame: pl.DataFrame
    places: Sequence[str]


def read_series(path: str | Path, name: str | None = None) -> Series:
    """The series in a CSV or JSON file, also packed; it is called as the file unless it is named.

    A CSV has a header with a time and a value, or Binance's names of them: `fundingTime,fundingRate` and
    `calc_time,funding_interval_hours,last_funding_rate`. JSON is a list of such objects or of [time, value], by itself
    or under "data", as alternative.me serves its index. Times are dates (UTC), or seconds, milliseconds, microseconds
    or nanoseconds since 1970 by their size. Rows may stand in any order.

    Raises DataError naming the file and the line of what cannot be read.
    """
    path = Path(path)
    parts = [_columns(_rows(source)) for source in open_sources(path)]
    times, values = (np.concatenate(columns) for columns in zip(*[part[:2] for part in parts], strict=True))
    places = [place for part in parts for place in part[2]]
    order = np.argsort(times, kind="stable")
    again = np.flatnonzero(np.diff(times[order]) == 0) + 1
    for row in again:
        if values[order[row]] != values[order[row - 1]]:
            raise DataError(
                f"{format_time(int(times[order[row]]))} has another value on {places[order[row - 1]]}",
                where=places[order[row]],
                cure="keep one of the two",
            )
    kept = np.delete(order, again)
    return Series(path.name.split(".")[0] if name is None else name, times[kept], values[kept])


def _rows(source: Source) -> _Rows:
    if source.data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{"):
        return _json_rows(source)
    text = source.text
    if text is None or not text.head:
        raise DataError("this is neither CSV nor JSON", where=source.name, cure="give a file with times and values")
    number, line = text.head[0]
    separator = separator_of(line)
    names = clean_names(line.split(separator))
    time = find_column(names, _TIME_NAMES)
    value = find_column(names, _VALUE_NAMES)
    if value is None and time is not None and len(names) == 2:
        value = 1 - time
    if time is None or value is None:
        raise DataError(
            f"the header is {line[:60]!r}", where=f"{source.name}:{number}", cure="name its columns: time,value"
        )
    cells = read_cells(text, {"time": time, "value": value}, separator, after=number)
    return _Rows(cells.frame, [f"{source.name}:{line}" for line in cells.lines])


def _json_rows(source: Source) -> _Rows:
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    try:
        found = msgspec.json.decode(source.data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(
            f"the JSON is damaged: {error}", where=source.name, cure="the file is not whole: fetch it again"
        ) from None
    if isinstance(found, dict):
        found = found.get("data")
    if not isinstance(found, list):
        raise DataError("the JSON is not a list", where=source.name, cure='give [{"time": ..., "value": ...}, ...]')
    places = [f"{source.name} row {number}" for number in range(1, len(found) + 1)]
    pairs = [_pair(row, place) for row, place in zip(found, places, strict=True)]
    frame = pl.DataFrame(pairs, schema={"time": pl.String, "value": pl.String}, orient="row")
    return _Rows(frame, places)


def _pair(row: Any, place: str) -> tuple[str, str]:
    """Time and value of a row, as texts."""
    if isinstance(row, list) and len(row) == 2:
        return str(row[0]), str(row[1])
    if isinstance(row, dict):
        keys = {str(key).lower(): key for key in row}
        time = next((keys[name] for name in _TIME_NAMES if name in keys), None)
        value = next((keys[name] for name in _VALUE_NAMES if name in keys), None)
        if time is not None and value is not None:
            return str(row[time]), str(row[value])
    raise DataError(
        f"the row is {str(row)[:60]}", where=place, cure='a row must be {"time": ..., "value": ...} or [time, value]'
    )


def _columns(rows: _Rows) -> tuple[NDArray[np.int64], NDArray[np.float64], Sequence[str]]:
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    read = read_times(rows.frame["time"], UTC)
    cells = rows.frame["value"]
    values = cells.str.strip_chars(_SPACE).cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    unreadable = read.bad | ~np.isfinite(values)
    if unreadable.any():
        row = int(np.argmax(unreadable))
        bad_time = bool(read.bad[row])
        what, cell = ("time", rows.frame["time"][row]) if bad_time else ("value", cells[row])
        cure = "write it as 2018-01-31T12:00Z or since 1970" if bad_time else "give a number, or drop the row"
        raise DataError(f"{what} is {cell!r}", where=rows.places[row], cure=cure)
    return read.time, values, rows.places
