"""Websocket frames from the server's side: unmasked, whole, the same bytes for everybody."""

from __future__ import annotations

import struct
from enum import IntEnum

_FINAL = 0x80
_SHORT, _MEDIUM = 126, 1 << 16
_LONGEST_REASON = 123


class Opcode(IntEnum):
    """Kinds of frames."""

    TEXT = 1
    CLOSE = 8
    PING = 9
    PONG = 10


def frame(payload: bytes, opcode: Opcode = Opcode.TEXT) -> bytes:
    """One frame with its head.

    >>> frame(b"{}")
    b'\\x81\\x02{}'
    """
    size = len(payload)
    if size < _SHORT:
        return bytes((_FINAL | opcode, size)) + payload
    if size < _MEDIUM:
        return struct.pack("!BBH", _FINAL | opcode, 126, size) + payload
    return struct.pack("!BBQ", _FINAL | opcode, 127, size) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """The frame that ends a connection; a reason is cut at 123 bytes.

    >>> close_frame(1008, "Pong timeout")
    b'\\x88\\x0e\\x03\\xf0Pong timeout'
    """
    return frame(struct.pack("!H", code) + reason.encode()[:_LONGEST_REASON], Opcode.CLOSE)
