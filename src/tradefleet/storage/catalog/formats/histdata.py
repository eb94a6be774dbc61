"""HistData's ASCII bars: `20170102 020000;1.05155;1.05197;1.05155;1.05190;0`, by New York's winter clock."""

from __future__ import annotations

import re

from tradefleet.market.time import HOUR
from tradefleet.storage.catalog.formats.raw import Format, Raw, mismatch, mostly, text_of
from tradefleet.storage.catalog.source import Source
from tradefleet.storage.catalog.text import read_cells
from tradefleet.storage.catalog.timezones import Zone

_LINE = re.compile(r"\d{8} \d{6};")
_COLUMNS = {name: index for index, name in enumerate(("time", "open", "high", "low", "close", "volume"))}


def _matches(source: Source) -> bool:
    return mostly(source, lambda line: _LINE.match(line) is not None)


def _read(source: Source) -> Raw:
    if not _matches(source):
        raise mismatch(source, FORMAT.name, "its lines are not YYYYMMDD HHMMSS;open;high;low;close;volume")
    return Raw.of_cells(read_cells(text_of(source, FORMAT.name), _COLUMNS, ";"))


FORMAT = Format(
    "histdata", "HistData ASCII minute bars, EST without daylight saving", _matches, _read, Zone("UTC", -5 * HOUR)
)
