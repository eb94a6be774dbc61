"""Writing what the user asked for to where the user said: a file, a link to one, a pipe or a device."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from tradefleet.market.errors import ParameterError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What these name is open already, also where that is a regular file.
_OPEN_ALREADY = ("/dev/fd/", "/dev/stdout", "/dev/stderr", "/proc/")


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; a pipe or a device is written into, a link's target replaced.

    Raises ParameterError where it cannot be written.
    """
    try:
        if _is_stream(path):
            _write_into(path, content)
        else:
            _replace(path.resolve(), content)
    except OSError as error:
        raise ParameterError(f"{path} cannot be written: {error.strerror}", cure=cure_of(error)) from error


def cure_of(error: OSError) -> str:
    """What helps where a file could not be written."""
    return "free some space" if error.errno in FULL else "name a file in a folder that exists and has room"


def _is_stream(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(mode) or str(path.absolute()).startswith(_OPEN_ALREADY)


def _write_into(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
