"""The manifest of a series: which files make it up. Replacing it is the only commit there is."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec

from tradefleet.market.errors import CatalogError
from tradefleet.market.instrument import Instrument
from tradefleet.storage.catalog.disk import sync_folder, write_file
from tradefleet.storage.catalog.paths import MANIFEST

VERSION = 1


class Month(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a series: the bars that open within one UTC month, `first` and `last` in nanoseconds."""

    month: str
    file: str
    rows: int
    first: int
    last: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A series' instrument steps (decimal text) and its months in order of time."""

    version: int
    venue: str
    symbol: str
    timeframe: str
    tick: str | None = None
    lot: str | None = None
    min_notional: str | None = None
    months: list[Month] = []

    @property
    def rows(self) -> int:
        """Bars in the series."""
        return sum(month.rows for month in self.months)

    @property
    def instrument(self) -> Instrument:
        """The symbol with the steps kept here."""
        tick, lot, least = (
            None if text is None else Decimal(text) for text in (self.tick, self.lot, self.min_notional)
        )
        return Instrument(self.symbol, tick=tick, lot=lot, min_notional=least)


class _Version(msgspec.Struct):
    version: int


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in a series' folder, None when there is none.

    Raises CatalogError when it is damaged or of a version this tradefleet does not know.
    """
    path = folder / MANIFEST
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CatalogError(
            f"the manifest cannot be read: {error.strerror}", where=str(path), cure="make it readable"
        ) from error
    try:
        version = msgspec.json.decode(text, type=_Version).version
        if version == VERSION:
            return msgspec.json.decode(text, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CatalogError(
            f"the manifest is damaged: {error}",
            where=str(path),
            cure=f"restore it from a backup, or remove {folder} and import the data again",
        ) from None
    raise CatalogError(
        f"the manifest has version {version}, this tradefleet knows {VERSION}",
        where=str(path),
        cure="use the tradefleet that wrote it, or a newer one",
    )


def commit_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step, after everything it names is durable."""
    sync_folder(folder)
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    write_file(folder / MANIFEST, text + b"\n")
    sync_folder(folder)


def steps_of(instrument: Instrument, known: Manifest | None) -> dict[str, str | None]:
    """The instrument's steps as decimal text; a step it does not give stays as it is known."""
    steps: dict[str, str | None] = {}
    for name in ("tick", "lot", "min_notional"):
        step = getattr(instrument, name)
        steps[name] = getattr(known, name, None) if step is None else format(step, "f")
    return steps
