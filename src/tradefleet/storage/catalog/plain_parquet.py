"""Reading the Parquet files of the catalog's own layout straight into NumPy arrays."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tradefleet.storage.catalog.columns import NAMES, Columns
from tradefleet.storage.catalog.thrift import ThriftError, read_struct

_MAGIC = b"PAR1"
_INT64, _DOUBLE = 2, 5
_PLAIN, _UNCOMPRESSED, _DATA_PAGE, _OPTIONAL = 0, 0, 0, 1
# A page header is some 30 bytes, the levels of one run at most 10.
_HEADER_ROOM = 512


def read_plain(path: Path, target: Columns) -> bool:
    """Fill `target` from a file with one plain, uncompressed page a column and no absent value.

    False when the file is anything else, `target` then holds nothing of use; FileNotFoundError when it is
    gone. The numbers of fields are those of Parquet's own `parquet.thrift`.
    """
    with path.open("rb") as file:
        try:
            chunks = _chunks(file, target.rows)
            return chunks is not None and all(
                _read_chunk(file, *chunks[name], column) for name, column in zip(NAMES, target, strict=True)
            )
        except (ThriftError, LookupError, TypeError, struct.error):
            return False


def _chunks(file: BinaryIO, rows: int) -> dict[str, tuple[int, bool]] | None:
    """By column name: where its only page starts and whether levels precede the values."""
    size = file.seek(0, 2)
    if size < 12:
        return None
    file.seek(size - 8)
    length, magic = struct.unpack("<I4s", file.read(8))
    if magic != _MAGIC or length > size - 12:
        return None
    file.seek(size - 8 - length)
    footer, _ = read_struct(file.read(length))
    elements = {element[4].decode(): element for element in footer[2][1:]}
    groups = footer[4]
    if footer[3] != rows or len(groups) != 1 or not _is_nanoseconds(elements["time"]):
        return None
    chunks = {}
    for name, chunk in zip(elements, groups[0][1], strict=True):
        meta = chunk[3]
        kind = _INT64 if name == "time" else _DOUBLE
        if (meta[1], meta[4], meta[5]) != (kind, _UNCOMPRESSED, rows) or 11 in meta:
            return None
        chunks[name] = (meta[9], elements[name][3] == _OPTIONAL)
    return chunks


def _is_nanoseconds(element: dict[int, Any]) -> bool:
    # LogicalType 8 is a timestamp, unit 3 nanoseconds.
    return 3 in element[10][8][2]


def _read_chunk(file: BinaryIO, start: int, levels: bool, column: NDArray[Any]) -> bool:
    rows = len(column)
    file.seek(start)
    head = file.read(_HEADER_ROOM)
    header, position = read_struct(head)
    page = header[5]
    if header[1] != _DATA_PAGE or page[1] != rows or page[2] != _PLAIN:
        return False
    end = position + header[3]
    if levels:
        (size,) = struct.unpack_from("<I", head, position)
        run = head[position + 4 : position + 4 + size]
        if run != _all_present(rows):
            return False
        position += 4 + size
    if end - position != 8 * rows:
        return False
    file.seek(start + position)
    view = column.view(np.uint8).data
    return file.readinto(view) == len(view)  # type: ignore[attr-defined, no-any-return]


def _all_present(rows: int) -> bytes:
    # One run of `rows` ones in Parquet's hybrid encoding: the length as a varint, then the value.
    length = rows << 1
    encoded = bytearray()
    while length >= 0x80:
        encoded.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([*encoded, length, 1])
