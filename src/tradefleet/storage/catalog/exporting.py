"""Exporting bars to a file another program reads."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.storage.catalog.columns import Columns
from tradefleet.storage.catalog.disk import sync_folder, write_file
from tradefleet.storage.catalog.parquet import to_frame

# Seconds always, a fraction only when there is one.
_TIME = "%Y-%m-%dT%H:%M:%S%.fZ"


def export(bars: Bars, path: Path | str) -> Path:
    """Write bars to a `.csv`, `.parquet` or `.feather` file, each also `.gz`; whole or not at all.

    CSV has a header line, ISO-8601 times in UTC and the shortest decimal that reads back to the same
    double, so importing the file gives equal bars. A file that is there is replaced. Raises ParameterError
    for another suffix, CatalogError when the disk refuses.
    """
    path = Path(path)
    suffix = path.suffixes[-2:] if path.suffix == ".gz" else path.suffixes[-1:]
    kind = suffix[0].lower() if suffix else ""
    if kind == ".csv":
        data = _csv(bars)
    elif kind == ".parquet":
        data = _parquet(bars)
    elif kind == ".feather":
        data = _feather(bars)
    else:
        raise ParameterError(
            f"the file to write is {path.name!r}",
            cure="end its name in .csv, .parquet or .feather, perhaps with .gz",
        )
    if path.suffix == ".gz":
        # No time in the header: equal bars make equal files.
        data = gzip.compress(data, compresslevel=5, mtime=0)
    write_file(path, data)
    sync_folder(path.parent)
    return path


def _csv(bars: Bars) -> bytes:
    file = io.BytesIO()
    to_frame(Columns.of(bars)).write_csv(file, datetime_format=_TIME)
    return file.getvalue()


def _parquet(bars: Bars) -> bytes:
    file = io.BytesIO()
    to_frame(Columns.of(bars)).write_parquet(file, compression="zstd")
    return file.getvalue()


def _feather(bars: Bars) -> bytes:
    file = io.BytesIO()
    to_frame(Columns.of(bars)).write_ipc(file, compression="lz4")
    return file.getvalue()
