"""What an import found and did, file by file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tradefleet.market.time import format_time
from tradefleet.market.timeframe import Timeframe
from tradefleet.storage.catalog.cleaning import found_faults
from tradefleet.storage.catalog.findings import Finding, Findings
from tradefleet.storage.catalog.joining import Joined
from tradefleet.storage.catalog.quality import Remark, Rows
from tradefleet.storage.catalog.rows import Table
from tradefleet.storage.catalog.writing import WriteReport


@dataclass(frozen=True)
class FileReport:
    """One file: its format, its rows, the bars of the import that came from it, and what was found.

    `dropped` are the rows with errors that were left out, `warnings` what was imported and deserves a look,
    both by kind; `notes` say how the file was read. A bar that an earlier file had already counts there.
    """

    file: str
    format: str
    timezone: str
    rows: int
    bars: int
    first: str | None
    last: str | None
    dropped: list[Findings]
    warnings: list[Findings]
    notes: list[str]

    def as_dict(self) -> dict[str, Any]:
        """The report for machines."""
        return {
            "file": self.file,
            "format": self.format,
            "timezone": self.timezone,
            "rows": self.rows,
            "bars": self.bars,
            "first": self.first,
            "last": self.last,
            "dropped": [found.as_dict() for found in self.dropped],
            "warnings": [found.as_dict() for found in self.warnings],
            "notes": self.notes,
        }


@dataclass(frozen=True)
class ImportReport:
    """A whole import: the bars read, what the catalog did with them, and a report for each file."""

    venue: str
    symbol: str
    timeframe: Timeframe
    bars: int
    first: str
    last: str
    written: WriteReport
    files: list[FileReport]

    @property
    def dropped(self) -> int:
        """Rows left out because of errors, in all files."""
        return sum(len(found) for file in self.files for found in file.dropped)

    @property
    def warnings(self) -> int:
        """Warnings in all files."""
        return sum(len(found) for file in self.files for found in file.warnings)

    def as_dict(self) -> dict[str, Any]:
        """The report for machines."""
        return {
            "venue": self.venue,
            "symbol": self.symbol,
            "timeframe": str(self.timeframe),
            "bars": self.bars,
            "first": self.first,
            "last": self.last,
            **self.written.as_dict(),
            "dropped": self.dropped,
            "warnings": self.warnings,
            "files": [file.as_dict() for file in self.files],
        }


def file_report(table: Table, joined: Joined, bars: Rows, remarks: list[Remark]) -> FileReport:
    """The report of one file from the `bars` of the import that are its own."""
    times = joined.columns.time[bars]
    return FileReport(
        file=table.file,
        format=table.format,
        timezone=str(table.zone),
        rows=len(table.lines),
        bars=len(bars),
        first=format_time(int(times[0])) if len(times) else None,
        last=format_time(int(times[-1])) if len(times) else None,
        dropped=found_faults(table),
        warnings=[found for remark in remarks if len(found := _of_table(remark, table, joined, bars))],
        notes=table.notes,
    )


def _of_table(remark: Remark, table: Table, joined: Joined, bars: Rows) -> Findings:
    mine = np.flatnonzero(np.isin(remark.rows, bars, assume_unique=True))

    def describe(k: int) -> Finding:
        bar = int(remark.rows[mine[k]])
        time = format_time(int(joined.columns.time[bar]))
        return Finding(remark.kind, table.where(int(joined.row[bar])), time, remark.reason(int(mine[k])))

    return Findings(remark.kind, len(mine), describe)
