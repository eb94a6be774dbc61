"""One writer a series at a time, across processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from tradefleet.market.errors import CatalogError
from tradefleet.storage.catalog.disk import disk_error, make_folder

WAIT = 30.0


@contextmanager
def writer_lock(path: Path, wait: float = WAIT) -> Iterator[None]:
    """Hold the writers' lock at `path`; raises CatalogError when another process keeps it `wait` seconds.

    The operating system frees the lock of a process that dies.
    """
    make_folder(path.parent)
    lock = FileLock(path, timeout=wait)
    try:
        lock.acquire()
    except Timeout:
        raise CatalogError(
            f"another process has been writing this series for {wait:g} s",
            where=str(path),
            cure="wait for it to end, or end it, and run this again",
        ) from None
    except OSError as error:
        raise disk_error(error, path) from error
    try:
        yield
    finally:
        lock.release()
