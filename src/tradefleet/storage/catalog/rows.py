"""From the cells of a file to numbers, each row marked with what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.bars import COLUMNS, PRICES, Floats
from tradefleet.market.errors import DataError
from tradefleet.market.time import format_time
from tradefleet.storage.catalog.columns import Columns
from tradefleet.storage.catalog.findings import Finding
from tradefleet.storage.catalog.formats import Raw
from tradefleet.storage.catalog.quality import (
    DUPLICATE,
    FAULTS,
    NOT_A_NUMBER,
    ORDER,
    UNREADABLE,
    Rows,
    value_faults,
    value_reason,
)
from tradefleet.storage.catalog.times import read_times
from tradefleet.storage.catalog.timezones import Zone

if TYPE_CHECKING:
    import polars as pl


@dataclass
class Table:
    """The rows of one file as numbers; `faults` holds a code of `quality.FAULTS` for each."""

    file: str
    format: str
    raw: Raw
    columns: Columns
    faults: NDArray[np.int8]
    zone: Zone
    notes: list[str] = field(default_factory=list)

    @property
    def lines(self) -> NDArray[np.int64]:
        """The line (or row) in the file of each row, from 1."""
        return self.raw.lines

    def where(self, row: int) -> str:
        """The place of a row for messages: `btc.csv:17`, or `btc.json row 17`."""
        return place(self.file, self.raw.unit, int(self.lines[row]))

    def finding(self, row: int) -> Finding:
        """What is wrong with a row."""
        fault = int(self.faults[row])
        time = None if fault == UNREADABLE else format_time(int(self.columns.time[row]))
        return Finding(FAULTS[fault], self.where(row), time, self._reason(row, fault))

    def _reason(self, row: int, fault: int) -> str:
        if fault == UNREADABLE:
            return self._unreadable(row)
        if fault == NOT_A_NUMBER:
            return self._not_a_number(row) or value_reason(fault, self.columns, row)
        if fault in (ORDER, DUPLICATE):
            time = format_time(int(self.columns.time[row]))
            return f"{time} is out of order" if fault == ORDER else f"{time} is there twice"
        return value_reason(fault, self.columns, row)

    def _unreadable(self, row: int) -> str:
        line = int(self.lines[row])
        if line in self.raw.too_wide:
            return f"the line has {self.raw.too_wide[line]} cells, the others have fewer"
        cell = self.raw.frame["time"][row]
        if cell is None:
            return "the time is absent"
        text = f"{cell} {self.raw.frame['clock'][row]}" if "clock" in self.raw.frame.columns else str(cell)
        alone = _joined(self.raw.frame[row : row + 1])
        if not read_times(alone, Zone("UTC")).bad[0]:
            return f"time is {text!r}, which the clock of {self.zone} shows twice or never"
        return f"time is {text!r}, not a time"

    def _not_a_number(self, row: int) -> str | None:
        for name in COLUMNS:
            if name in self.raw.frame.columns and np.isnan(getattr(self.columns, name)[row]):
                cell = self.raw.frame[name][row]
                return f"{name} is absent" if cell is None else f"{name} is {cell!r}, not a number"
        return None


def place(file: str, unit: str, number: int) -> str:
    """Where a row stands, for messages."""
    return f"{file}:{number}" if unit == "line" else f"{file} {unit} {number}"


def read_rows(file: str, format_name: str, raw: Raw, zone: Zone, *, scale: Decimal | None, zone_given: bool) -> Table:
    """Numbers from a file's cells; rows that cannot be read or break a rule of values are marked.

    Raises DataError when a clock is given for times that need none.
    """
    times = read_times(_joined(raw.frame), zone)
    if times.absolute and zone_given and not zone.is_utc:
        raise DataError(
            f"its times are UTC or carry their own offset, --timezone {zone} cannot apply",
            where=file,
            cure="leave --timezone out",
        )
    open_, high, low, close = (_scaled(_floats(raw.frame[name]), scale) for name in PRICES)
    volume = _floats(raw.frame["volume"]) if "volume" in raw.frame.columns else np.zeros(len(times.time))
    columns = Columns(times.time, open_, high, low, close, volume)
    faults = value_faults(columns)
    faults[times.bad] = UNREADABLE
    if raw.too_wide:
        faults[np.isin(raw.lines, list(raw.too_wide))] = UNREADABLE
    table = Table(file, format_name, raw, columns, faults, zone, list(raw.notes))
    if "volume" in raw.frame.columns and not volume.any():
        table.notes.append("volume is 0 throughout")
    _turn_if_newest_first(table)
    if not np.isin(faults, (UNREADABLE, NOT_A_NUMBER)).any():
        # Nobody will ask for the cells: many files fit into memory at once.
        table.raw = replace(table.raw, frame=table.raw.frame.clear())
    return table


def _joined(frame: pl.DataFrame) -> pl.Series:
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    if "clock" not in frame.columns:
        return frame["time"]
    return frame["time"].cast(pl.String) + " " + frame["clock"].cast(pl.String)


def _floats(column: pl.Series) -> Floats:
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    if column.dtype != pl.String:
        if not column.dtype.is_numeric() and column.dtype != pl.Null:
            raise DataError(f"column {column.name} holds {column.dtype}", cure="give numbers")
        return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    numbers = column.cast(pl.Float64, strict=False)
    if numbers.null_count():
        numbers = column.str.strip_chars(" \t\r\"'").cast(pl.Float64, strict=False)
    return numbers.fill_null(float("nan")).rechunk().to_numpy()


def _scaled(prices: Floats, scale: Decimal | None) -> Floats:
    if scale is None:
        return prices
    inverse = 1 / scale
    # 0.00001 is no binary number, 100000 is: dividing gives the double nearest to the decimal result.
    if inverse == inverse.to_integral_value():
        return prices / float(inverse)
    return prices * float(scale)


def _turn_if_newest_first(table: Table) -> None:
    time = table.columns.time[table.faults != UNREADABLE]
    if len(time) < 3 or not (np.diff(time) < 0).all():
        return
    backwards: Rows = np.arange(table.columns.rows)[::-1]
    table.columns = table.columns.take(backwards)
    table.faults = table.faults[backwards]
    table.raw = replace(table.raw, frame=table.raw.frame.reverse(), lines=table.raw.lines[backwards])
    table.notes.append("the newest bar is first: read backwards")
