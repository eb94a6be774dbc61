"""The file formats that can be imported; one place knows them all.

A new format is one file with a `Format`, and one line here.
"""

from __future__ import annotations

from tradefleet.market.errors import DataError, ParameterError, did_you_mean
from tradefleet.storage.catalog.formats import binance, generic, histdata, metatrader
from tradefleet.storage.catalog.formats.headerless import BITFINEX, PLAIN
from tradefleet.storage.catalog.formats.json_rows import BITFINEX_JSON, JSON
from tradefleet.storage.catalog.formats.raw import Format, Raw
from tradefleet.storage.catalog.formats.tables import FEATHER, PARQUET
from tradefleet.storage.catalog.source import Source

__all__ = ["AUTO", "FORMATS", "Format", "Raw", "detect", "format_named"]

AUTO = "auto"
# In the order they are tried: the particular before the general.
FORMATS = (
    PARQUET,
    FEATHER,
    JSON,
    BITFINEX_JSON,
    metatrader.FORMAT,
    histdata.FORMAT,
    binance.FORMAT,
    generic.FORMAT,
    PLAIN,
    BITFINEX,
)


def format_named(name: str) -> Format | None:
    """The format of this name, None for "auto"; raises ParameterError for a name nobody knows."""
    if name == AUTO:
        return None
    for known in FORMATS:
        if known.name == name:
            return known
    names = [AUTO, *(known.name for known in FORMATS)]
    raise ParameterError(f"format is {name!r}", cure=did_you_mean(name, names))


def detect(source: Source) -> Format:
    """The format of a file, by its content; raises DataError when none fits or several do."""
    for known in FORMATS:
        if known.matches(source):
            return known
    names = ", ".join(known.name for known in FORMATS)
    what = "binary data" if source.text is None else "text without a header line that names the columns"
    raise DataError(
        f"the format cannot be told: {what}",
        where=source.name,
        cure=f"add a header line time,open,high,low,close,volume, or say --format, one of {names}",
    )
