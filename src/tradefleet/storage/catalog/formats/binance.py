"""Binance's public dumps (data.binance.vision): 12 columns, without header or, of late, with one."""

from __future__ import annotations

from tradefleet.storage.catalog.formats.header import clean_names, header_line, read_with_header
from tradefleet.storage.catalog.formats.raw import Format, Raw, mismatch, mostly, split_cells, text_of
from tradefleet.storage.catalog.source import Source
from tradefleet.storage.catalog.text import read_cells
from tradefleet.storage.catalog.timezones import UTC

_COLUMNS = {name: index for index, name in enumerate(("time", "open", "high", "low", "close", "volume"))}
_WIDTH = 12
_CLOSE_TIME = 6


def _is_bar(line: str) -> bool:
    cells = split_cells(line)
    if len(cells) != _WIDTH or not cells[0].isdigit() or not cells[_CLOSE_TIME].isdigit():
        return False
    return int(cells[_CLOSE_TIME]) > int(cells[0])


def _matches(source: Source) -> bool:
    if source.text is None or not source.text.head:
        return False
    names = clean_names(split_cells(source.text.head[0][1]))
    return mostly(source, _is_bar) or (len(names) == _WIDTH and names[0] == "open_time")


def _read(source: Source) -> Raw:
    text = text_of(source, FORMAT.name)
    header = header_line(text)
    if header is not None:
        return read_with_header(text, header)
    if not _matches(source):
        raise mismatch(source, FORMAT.name, "its lines have not open time, five numbers and close time")
    return Raw.of_cells(read_cells(text, _COLUMNS, ","))


FORMAT = Format("binance", "Binance public dumps, 12 columns", _matches, _read, UTC)
