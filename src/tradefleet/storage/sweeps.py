"""Sweeps on disk: the parts of each in a folder of TRADEFLEET_HOME/sweeps, named by the sweep's fingerprint.

A part is a Parquet file that is put in place whole and synced, so a killed process leaves all parts but the one it was
at. One process runs a sweep at a time; the operating system frees the lock of one that dies.
"""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from tradefleet.market.errors import ParameterError
from tradefleet.research.sweep.keeping import Part
from tradefleet.storage.catalog.disk import disk_error, make_folder, sync_folder, write_file

# Folders of other sweeps that are left: the newest.
MOST_KEPT = 5
_NAME = re.compile(r"(\d{12})-(\d{12})\.parquet")
_MANIFEST = "manifest.json"
_ERROR = "error"

Told = Callable[[str], None]


class SweepFolder:
    """The parts of one sweep; made by `open_sweep`, which holds its lock."""

    def __init__(self, folder: Path, columns: Sequence[str], count: int, told: Told) -> None:
        self._folder = folder
        self._columns = tuple(columns)
        self._count = count
        self._told = told

    def parts(self) -> Iterator[Part]:
        """The parts that are whole, in their order; one that is not is named, and measured again."""
        reached = 0
        for path in sorted(self._folder.glob("*.parquet")):
            part = self._read(path)
            if part is None or part.begin < reached:
                self._told(f"{path} is no part of this sweep, or torn: its combinations are measured again")
                continue
            reached = part.end
            yield part

    def keep(self, part: Part) -> None:
        """Put a part in place and wait until the disk has it; raises CatalogError where it refuses."""
        write_file(self._folder / f"{part.begin:012}-{part.end:012}.parquet", self._bytes(part))
        sync_folder(self._folder)

    def known(self) -> int:
        """How many combinations the names of the parts speak of."""
        found = (_NAME.fullmatch(path.name) for path in self._folder.glob("*.parquet"))
        return sum(int(match[2]) - int(match[1]) for match in found if match)

    def clear(self) -> None:
        """Remove all parts."""
        try:
            for path in self._folder.glob("*.parquet"):
                path.unlink()
        except OSError as error:
            raise disk_error(error, self._folder) from error

    def _bytes(self, part: Part) -> bytes:
        import polars as pl  # noqa: PLC0415 - heavy, only where parts are kept

        series = [pl.Series(name, values) for name, values in zip(self._columns, part.values, strict=True)]
        texts = [part.errors.get(row) for row in range(len(part))] if part.errors else [None] * len(part)
        buffer = io.BytesIO()
        pl.DataFrame([*series, pl.Series(_ERROR, texts, dtype=pl.String)]).write_parquet(buffer, compression="lz4")
        return buffer.getvalue()

    def _read(self, path: Path) -> Part | None:
        import polars as pl  # noqa: PLC0415 - heavy, only where parts are kept

        match = _NAME.fullmatch(path.name)
        if match is None:
            return None
        begin, end = int(match[1]), int(match[2])
        try:
            frame = pl.read_parquet(path.read_bytes())
        except (pl.exceptions.PolarsError, OSError):
            return None
        if frame.columns != [*self._columns, _ERROR] or len(frame) != end - begin or not begin < end <= self._count:
            return None
        numbers = frame.select(self._columns)
        if any(kind != pl.Float64 for kind in numbers.dtypes):
            return None
        values = np.stack([series.to_numpy() for series in numbers.get_columns()])
        errors = {row: text for row, text in enumerate(frame[_ERROR].to_list()) if text is not None}
        return Part(begin, end, values, errors)


@contextmanager
def open_sweep(
    root: Path,
    identity: Mapping[str, str],
    fingerprint: str,
    columns: Sequence[str],
    count: int,
    *,
    resume: bool,
    told: Told = lambda text: None,
) -> Iterator[SweepFolder]:
    """The folder of a sweep, with the parts of an earlier run where it is to `resume`, else empty.

    `identity` says in words what was swept. No other process can open the sweep meanwhile. `told` is handed a
    sentence where parts are removed, or cannot be used. Raises ParameterError where another process runs the sweep,
    CatalogError where the disk refuses.
    """
    folder = root / fingerprint
    make_folder(folder)
    lock = FileLock(root / f"{fingerprint}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ParameterError(
            "another process runs the same sweep", where=str(folder), cure="wait for it to end"
        ) from None
    except OSError as error:
        raise disk_error(error, folder) from error
    try:
        found = SweepFolder(folder, columns, count, told)
        if not resume:
            _begin_anew(found, count, told)
        write_file(folder / _MANIFEST, json.dumps({"count": count, **identity}, indent=2).encode())
        _forget_old(root, folder)
        yield found
    finally:
        lock.release()


def _begin_anew(found: SweepFolder, count: int, told: Told) -> None:
    known = found.known()
    if known:
        told(
            f"removing what an earlier run of this sweep has measured, {known:,} of {count:,} combinations; "
            "--resume (resume=True) would have gone on with it"
        )
    found.clear()


def _forget_old(root: Path, own: Path) -> None:
    """Remove the folders of sweeps that nobody runs, but the newest."""
    others = [manifest.parent for manifest in root.glob(f"*/{_MANIFEST}") if manifest.parent != own]
    others.sort(key=lambda folder: (folder / _MANIFEST).stat().st_mtime_ns, reverse=True)
    for folder in others[MOST_KEPT:]:
        lock = FileLock(root / f"{folder.name}.lock", timeout=0)
        try:
            with lock:
                shutil.rmtree(folder)
        except (Timeout, OSError):
            # It is running, or not ours to remove.
            continue
