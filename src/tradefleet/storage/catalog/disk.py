"""Writing files so that a crash leaves the old one or the new one, and saying what a disk error means."""

from __future__ import annotations

import os
from pathlib import Path

from tradefleet.market.errors import CatalogError
from tradefleet.market.files import FULL

TEMPORARY = ".tmp"


def write_file(path: Path, data: bytes) -> None:
    """Put `data` at `path` whole or not at all; the folder itself is synced by `sync_folder`.

    Raises CatalogError when the disk refuses; no temporary file stays behind.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")
    try:
        _write_synced(temporary, data)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise disk_error(error, path) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _write_synced(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise disk_error(error, folder) from error


def make_folder(folder: Path) -> None:
    """Create a folder and its parents, durably; raises CatalogError when the disk refuses."""
    missing = [folder]
    while not missing[-1].exists() and missing[-1].parent != missing[-1]:
        missing.append(missing[-1].parent)
    try:
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
    except OSError as error:
        raise disk_error(error, folder) from error
    for path in missing[1:]:
        sync_folder(path)


def remove_if_empty(folder: Path, root: Path) -> None:
    """Remove a folder and its parents below `root` as far as they are empty."""
    while folder != root and root in folder.parents:
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return  # not empty: another series lives there
        folder = folder.parent


def disk_error(error: OSError, path: Path) -> CatalogError:
    """The CatalogError that tells a user what an operating system's error means."""
    if error.errno in FULL:
        return CatalogError(
            "the disk is full", where=str(path), cure="free some space and run it again; nothing was changed"
        )
    return CatalogError(
        f"this cannot be written: {error.strerror or error}",
        where=str(path),
        cure="check that the folder exists and is yours to write; nothing was changed",
    )
