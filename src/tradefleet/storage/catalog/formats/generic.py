"""CSV with a header line, from anywhere."""

from __future__ import annotations

from tradefleet.storage.catalog.formats.header import header_line, read_with_header
from tradefleet.storage.catalog.formats.raw import Format, Raw, mismatch, text_of
from tradefleet.storage.catalog.source import Source
from tradefleet.storage.catalog.timezones import UTC


def _matches(source: Source) -> bool:
    return source.text is not None and header_line(source.text) is not None


def _read(source: Source) -> Raw:
    text = text_of(source, FORMAT.name)
    header = header_line(text)
    if header is None:
        raise mismatch(source, FORMAT.name, "no line names time, open, high, low, close")
    return read_with_header(text, header)


FORMAT = Format("csv", "CSV with a header line, separated by , ; or tab", _matches, _read, UTC)
