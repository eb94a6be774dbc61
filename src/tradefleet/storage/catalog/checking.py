"""Checking a series: what breaks a rule, and what deserves a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tradefleet.market.bars import Bars, too_close
from tradefleet.market.time import format_time
from tradefleet.market.timeframe import Timeframe
from tradefleet.storage.catalog.catalog import Catalog
from tradefleet.storage.catalog.columns import Columns
from tradefleet.storage.catalog.findings import Finding, Findings
from tradefleet.storage.catalog.manifest import Manifest
from tradefleet.storage.catalog.paths import SeriesKey
from tradefleet.storage.catalog.quality import (
    DUPLICATE,
    FAULTS,
    ORDER,
    TOO_CLOSE,
    Remark,
    Rows,
    absent_bars,
    remarks,
    repeated,
    rising,
    value_faults,
    value_reason,
)


@dataclass(frozen=True)
class CheckReport:
    """What a check of one series found.

    `gaps` counts the holes, `absent` the bars that are not there, `longest_gap` those of the largest hole,
    which ends at the bar of `longest_gap_at`. `errors` break a rule that every bar must keep, `warnings`
    (gap, outlier, zero volume, off grid) need not be wrong; both by kind, empty kinds left out.

    An outlier reaches 30 times as far from the close before it as the median bar around it does: at least
    half a percent, and always when one price is 2.7 times the other. Over a gap of n periods the reach is
    divided by the square root of n. The median is that of the block of 1000 bars the bar stands in, or of
    the whole series if that is larger.
    """

    series: str
    bars: int
    first: str | None
    last: str | None
    gaps: int
    absent: int
    longest_gap: int
    longest_gap_at: str | None
    zero_volume: int
    errors: list[Findings]
    warnings: list[Findings]

    @property
    def ok(self) -> bool:
        """Whether no rule is broken; warnings do not count."""
        return not self.errors

    def as_dict(self) -> dict[str, Any]:
        """The report for machines."""
        return {
            "series": self.series,
            "bars": self.bars,
            "first": self.first,
            "last": self.last,
            "gaps": self.gaps,
            "absent": self.absent,
            "longest_gap": self.longest_gap,
            "longest_gap_at": self.longest_gap_at,
            "zero_volume": self.zero_volume,
            "errors": [found.as_dict() for found in self.errors],
            "warnings": [found.as_dict() for found in self.warnings],
        }


def check(bars: Bars) -> CheckReport:
    """Check bars in memory; they keep the rules, so only gaps and other warnings can come of it.

    >>> bars = Bars([0, 180 * 10**9], [1, 2], [2, 3], [1, 2], [2, 2], [5, 1], timeframe="1m", symbol="X")
    >>> report = check(bars)
    >>> report.gaps, report.absent, report.warnings
    (1, 2, [Findings('gap', 1)])
    """
    return check_columns(Columns.of(bars), bars.timeframe, f"{bars.symbol} {bars.timeframe}")


def check_series(catalog: Catalog, symbol: str, timeframe: str | Timeframe, venue: str = "local") -> CheckReport:
    """Check a series of the catalog as it is on disk, whoever wrote it.

    Raises CatalogError when the series is not there, a file is missing, or one cannot be read.
    """
    key = SeriesKey(venue, symbol, Timeframe.parse(timeframe))
    manifest, columns = catalog.read_columns(key)
    changed = _changed_files(manifest, columns)
    return check_columns(columns, key.timeframe, str(key), changed)


def check_columns(
    columns: Columns, timeframe: Timeframe, series: str, errors: list[Findings] | None = None
) -> CheckReport:
    """Check raw columns, which may hold anything; `errors` already known come first in the report."""
    faults, good = _judge(columns, timeframe)
    found = list(errors or [])
    for fault in range(1, len(FAULTS)):
        rows = np.flatnonzero(faults == fault)
        if len(rows):
            found.append(_faulty(fault, rows, columns, series, timeframe))
    kept = columns.take(good)
    absent = absent_bars(kept.time, timeframe)
    longest = int(np.argmax(absent)) if kept.rows else 0
    largest = int(absent[longest]) if kept.rows else 0
    return CheckReport(
        series=series,
        bars=columns.rows,
        first=format_time(int(kept.time[0])) if kept.rows else None,
        last=format_time(int(kept.time[-1])) if kept.rows else None,
        gaps=int((absent > 0).sum()),
        absent=int(absent.sum()),
        longest_gap=largest,
        longest_gap_at=format_time(int(kept.time[longest])) if largest else None,
        zero_volume=int((columns.volume == 0).sum()),
        errors=found,
        warnings=[_remarked(remark, kept, good, series) for remark in remarks(kept, timeframe)],
    )


def _judge(columns: Columns, timeframe: Timeframe) -> tuple[np.ndarray[Any, np.dtype[np.int8]], Rows]:
    """The fault of each row, and the rows without, rising in time."""
    faults = value_faults(columns)
    valid = np.flatnonzero(faults == 0)
    if len(valid) == 0:
        return faults, valid
    time = columns.time[valid]
    first, _ = repeated(time)
    faults[valid] = DUPLICATE
    faults[valid[first]] = np.where(rising(time[first]), 0, ORDER)
    good = np.flatnonzero(faults == 0)
    faults[good[too_close(columns.time[good], timeframe)]] = TOO_CLOSE
    return faults, np.flatnonzero(faults == 0)


def _faulty(fault: int, rows: Rows, columns: Columns, series: str, timeframe: Timeframe) -> Findings:
    def describe(k: int) -> Finding:
        row = int(rows[k])
        time = format_time(int(columns.time[row]))
        if fault == TOO_CLOSE:
            reason = f"{time} is less than half of {timeframe} after the bar before"
        elif fault in (ORDER, DUPLICATE):
            reason = f"{time} is out of order" if fault == ORDER else f"{time} is there twice"
        else:
            reason = value_reason(fault, columns, row)
        return Finding(FAULTS[fault], f"{series} bar {row}", time, reason)

    return Findings(FAULTS[fault], len(rows), describe)


def _remarked(remark: Remark, columns: Columns, good: Rows, series: str) -> Findings:
    def describe(k: int) -> Finding:
        row = int(remark.rows[k])
        time = format_time(int(columns.time[row]))
        return Finding(remark.kind, f"{series} bar {int(good[row])}", time, remark.reason(k))

    return Findings(remark.kind, len(remark.rows), describe)


def _changed_files(manifest: Manifest, columns: Columns) -> list[Findings]:
    """Files whose content is not what their name says: somebody changed them after they were written."""
    changed = []
    row = 0
    for month in manifest.months:
        part = columns.take(slice(row, row + month.rows))
        row += month.rows
        if month.file != f"{month.month}.{part.digest()}.parquet":
            changed.append(month.file)
    if not changed:
        return []

    def describe(k: int) -> Finding:
        return Finding("file changed", changed[k], None, "its content is not what was written")

    return [Findings("file changed", len(changed), describe)]
