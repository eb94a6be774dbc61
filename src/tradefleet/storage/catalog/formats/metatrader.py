"""MetaTrader's exports: `<DATE> <TIME> <OPEN> ...` (5), and lines without header (4).

Their times are by the broker's clock, which the file does not tell.
"""

from __future__ import annotations

import re

from tradefleet.storage.catalog.formats.header import header_line, read_with_header
from tradefleet.storage.catalog.formats.raw import Format, Raw, mismatch, mostly, separator_of, text_of
from tradefleet.storage.catalog.source import Source
from tradefleet.storage.catalog.text import read_cells

_BARE = re.compile(r"\d{4}\.\d\d\.\d\d[,;\t]\d\d:\d\d(:\d\d)?[,;\t]")
_BARE_COLUMNS = {name: i for i, name in enumerate(("time", "clock", "open", "high", "low", "close", "volume"))}


def _header(source: Source) -> tuple[int, str] | None:
    if source.text is None or not source.text.head:
        return None
    found = header_line(source.text)
    return found if found is not None and "<OPEN>" in found[1].upper() else None


def _is_bare(source: Source) -> bool:
    return mostly(source, lambda line: _BARE.match(line) is not None)


def _matches(source: Source) -> bool:
    return _header(source) is not None or _is_bare(source)


def _read(source: Source) -> Raw:
    text = text_of(source, FORMAT.name)
    header = _header(source)
    if header is not None:
        return read_with_header(text, header)
    if not _is_bare(source):
        raise mismatch(source, FORMAT.name, "it has neither <DATE> nor lines such as 2020.01.31,00:00,...")
    return Raw.of_cells(read_cells(text, _BARE_COLUMNS, separator_of(text.head[-1][1])))


FORMAT = Format("metatrader", "MetaTrader 4 and 5 exports; needs --timezone", _matches, _read, None)
