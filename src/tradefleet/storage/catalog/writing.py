"""Writing a series: months to files, then the manifest, then the files no manifest names go.

Removing one likewise: its manifest first, then the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.bars import Bars
from tradefleet.market.errors import CatalogError
from tradefleet.storage.catalog.columns import Columns, merge, split_months
from tradefleet.storage.catalog.disk import (
    TEMPORARY,
    disk_error,
    make_folder,
    remove_if_empty,
    sync_folder,
    write_file,
)
from tradefleet.storage.catalog.manifest import (
    VERSION,
    Manifest,
    Month,
    commit_manifest,
    read_manifest,
    steps_of,
)
from tradefleet.storage.catalog.parquet import encode_parquet, read_parquet_into
from tradefleet.storage.catalog.paths import MANIFEST, SeriesKey
from tradefleet.storage.catalog.spacing import refuse_too_close


@dataclass(frozen=True)
class WriteReport:
    """How many bars a write added, replaced, and found there already with equal values.

    `removed` counts the old bars between the first and the last new one that the new data do not have: with
    `replace` they go.
    """

    added: int
    replaced: int
    unchanged: int
    removed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The report for machines."""
        return {
            "added": self.added,
            "replaced": self.replaced,
            "unchanged": self.unchanged,
            "removed": self.removed,
        }


def write_series(root: Path, folder: Path, key: SeriesKey, bars: Bars, *, replace: bool) -> WriteReport:
    """Merge bars into the series in `folder`; the caller holds its lock.

    With `replace` the series holds, from the first new bar to the last, exactly the new bars.
    A crash before the manifest is replaced leaves files that nobody names, and the next writer removes.
    """
    known = read_manifest(folder)
    make_folder(folder)
    # Before anything is written: what a crash left may be what fills the disk.
    _remove_orphans(folder, known)
    try:
        manifest, report = _write_months(folder, key, bars, known, replace=replace)
        if manifest != known:
            commit_manifest(folder, manifest)
    except BaseException:
        # Whatever ended this, the manifest on disk says which files are the series.
        _remove_orphans(folder, read_manifest(folder))
        remove_if_empty(folder, root)
        raise
    _remove_orphans(folder, manifest)
    return report


def remove_series(root: Path, folder: Path) -> bool:
    """Remove the series in `folder`, False when there is none; the caller holds its lock.

    Nothing of it is read: a damaged series goes too. Once the manifest is gone so is the series; files that a
    crash then leaves nobody names, and the next writer removes.
    """
    try:
        (folder / MANIFEST).unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise disk_error(error, folder) from error
    sync_folder(folder)
    _remove_orphans(folder, None)
    remove_if_empty(folder, root)
    return True


class _Span(NamedTuple):
    """The times a write replaces, first and last included."""

    first: int
    last: int

    def holds(self, month: Month) -> bool:
        """Whether every bar of the month is within."""
        return self.first <= month.first and month.last <= self.last


def _write_months(
    folder: Path, key: SeriesKey, bars: Bars, known: Manifest | None, *, replace: bool
) -> tuple[Manifest, WriteReport]:
    months = {} if known is None else {month.month: month for month in known.months}
    columns = Columns.of(bars)
    span = _Span(int(columns.time[0]), int(columns.time[-1])) if replace else None
    parts = split_months(columns.time)
    added = replaced = unchanged = 0
    removed = _drop_absent_months(months, {name for name, _ in parts}, span)
    for name, rows in parts:
        new = columns.take(rows)
        old = _read_month(folder, months.get(name), span)
        kept = old if span is None else old.take(_stays(old, new, span))
        gone = old.rows - kept.rows
        merged = merge(kept, new, replace=replace, where=str(key))
        refuse_too_close(merged.columns.time, key.timeframe, where=str(key), folder=folder)
        added, replaced, unchanged, removed = (
            added + merged.added,
            replaced + merged.replaced,
            unchanged + merged.unchanged,
            removed + gone,
        )
        if merged.added or merged.replaced or gone:
            months[name] = _write_month(folder, name, merged.columns)
    in_order = [months[name] for name in sorted(months)]
    for before, after in pairwise(in_order):
        seam = np.array([before.last, after.first], dtype=np.int64)
        refuse_too_close(seam, key.timeframe, where=str(key), folder=folder)
    manifest = Manifest(
        version=VERSION,
        venue=key.venue,
        symbol=key.symbol,
        timeframe=str(key.timeframe),
        months=in_order,
        **steps_of(bars.instrument, known),
    )
    return manifest, WriteReport(added, replaced, unchanged, removed)


def _drop_absent_months(months: dict[str, Month], present: set[str], span: _Span | None) -> int:
    """Take the months out that are replaced by nothing; the number of their bars.

    A month without a new bar lies between two that have some, so it is within the span whole or not at all.
    """
    if span is None:
        return 0
    gone = [month for name, month in months.items() if name not in present and span.holds(month)]
    for month in gone:
        del months[month.month]
    return sum(month.rows for month in gone)


def _stays(old: Columns, new: Columns, span: _Span) -> NDArray[np.bool_]:
    """Old bars outside the span, and those the new data have too: they are replaced or unchanged."""
    outside = (old.time < span.first) | (old.time > span.last)
    return outside | np.isin(old.time, new.time)


def _read_month(folder: Path, month: Month | None, span: _Span | None) -> Columns:
    if month is None:
        return Columns.empty(0)
    columns = Columns.empty(month.rows)
    try:
        read_parquet_into(folder / month.file, columns)
    except (CatalogError, FileNotFoundError):
        # The cure the error names: the whole month once more, with --replace. How many go nobody can tell.
        if span is not None and span.holds(month):
            return Columns.empty(0)
        raise
    return columns


def _write_month(folder: Path, name: str, columns: Columns) -> Month:
    file = f"{name}.{columns.digest()}.parquet"
    write_file(folder / file, encode_parquet(columns))
    return Month(name, file, columns.rows, int(columns.time[0]), int(columns.time[-1]))


def _remove_orphans(folder: Path, manifest: Manifest | None) -> None:
    named = {MANIFEST} if manifest is None else {MANIFEST, *(month.file for month in manifest.months)}
    try:
        for path in folder.iterdir():
            if path.name not in named and path.suffix in (".parquet", TEMPORARY):
                path.unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(error, folder) from error
