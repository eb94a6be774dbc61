"""The command `data import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tradefleet.app.data import catalog
from tradefleet.cli.options import Bar, Json, Symbol, Venue
from tradefleet.cli.output import say, write_json
from tradefleet.cli.progress import progress
from tradefleet.storage.catalog import FileReport, Findings, ImportReport, import_files

_SHOWN = 3


def import_bars(
    files: list[Path],
    /,
    *,
    symbol: Symbol,
    timeframe: Bar,
    venue: Venue = "local",
    format: str = "auto",  # noqa: A002 - the option's name
    timezone: str | None = None,
    on_bad: Annotated[str, Parameter(name="--on-bad")] = "error",
    replace: Annotated[bool, Parameter(negative=())] = False,
    scale: str | None = None,
    tick: str | None = None,
    lot: str | None = None,
    min_notional: str | None = None,
    json: Json = None,
) -> None:
    """Import files of bars; all of them or, on any error, none.

    Parameters
    ----------
    files
        CSV, JSON, Feather or Parquet, also as .gz, .xz or .zip; any order.
    format
        Found by content; name it where that fails.
    timezone
        The clock of times without an offset: an IANA zone, or one with an offset (America/New_York+7h) for broker time.
    on_bad
        What becomes of bad rows: error, drop, or keep-last for a time that is there twice.
    replace
        From the first bar of the files to the last, keep exactly their bars: other values replace those the catalog
        has, and bars that the files do not have are removed. Bars before the first and after the last stay.
    scale
        Multiply prices by this, such as 0.00001 for prices in points.
    tick
        The instrument's price step.
    lot
        The instrument's quantity step.
    min_notional
        The smallest order, in money.
    """
    with progress(f"importing {symbol} {timeframe}"):
        report = import_files(
            catalog(),
            files,
            symbol=symbol,
            timeframe=timeframe,
            venue=venue,
            format=format,
            timezone=timezone,
            on_bad=on_bad,
            replace=replace,
            scale=scale,
            tick=tick,
            lot=lot,
            min_notional=min_notional,
        )
    say(import_text(report), json)
    write_json(report.as_dict(), json)


def import_text(report: ImportReport) -> str:
    """An import for people."""
    written = report.written
    lines = [
        f"{report.symbol} {report.timeframe} ({report.venue}): {report.bars:,} bars, {report.first} to {report.last}",
        f"{written.added:,} new, {written.replaced:,} replaced, {written.unchanged:,} known before, "
        f"{written.removed:,} removed",
    ]
    for file in report.files:
        lines += _file_lines(file)
    return "\n".join(lines)


def _file_lines(file: FileReport) -> list[str]:
    lines = [f"{file.file}: {file.format}, {file.timezone}, {file.rows:,} rows"]
    lines += [f"  note: {note}" for note in file.notes]
    for word, kinds in (("dropped", file.dropped), ("warning", file.warnings)):
        for found in kinds:
            lines += _finding_lines(word, found)
    return lines


def _finding_lines(word: str, found: Findings) -> list[str]:
    lines = [f"  {word}: {found.kind}, {len(found):,}"]
    lines += [f"    {finding.where}: {finding.reason}" for finding in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(f"    ... and {len(found) - _SHOWN:,} more; --json lists them")
    return lines
