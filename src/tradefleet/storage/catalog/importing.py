"""Importing files: read, judge, join, and write them to the catalog in one commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import numpy as np

from tradefleet.market.bars import Bars, too_close
from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.instrument import Instrument, Step, decimal_step
from tradefleet.market.time import format_time
from tradefleet.market.timeframe import Timeframe
from tradefleet.storage.catalog.catalog import Catalog
from tradefleet.storage.catalog.cleaning import OnBad, judge, refuse_bad_rows, refuse_mostly_bad
from tradefleet.storage.catalog.formats import AUTO, Format, detect, format_named
from tradefleet.storage.catalog.import_report import FileReport, ImportReport, file_report
from tradefleet.storage.catalog.joining import Joined, join_tables
from tradefleet.storage.catalog.quality import remarks
from tradefleet.storage.catalog.rows import Table, read_rows
from tradefleet.storage.catalog.source import Source, open_sources
from tradefleet.storage.catalog.spacing import check_spacing
from tradefleet.storage.catalog.timezones import Zone, parse_zone

# Unpacking releases the interpreter: one file is unpacked while another is read.
_AHEAD = 2


def import_files(
    catalog: Catalog,
    files: Sequence[Path | str] | Path | str,
    *,
    symbol: str,
    timeframe: str | Timeframe,
    venue: str = "local",
    format: str = AUTO,  # noqa: A002 - the option's name
    timezone: str | None = None,
    on_bad: str = "error",
    replace: bool = False,
    scale: Step = None,
    tick: Step = None,
    lot: Step = None,
    min_notional: Step = None,
) -> ImportReport:
    """Import files of one series, in any order and any known format; all of them or, on any error, none.

    Times without an offset of their own are by the clock of `timezone` (UTC; HistData's own). `on_bad` says
    what becomes of bad rows: "error", "drop", or "keep-last" of a time that is there twice. Prices are
    multiplied by `scale`, decimal-exact. Files may overlap with equal bars; where they differ the later
    file wins by `replace` or "keep-last", the earlier by "drop". With `replace` the series holds, from the first
    imported bar to the last, exactly the imported ones: old bars between them that the files do not have go.

    Raises DataError naming file and line, ParameterError for an option that does not fit, CatalogError when
    the catalog cannot be written.
    """
    instrument = Instrument(
        symbol,
        tick=decimal_step(tick, "tick"),
        lot=decimal_step(lot, "lot"),
        min_notional=decimal_step(min_notional, "min_notional"),
    )
    length, policy = Timeframe.parse(timeframe), OnBad.parse(on_bad)
    paths = [Path(file) for file in ([files] if isinstance(files, str | Path) else files)]
    tables = _tables(paths, format, timezone, scale)
    joined = _joined(tables, length, policy, replace=replace)
    bars = Bars(*joined.columns.frozen(), timeframe=length, symbol=instrument)
    written = catalog.write(bars, venue=venue, replace=replace)
    reports = _reports(tables, joined, length)
    return ImportReport(venue, instrument.symbol, length, len(bars), bars.first, bars.last, written, reports)


def read_file(
    file: Path | str,
    *,
    symbol: str | Instrument,
    timeframe: str | Timeframe,
    format: str = AUTO,  # noqa: A002 - the option's name
    timezone: str | None = None,
    scale: Step = None,
) -> Bars:
    """The bars of one file in any known format, without a catalog.

    Raises DataError naming file and line for the first row that cannot be used, ParameterError for an option that
    does not fit.
    """
    length = Timeframe.parse(timeframe)
    joined = _joined(_tables([Path(file)], format, timezone, scale), length, OnBad.ERROR, replace=False)
    return Bars(*joined.columns.frozen(), timeframe=length, symbol=symbol)


def _tables(paths: list[Path], format_name: str, timezone: str | None, scale: Step) -> list[Table]:
    chosen = format_named(format_name)
    zone = None if timezone is None else parse_zone(timezone)
    factor = decimal_step(scale, "scale")
    if not paths:
        raise ParameterError("there is no file to import", cure="name at least one")
    return [_read(source, chosen, zone, factor) for source in _sources(paths)]


def _joined(tables: list[Table], timeframe: Timeframe, policy: OnBad, *, replace: bool) -> Joined:
    kept = [judge(table, policy) for table in tables]
    refuse_bad_rows(tables, policy)
    refuse_mostly_bad(tables)
    joined = join_tables(tables, kept, policy, replace=replace)
    if joined.columns.rows == 0:
        raise DataError("no row is a bar", where=tables[0].file, cure="check the format and the columns")
    for table, rows in zip(tables, kept, strict=True):
        check_spacing(table.columns.time[rows], timeframe, where=table.file)
    check_spacing(joined.columns.time, timeframe, where=", ".join(table.file for table in tables[:3]))
    _refuse_too_close(tables, joined, timeframe)
    return joined


def _refuse_too_close(tables: list[Table], joined: Joined, timeframe: Timeframe) -> None:
    close = too_close(joined.columns.time, timeframe)
    if not close.any():
        return
    at = int(np.argmax(close))
    first, second = (format_time(int(joined.columns.time[i])) for i in (at - 1, at))
    places = [tables[joined.table[i]].where(int(joined.row[i])) for i in (at - 1, at)]
    raise DataError(
        f"the bar at {second} follows that at {first} ({places[0]}) by less than half of {timeframe}",
        where=places[1],
        cure="mend the times: one of the two is wrong, or of another series",
    )


def _sources(paths: list[Path]) -> Iterator[Source]:
    with ThreadPoolExecutor(_AHEAD) as pool:
        waiting: list[Future[list[Source]]] = []
        try:
            for path in paths:
                waiting.append(pool.submit(open_sources, path))
                if len(waiting) > _AHEAD:
                    yield from waiting.pop(0).result()
            while waiting:
                yield from waiting.pop(0).result()
        finally:
            for future in waiting:
                future.cancel()


def _read(source: Source, chosen: Format | None, zone: Zone | None, scale: Decimal | None) -> Table:
    known = detect(source) if chosen is None else chosen
    clock = zone or known.zone
    if clock is None:
        raise ParameterError(
            f"{known.name} files do not tell whose clock their times are",
            where=source.name,
            cure="give the broker's: --timezone America/New_York+7h is usual, UTC if it is",
        )
    raw = known.read(source)
    return read_rows(source.name, known.name, raw, clock, scale=scale, zone_given=zone is not None)


def _reports(tables: list[Table], joined: Joined, timeframe: Timeframe) -> list[FileReport]:
    found = remarks(joined.columns, timeframe)
    return [
        file_report(table, joined, np.flatnonzero(joined.table == index), found) for index, table in enumerate(tables)
    ]
