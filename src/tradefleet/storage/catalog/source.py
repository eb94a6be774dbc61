"""The bytes of a data file: unpacked, whatever it was packed with, and told apart by content."""

from __future__ import annotations

import gzip
import io
import lzma
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from tradefleet.market.errors import DataError
from tradefleet.storage.catalog.text import Text, as_text

_GZIP, _XZ, _ZIP = b"\x1f\x8b", b"\xfd7zXZ\x00", b"PK"
_AGAIN = "the file is not whole: fetch it again"


@dataclass(frozen=True)
class Source:
    """A file's unpacked bytes, under the name messages call it by."""

    name: str
    data: bytes

    @cached_property
    def text(self) -> Text | None:
        """The bytes as text, None when they are not text."""
        return as_text(self.name, self.data)


def open_sources(path: Path) -> list[Source]:
    """A file's content, `.gz`, `.xz` and `.zip` unpacked; of a zip every CSV member, or its only member.

    Raises DataError when the file is missing, a folder, empty, cut short or damaged, or a zip whose members
    leave a choice.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DataError("there is no such file", where=str(path), cure="check the path") from None
    except IsADirectoryError:
        raise DataError("this is a folder", where=str(path), cure=f"name its files: {path}/*.csv") from None
    except OSError as error:
        raise DataError(
            f"the file cannot be read: {error.strerror}", where=str(path), cure="make it readable"
        ) from None
    return _unpack(str(path), data)


def _unpack(name: str, data: bytes) -> list[Source]:
    if not data.strip():
        raise DataError("the file is empty", where=name, cure="give a file with bars")
    if data.startswith(_ZIP):
        return _unzip(name, data)
    try:
        if data.startswith(_GZIP):
            return _unpack(name, gzip.decompress(data))
        if data.startswith(_XZ):
            return _unpack(name, lzma.decompress(data))
    except (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"the packed file is damaged: {error}", where=name, cure=_AGAIN) from None
    return [Source(name, data)]


def _unzip(name: str, data: bytes) -> list[Source]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _members(name, archive)
            return [s for m in members for s in _unpack(f"{name}/{m}", archive.read(m))]
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError) as error:
        raise DataError(f"the zip is damaged: {error}", where=name, cure=_AGAIN) from None
    except (RuntimeError, NotImplementedError) as error:
        raise DataError(
            f"the zip cannot be opened: {error}", where=name, cure="unpack it and import the file in it"
        ) from None


def _members(name: str, archive: zipfile.ZipFile) -> list[str]:
    members = [
        member
        for member in archive.namelist()
        if not member.endswith("/") and not any(p.startswith((".", "__")) for p in PurePosixPath(member).parts)
    ]
    if len(members) == 1:
        return members
    tables = [member for member in members if member.lower().endswith((".csv", ".csv.gz"))]
    if tables:
        return tables
    if not members:
        raise DataError("the zip is empty", where=name, cure="give a zip with a data file in it")
    raise DataError(
        f"the zip holds {len(members)} files and no CSV: {', '.join(members[:5])}",
        where=name,
        cure="unpack it and import the file you mean",
    )
