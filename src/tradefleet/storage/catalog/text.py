"""Text files: their encoding, their lines, their cells, and which line a cell is on."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.errors import DataError

if TYPE_CHECKING:
    import polars as pl

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEAD = 64 * 1024
_HEAD_LINES = 20


@dataclass(frozen=True)
class Text:
    """A text file as UTF-8 without byte order mark; lines end with a line feed, a CR before it may stay."""

    name: str
    body: bytes

    @cached_property
    def head(self) -> list[tuple[int, str]]:
        """The first lines that are not blank: (number from 1, text without line end)."""
        lines = self.body[:_HEAD].decode("utf-8", errors="replace").split("\n")
        numbered = ((number, line.strip("\r")) for number, line in enumerate(lines, 1))
        return [(number, line) for number, line in numbered if line.strip()][:_HEAD_LINES]

    def after(self, line: int) -> bytes:
        """The bytes after the line with this number (0: all of them)."""
        position = 0
        for _ in range(line):
            end = self.body.find(b"\n", position)
            position = len(self.body) if end < 0 else end + 1
        return self.body[position:]


@dataclass(frozen=True)
class Cells:
    """The named columns of a text as they stand in it, the line of each row, and rows with too many cells."""

    frame: pl.DataFrame
    lines: NDArray[np.int64]
    too_wide: dict[int, int]


def as_text(name: str, data: bytes) -> Text | None:
    """The text in `data`, None when it is binary; raises DataError naming a line that is not text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                data = data[len(mark) :].decode(encoding).encode()
            except UnicodeDecodeError as error:
                raise _not_text(name, data[len(mark) : error.start].count(b"\n") + 1) from None
            break
    if b"\0" in data[:_HEAD]:
        return None
    if b"\n" not in data and b"\r" in data:
        data = data.replace(b"\r", b"\n")
    return Text(name, data)


def read_cells(
    text: Text, columns: dict[str, int], separator: str, *, after: int = 0, rows: int | None = None
) -> Cells:
    """Cells by {name: index}, below line `after`; blank lines are left out.

    Cells that a short line lacks are null. Raises DataError naming a line that is not UTF-8.
    """
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    body = text.after(after)
    width = max(_width(text, separator, after), 1 + max(columns.values()))
    names = {index: name for name, index in columns.items()}
    schema = {names.get(index, f"#{index}"): pl.String for index in range(width)}
    if not body.strip():
        return Cells(pl.DataFrame(schema=dict.fromkeys(columns, pl.String)), np.empty(0, np.int64), {})
    try:
        # Without quotes a line is a row, blank ones too: row numbers are line numbers.
        frame = pl.read_csv(
            body,
            has_header=False,
            schema=schema,
            columns=sorted(columns.values()),
            separator=separator,
            quote_char=None,
            truncate_ragged_lines=True,
            missing_columns="insert",
            extra_columns="ignore",
            n_rows=rows,
        )
    except pl.exceptions.ComputeError as error:
        raise _unreadable(text, error) from None
    frame = frame.select(list(columns))
    lines = np.arange(after + 1, after + 1 + frame.height, dtype=np.int64)
    blank = _blank(frame)
    even = not frame.null_count().sum_horizontal().item()
    wide = _too_wide(body, separator, width, after + 1, even=even) if rows is None else {}
    if blank.any():
        frame, lines = frame.filter(~blank), lines[~blank.to_numpy()]
    return Cells(frame, lines, wide)


def _blank(frame: pl.DataFrame) -> pl.Series:
    first, *rest = frame.get_columns()
    blank = first.is_null() | first.is_not_null()
    for column in rest:
        blank &= column.is_null()
    return blank & (first.fill_null("").str.strip_chars() == "") if blank.any() else blank


def _width(text: Text, separator: str, after: int) -> int:
    widths = {number: line.count(separator) + 1 for number, line in text.head}
    header, rows = widths.get(after), [width for number, width in widths.items() if number > after]
    if header in rows:
        return rows[rows.index(header)]
    # No row is as wide as the header, or there is none: most rows decide, since the first may be the odd one.
    return max(set(rows), key=lambda width: (rows.count(width), -width), default=1)


def _too_wide(body: bytes, separator: str, width: int, first: int, *, even: bool) -> dict[int, int]:
    """Lines with more cells than the file has columns: {line: cells}."""
    lines = body.count(b"\n") + (not body.endswith(b"\n"))
    if even and body.count(separator.encode()) == lines * (width - 1):
        return {}
    content = np.frombuffer(body, np.uint8)
    ends = np.append(np.flatnonzero(content == ord("\n")), len(content))
    marks = np.flatnonzero(content == ord(separator))
    counts = np.diff(np.searchsorted(marks, ends), prepend=0)
    return {int(first + index): int(counts[index]) + 1 for index in np.flatnonzero(counts >= width)}


def _unreadable(text: Text, error: Exception) -> DataError:
    try:
        text.body.decode()
    except UnicodeDecodeError as failure:
        return _not_text(text.name, text.body.count(b"\n", 0, failure.start) + 1)
    return DataError(f"the text cannot be read: {error}", where=text.name, cure="open it and see")


def _not_text(name: str, line: int) -> DataError:
    return DataError("this is not UTF-8 text", where=f"{name}:{line}", cure="save it as UTF-8, or mend the line")
