"""The catalog: bars on disk, written all or nothing, read fast."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tradefleet.market.bars import Bars, check_range
from tradefleet.market.errors import CatalogError, DataError, ParameterError, did_you_mean
from tradefleet.market.instrument import Instrument
from tradefleet.market.time import TimeLike, format_time, parse_time
from tradefleet.market.timeframe import Timeframe
from tradefleet.storage.catalog.columns import Columns
from tradefleet.storage.catalog.locking import WAIT, writer_lock
from tradefleet.storage.catalog.manifest import Manifest, Month, read_manifest
from tradefleet.storage.catalog.parquet import damaged, read_parquet_into
from tradefleet.storage.catalog.paths import MANIFEST, SeriesKey, decode
from tradefleet.storage.catalog.writing import WriteReport, remove_series, write_series

# Each race a reader loses means that a writer committed once more: ten in a row do not happen.
_RACES = 10


@dataclass(frozen=True)
class SeriesInfo:
    """What the catalog has of one series; `first` and `last` are ISO-8601 open times."""

    venue: str
    symbol: str
    timeframe: Timeframe
    bars: int
    first: str
    last: str
    instrument: Instrument

    def as_dict(self) -> dict[str, Any]:
        """The series for machines."""
        steps = {name: getattr(self.instrument, name) for name in ("tick", "lot", "min_notional")}
        return {
            "venue": self.venue,
            "symbol": self.symbol,
            "timeframe": str(self.timeframe),
            "bars": self.bars,
            "first": self.first,
            "last": self.last,
            **{name: None if step is None else format(step, "f") for name, step in steps.items()},
        }


class Catalog:
    """Bars in Parquet files under `root`, in a tree `venue/symbol/timeframe/`.

    Any number of processes may read while one a series writes. A write is there whole or not at all,
    whenever the process or the machine dies.

    >>> import tempfile
    >>> bars = Bars([0, 60 * 10**9], [1, 2], [2, 3], [1, 2], [2, 2], [5, 0], timeframe="1m", symbol="X")
    >>> catalog = Catalog(Path(tempfile.mkdtemp()))
    >>> catalog.write(bars)
    WriteReport(added=2, replaced=0, unchanged=0, removed=0)
    >>> catalog.bars("X", "1m") == bars
    True
    """

    def __init__(self, root: Path | str, *, lock_wait: float = WAIT) -> None:
        self.root = Path(root)
        self._lock_wait = lock_wait

    def __repr__(self) -> str:
        return f"Catalog({str(self.root)!r})"

    def write(self, bars: Bars, venue: str = "local", replace: bool = False) -> WriteReport:
        """Add bars to their series; all of them or, on any error, none.

        Bars that are there already with equal values stay as they are. Steps of the instrument replace
        those kept so far; steps it does not give are kept. Raises DataError naming the first bar that is
        there with other values unless `replace`, CatalogError when the series is locked or the disk full.

        With `replace` the range from the first of `bars` to the last holds exactly `bars` afterwards: old bars
        in it that `bars` do not have are removed, in months without a new bar too.
        """
        key = SeriesKey(venue, bars.symbol, bars.timeframe)
        folder = key.folder(self.root)
        if len(bars) == 0:
            return WriteReport(0, 0, 0)
        with writer_lock(key.lock(self.root), self._lock_wait):
            return write_series(self.root, folder, key, bars, replace=replace)

    def remove(self, symbol: str, timeframe: str | Timeframe, venue: str = "local") -> None:
        """Remove a whole series, a damaged one too; its manifest goes first, so it is there whole or not at all.

        Raises CatalogError when it is not there, is locked, or the disk refuses.
        """
        key = SeriesKey(venue, symbol, Timeframe.parse(timeframe))
        # Asked before the lock is made: a misspelt name must leave no folder.
        if key not in self.keys():
            raise self._not_removed(key)
        with writer_lock(key.lock(self.root), self._lock_wait):
            removed = remove_series(self.root, key.folder(self.root))
        if not removed:
            raise self._not_removed(key)

    def bars(
        self,
        symbol: str,
        timeframe: str | Timeframe,
        since: TimeLike | None = None,
        until: TimeLike | None = None,
        venue: str = "local",
    ) -> Bars:
        """Bars with open times in [since, until), only the months in that range being read.

        Raises CatalogError when the series is not there or damaged, ParameterError when since is not
        before until, DataError when the range holds no bar.
        """
        check_range(since, until)
        key = SeriesKey(venue, symbol, Timeframe.parse(timeframe))
        start = None if since is None else parse_time(since, "since")
        stop = None if until is None else parse_time(until, "until")
        manifest, columns = self.read_columns(key, start, stop)
        low = 0 if start is None else int(np.searchsorted(columns.time, start))
        high = columns.rows if stop is None else int(np.searchsorted(columns.time, stop))
        if low >= high:
            raise _empty_range(key, manifest, start, stop)
        chosen = columns.frozen().take(slice(low, high))
        try:
            return Bars(*chosen, timeframe=key.timeframe, symbol=manifest.instrument)
        except DataError as error:
            # Only bars were written: somebody changed the files since.
            raise CatalogError(
                f"the files of {key} were changed: {error.message}",
                where=error.where,
                cure="see `tradefleet data check`, then import the month again with --replace",
            ) from None

    def series(self) -> list[SeriesInfo]:
        """Every series in the catalog, from the manifests alone; [] when there is none.

        Raises CatalogError naming a manifest that is damaged.
        """
        infos, errors = self.readable_series()
        if errors:
            raise errors[0]
        return infos

    def readable_series(self) -> tuple[list[SeriesInfo], list[CatalogError]]:
        """The series whose manifests can be read, and an error for each that cannot."""
        infos: list[SeriesInfo] = []
        errors: list[CatalogError] = []
        for key in self.keys():
            try:
                manifest = read_manifest(key.folder(self.root))
            except CatalogError as error:
                errors.append(error)
                continue
            if manifest is not None and manifest.months:
                infos.append(_info(key, manifest))
        return infos, errors

    def keys(self) -> list[SeriesKey]:
        """The series there are, sorted."""
        found = (_key(path) for path in self.root.glob(f"*/*/*/{MANIFEST}"))
        return sorted(key for key in found if key is not None and key.folder(self.root).is_dir())

    def read_columns(
        self, key: SeriesKey, start: int | None = None, stop: int | None = None
    ) -> tuple[Manifest, Columns]:
        """The manifest and the raw columns of the months that meet [start, stop), in nanoseconds.

        What is in the columns is not checked. Raises CatalogError as `bars` does.
        """
        folder = key.folder(self.root)
        manifest = read_manifest(folder)
        for _ in range(_RACES):
            if manifest is None or not manifest.months:
                raise self._not_found(key)
            try:
                return manifest, _read_months(folder, _chosen(manifest.months, start, stop))
            except FileNotFoundError as error:
                # A writer may have replaced the file since the manifest was read.
                seen, manifest = manifest, read_manifest(folder)
                if manifest == seen:
                    raise damaged(Path(error.filename), "it is missing") from None
            except OSError as error:
                raise CatalogError(
                    f"the file of bars cannot be read: {error.strerror}",
                    where=str(error.filename),
                    cure="make it readable",
                ) from error
        raise CatalogError(f"{key} changes faster than it can be read", where=str(folder), cure="try again")

    def _not_removed(self, key: SeriesKey) -> CatalogError:
        known = [str(k) for k in self.keys()]
        cure = did_you_mean(str(key), known) if known else "the catalog is empty: there is nothing to remove"
        return CatalogError(f"no bars of {key}", where=str(self.root), cure=cure)

    def _not_found(self, key: SeriesKey) -> CatalogError:
        keys = self.keys()
        here = [k.timeframe for k in keys if (k.venue, k.symbol) == (key.venue, key.symbol)]
        elsewhere = sorted({k.venue for k in keys if k.symbol == key.symbol and k.venue != key.venue})
        add = f"add it with `tradefleet data import FILE --symbol {key.symbol} --timeframe {key.timeframe}`"
        finer = [t for t in here if key.timeframe.nanoseconds % t.nanoseconds == 0]
        if finer:
            cure = f"make it from {finer[-1]} with `tradefleet data resample`"
        elif here:
            cure = f"there are {', '.join(map(str, here))}; {add}"
        elif elsewhere:
            cure = f"it is there for --venue {' and '.join(elsewhere)}"
        elif symbols := {k.symbol for k in keys if k.venue == key.venue}:
            cure = f"{did_you_mean(key.symbol, symbols)} Or {add}"
        else:
            cure = add
        return CatalogError(f"no bars of {key}", where=str(self.root), cure=cure)


def _info(key: SeriesKey, manifest: Manifest) -> SeriesInfo:
    return SeriesInfo(
        key.venue,
        key.symbol,
        key.timeframe,
        manifest.rows,
        format_time(manifest.months[0].first),
        format_time(manifest.months[-1].last),
        manifest.instrument,
    )


def _key(manifest: Path) -> SeriesKey | None:
    """The series of a manifest by the folders it is in, None for a folder that is none of ours."""
    venue, symbol, timeframe = manifest.parts[-4:-1]
    try:
        return SeriesKey(decode(venue), decode(symbol), Timeframe.parse(timeframe))
    except ParameterError:
        return None


def _chosen(months: list[Month], start: int | None, stop: int | None) -> list[Month]:
    return [m for m in months if (start is None or m.last >= start) and (stop is None or m.first < stop)]


def _read_months(folder: Path, months: list[Month]) -> Columns:
    columns = Columns.empty(sum(month.rows for month in months))
    row = 0
    for month in months:
        read_parquet_into(folder / month.file, columns.take(slice(row, row + month.rows)))
        row += month.rows
    return columns


def _empty_range(key: SeriesKey, manifest: Manifest, start: int | None, stop: int | None) -> DataError:
    since = "" if start is None else f" since {format_time(start)}"
    until = "" if stop is None else f" until {format_time(stop)}"
    first, last = format_time(manifest.months[0].first), format_time(manifest.months[-1].last)
    return DataError(f"no bars{since}{until}", where=str(key), cure=f"choose a range within {first} to {last}")
