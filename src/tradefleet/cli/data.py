"""The commands `data list`, `check`, `resample` and `export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tradefleet.app.data import catalog
from tradefleet.cli.options import Bar, Json, Since, Symbol, Until, Venue
from tradefleet.cli.output import say, write_json
from tradefleet.cli.progress import progress
from tradefleet.market.errors import CatalogError, DataError
from tradefleet.market.resample import resample as resampled
from tradefleet.research.table import aligned
from tradefleet.storage.catalog import CheckReport, Findings, check_series
from tradefleet.storage.catalog import export as export_bars

_SHOWN = 3
_REPAIR = "import the series again with --replace"
# Gaps and outliers may be the market's own: importing the same file again would change nothing.
_LOOK = "look at them above; without --strict they pass"


def list_series(*, json: Json = None) -> None:
    """List the series of bars in the catalog."""
    found, errors = catalog().readable_series()
    rows = [["venue", "symbol", "timeframe", "bars", "first", "last"]]
    rows += [[s.venue, s.symbol, str(s.timeframe), f"{s.bars:,}", s.first, s.last] for s in found]
    empty = "no series can be read" if errors else "no bars yet; try `tradefleet demo` or `tradefleet data import`"
    say(aligned(rows, right=[3]) if found else empty, json)
    write_json([series.as_dict() for series in found], json)
    if errors:
        raise _damaged(errors)


def _damaged(errors: list[CatalogError]) -> CatalogError:
    """One error for all, naming each manifest; raised after the list, so that the others are seen."""
    first = errors[0]
    places = ", ".join(error.where for error in errors)
    return CatalogError(first.message, where=places, cure=first.cure)


def check(
    *,
    symbol: Symbol,
    timeframe: Bar,
    venue: Venue = "local",
    strict: Annotated[bool, Parameter(negative=())] = False,
    json: Json = None,
) -> None:
    """Look for gaps, errors and outliers in a series; exits 2 for errors.

    Parameters
    ----------
    strict
        Exit 2 for warnings too.
    """
    with progress(f"checking {symbol} {timeframe}"):
        report = check_series(catalog(), symbol, timeframe, venue)
    say(check_text(report), json)
    write_json(report.as_dict(), json)
    problems = [*report.errors, *(report.warnings if strict else [])]
    if problems:
        kinds = ", ".join(f"{found.kind}: {len(found):,}" for found in problems)
        cure = _REPAIR if report.errors else _LOOK
        raise DataError(f"the check found {kinds}", where=report.series, cure=cure)


def check_text(report: CheckReport) -> str:
    """A check for people."""
    span = f", {report.first} to {report.last}" if report.first else ""
    lines = [f"{report.series}: {report.bars:,} bars{span}"]
    if report.gaps:
        lines.append(
            f"{report.absent:,} bars absent in {report.gaps:,} gaps, the longest {report.longest_gap:,} "
            f"before {report.longest_gap_at}"
        )
    for word, kinds in (("error", report.errors), ("warning", report.warnings)):
        for found in kinds:
            lines += _lines(word, found)
    if report.ok:
        lines.append("no errors")
    return "\n".join(lines)


def _lines(word: str, found: Findings) -> list[str]:
    more = f" (the first {_SHOWN})" if len(found) > _SHOWN else ""
    return [f"{word}: {found.kind}, {len(found):,}{more}", *(f"  {finding}" for finding in found[:_SHOWN])]


def resample(
    *,
    symbol: Symbol,
    timeframe: Bar,
    to: Annotated[list[str], Parameter(help="Length of the new bars; may be given more than once.")],
    venue: Venue = "local",
    replace: Annotated[bool, Parameter(negative=())] = False,
    json: Json = None,
) -> None:
    """Make longer bars of shorter ones and keep them in the catalog; an unfinished last bar is left out.

    Parameters
    ----------
    replace
        From the first new bar to the last, keep exactly the new ones: others there are replaced or removed.
    """
    known = catalog()
    bars = known.bars(symbol, timeframe, venue=venue)
    made = [resampled(bars, length, drop_partial=True) for length in to]
    rows = []
    for longer in made:
        written = known.write(longer, venue=venue, replace=replace)
        gone = f", {written.removed:,} removed" if written.removed else ""
        say(f"{symbol} {longer.timeframe}: {len(longer):,} bars, {written.added:,} new{gone}", json)
        rows.append({"symbol": symbol, "timeframe": str(longer.timeframe), "bars": len(longer), **written.as_dict()})
    write_json(rows, json)


def export(
    file: Path,
    /,
    *,
    symbol: Symbol,
    timeframe: Bar,
    venue: Venue = "local",
    since: Since = None,
    until: Until = None,
    json: Json = None,
) -> None:
    """Write bars to a CSV, Parquet or Feather file, by its ending; .csv.gz too.

    Parameters
    ----------
    file
        The file to write.
    """
    bars = catalog().bars(symbol, timeframe, since=since, until=until, venue=venue)
    with progress(f"writing {file}"):
        path = export_bars(bars, file)
    say(f"wrote {len(bars):,} bars to {path}", json)
    write_json({"file": str(path), "bars": len(bars), "first": bars.first, "last": bars.last}, json)
