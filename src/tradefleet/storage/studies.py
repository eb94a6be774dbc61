"""Studies on disk: a journal each, in TRADEFLEET_HOME/studies.

One process runs a study at a time; the operating system frees the lock of one that dies. A batch of trials is appended
and synced as a whole; what a killed process left of an unfinished one is cut off when the study is opened again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from tradefleet.market.errors import ParameterError
from tradefleet.research.optimize.journal import whole_part
from tradefleet.storage.catalog.disk import disk_error, make_folder, sync_folder

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class StudyFile:
    """The lines of one study; made by `open_study`, which holds its lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            with os.fdopen(descriptor, "r+b") as file:
                content = file.read()
                whole = whole_part(content, str(path))
                if len(whole) < len(content):
                    file.truncate(len(whole))
                    os.fsync(file.fileno())
        except OSError as error:
            raise disk_error(error, path) from error
        sync_folder(path.parent)
        self._lines = whole.decode().splitlines()

    @property
    def place(self) -> str:
        """The file, for errors."""
        return str(self._path)

    def lines(self) -> Sequence[str]:
        """The lines of whole batches that were there when it was opened."""
        return self._lines

    def append(self, lines: Sequence[str]) -> None:
        """Write further lines and wait until the disk has them; raises CatalogError when it refuses."""
        rest = memoryview("".join(f"{line}\n" for line in lines).encode())
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND)
            try:
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise disk_error(error, self._path) from error


@contextmanager
def open_study(folder: Path, name: str) -> Iterator[StudyFile]:
    """The study of a name, new or as it was left; no other process can open it meanwhile.

    Raises ParameterError for a name that makes no file, and where another process runs the study.
    """
    if not _NAME.fullmatch(name):
        raise ParameterError(
            f"the study's name is {name!r}", cure="use letters, digits, - and _, such as ema-sharpe, and begin with one"
        )
    make_folder(folder)
    path = folder / f"{name}.log"
    lock = FileLock(f"{path}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ParameterError(
            f"another process runs the study '{name}'", where=str(path), cure="wait for it to end, or use another name"
        ) from None
    except OSError as error:
        raise disk_error(error, path) from error
    try:
        yield StudyFile(path)
    finally:
        lock.release()
