"""What a format makes of a file: cells with names, not yet numbers, and where each row stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.errors import DataError
from tradefleet.storage.catalog.source import Source
from tradefleet.storage.catalog.text import Cells, Text
from tradefleet.storage.catalog.timezones import Zone

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Raw:
    """The rows of a file in columns time, open, high, low, close and perhaps clock and volume.

    Cells are texts, numbers or datetimes as they stand in the file; `clock` is the time of day when it has
    a column of its own. `lines` numbers the rows for messages, by `unit` "line" or "row"; `too_wide` holds
    lines with more cells than the file has columns. `notes` are said to the user.
    """

    frame: pl.DataFrame
    lines: NDArray[np.int64]
    unit: str = "line"
    too_wide: dict[int, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def of_cells(cls, cells: Cells, notes: tuple[str, ...] = ()) -> Raw:
        """The rows of a text."""
        return cls(cells.frame, cells.lines, "line", cells.too_wide, notes)

    @classmethod
    def of_frame(cls, frame: pl.DataFrame, notes: tuple[str, ...] = ()) -> Raw:
        """The rows of a file without lines."""
        return cls(frame, np.arange(1, frame.height + 1, dtype=np.int64), "row", notes=notes)


@dataclass(frozen=True)
class Format:
    """A file format: its name, how it is told by content, how it is read, and whose clock its times are.

    `zone` None means that the file cannot be read without `--timezone`.
    """

    name: str
    description: str
    matches: Callable[[Source], bool]
    read: Callable[[Source], Raw]
    zone: Zone | None


def text_of(source: Source, name: str) -> Text:
    """The source's text; raises DataError when it is binary."""
    if source.text is None or not source.text.head:
        raise mismatch(source, name, "it is not text")
    return source.text


def mismatch(source: Source, name: str, why: str) -> DataError:
    """The error for a file read as a format that it is not."""
    return DataError(
        f"this is not a file of format {name}: {why}",
        where=source.name,
        cure="check the file, and --format when it was given",
    )


def separator_of(line: str) -> str:
    """The separator that a line has most of: comma, semicolon or tab."""
    return max(",;\t", key=line.count)


def mostly(source: Source, fits: Callable[[str], bool]) -> bool:
    """Whether more than half of the first lines fit: one bad line must not hide what a file is."""
    if source.text is None or not source.text.head:
        return False
    lines = [line for _, line in source.text.head]
    return 2 * sum(map(fits, lines)) > len(lines)


def split_cells(line: str) -> list[str]:
    """The cells of a line, without spaces and quotes around them."""
    return [cell.strip(" \"'") for cell in line.split(separator_of(line))]


def find_column(names: Sequence[str], wanted: Iterable[str]) -> int | None:
    """The index of the first wanted name that is there."""
    return next((names.index(name) for name in wanted if name in names), None)
