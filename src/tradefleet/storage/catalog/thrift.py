"""Just enough of Thrift's compact protocol to read a Parquet footer and page header."""

from __future__ import annotations

import struct
from typing import Any

_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(13)
_INTEGERS = (_I16, _I32, _I64)


class ThriftError(ValueError):
    """The bytes are not what the protocol says."""


def read_struct(data: bytes, position: int = 0) -> tuple[dict[int, Any], int]:
    """The struct at `position` as {field number: value}, and where it ends.

    Integers, binaries, lists and structs are decoded; raises ThriftError for anything else, and when the
    bytes end early.
    """
    try:
        return _struct(data, position)
    except (IndexError, struct.error):
        raise ThriftError("the bytes end early") from None


def _struct(data: bytes, position: int) -> tuple[dict[int, Any], int]:
    fields: dict[int, Any] = {}
    number = 0
    while True:
        header = data[position]
        position += 1
        kind = header & 0x0F
        if kind == _STOP:
            return fields, position
        if header >> 4:
            number += header >> 4
        else:
            number, position = _zigzag(data, position)
        if kind in (_TRUE, _FALSE):
            fields[number] = kind == _TRUE
        else:
            fields[number], position = _value(data, position, kind)


def _value(data: bytes, position: int, kind: int) -> tuple[Any, int]:
    if kind in _INTEGERS:
        return _zigzag(data, position)
    if kind == _BYTE:
        return data[position], position + 1
    if kind == _DOUBLE:
        return struct.unpack_from("<d", data, position)[0], position + 8
    if kind == _BINARY:
        size, position = _varint(data, position)
        return data[position : position + size], position + size
    if kind in (_LIST, _SET):
        return _list(data, position)
    if kind == _STRUCT:
        return _struct(data, position)
    raise ThriftError(f"type {kind} is not expected")


def _list(data: bytes, position: int) -> tuple[list[Any], int]:
    header = data[position]
    position += 1
    size = header >> 4
    if size == 15:
        size, position = _varint(data, position)
    values = []
    for _ in range(size):
        value, position = _value(data, position, header & 0x0F)
        values.append(value)
    return values, position


def _varint(data: bytes, position: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
        shift += 7


def _zigzag(data: bytes, position: int) -> tuple[int, int]:
    value, position = _varint(data, position)
    return (value >> 1) ^ -(value & 1), position
