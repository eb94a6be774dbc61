"""Writing a series: months to files, then the manifest, then the files no manifest names go."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.errors import CatalogError
from tradefleet.storage.catalog.columns import Columns, merge, split_months
from tradefleet.storage.catalog.disk import TEMPORARY, disk_error, make_folder, remove_if_empty, write_file
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
    """How many bars a write added, replaced, and found there already with equal values."""

    added: int
    replaced: int
    unchanged: int

    def as_dict(self) -> dict[str, Any]:
        """The report for machines."""
        return {"added": self.added, "replaced": self.replaced, "unchanged": self.unchanged}


def write_series(root: Path, folder: Path, key: SeriesKey, bars: Bars, *, replace: bool) -> WriteReport:
    """Merge bars into the series in `folder`; the caller holds its lock.

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


def _write_months(
    folder: Path, key: SeriesKey, bars: Bars, known: Manifest | None, *, replace: bool
) -> tuple[Manifest, WriteReport]:
    months = {} if known is None else {month.month: month for month in known.months}
    columns = Columns.of(bars)
    added = replaced = unchanged = 0
    for name, rows in split_months(columns.time):
        new = columns.take(rows)
        old = _read_month(folder, months.get(name), new, replace=replace)
        merged = merge(old, new, replace=replace, where=str(key))
        refuse_too_close(merged.columns.time, key.timeframe, where=str(key), folder=folder)
        added, replaced, unchanged = (
            added + merged.added,
            replaced + merged.replaced,
            unchanged + merged.unchanged,
        )
        if merged.added or merged.replaced:
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
    return manifest, WriteReport(added, replaced, unchanged)


def _read_month(folder: Path, month: Month | None, new: Columns, *, replace: bool) -> Columns:
    if month is None:
        return Columns.empty(0)
    columns = Columns.empty(month.rows)
    try:
        read_parquet_into(folder / month.file, columns)
    except (CatalogError, FileNotFoundError):
        # The cure the error names: the whole month once more, with --replace.
        if replace and new.time[0] <= month.first and new.time[-1] >= month.last:
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
