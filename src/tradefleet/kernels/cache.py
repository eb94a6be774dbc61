"""Where compiled code is kept between runs.

Numba notices an edit of the file a kernel is in, but not of the files it calls into, and would run stale code. So
the folder's name is a hash of every source a kernel is made of, and of the versions that compile it.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from types import FunctionType
from typing import Any

import numba
import numpy as np
from numba.core import config
from numba.core.caching import NullCache

from tradefleet.market.home import home

_PACKAGE = Path(__file__).parents[1]
# What `folder_for` names a folder: NUMBA_CACHE_DIR may hold others, which are not ours.
_NAME = re.compile(r"[0-9a-f]{24}")
_UNUSED = 30 * 24 * 3600.0
_CONFIG_LOCK = Lock()


def folder_for(functions: Iterable[FunctionType]) -> Path:
    """The folder for the compiled code of these functions."""
    digest = hashlib.blake2b(_package_digest(), digest_size=12)
    for part in sorted(_content(function) for function in functions):
        digest.update(part)
    return _root() / digest.hexdigest()


def _content(function: FunctionType) -> bytes:
    """All that a function's compiled code depends on, the functions it calls aside."""
    code = function.__code__
    # In version 2 equal code gives equal bytes; later ones also tell how often a constant is referred to.
    around = (function.__defaults__, function.__kwdefaults__, constants(function))
    content = [marshal.dumps(code, 2), repr(around).encode()]
    source = Path(code.co_filename)
    if source.is_file():
        content.append(source.read_bytes())
    return b"".join(content)


def constants(function: FunctionType) -> list[tuple[str, object]]:
    """The numbers and texts that a function takes from around it: they are compiled in.

    A step can take nothing else from there: `graph.step_rules` sees to it.
    """
    found = {name: function.__globals__.get(name) for name in function.__code__.co_names} | enclosed(function)
    return [(name, value) for name, value in sorted(found.items()) if isinstance(value, int | float | str | tuple)]


def enclosed(function: FunctionType) -> dict[str, object]:
    """What a function nested in another takes from there, in the order of its code."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells}


def keep_in(folder: Path, compiled: Any) -> bool:
    """Keep a function's compiled code in this folder; says whether it is there already.

    A full disk costs the next run its time, not this one its result.
    """
    _make_ready(folder)
    # Numba reads CACHE_DIR here and not again for this function; what the user compiles is to go elsewhere.
    with _CONFIG_LOCK:
        before = config.CACHE_DIR  # type: ignore[attr-defined]
        config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
        try:
            compiled.enable_caching()
        finally:
            config.CACHE_DIR = before  # type: ignore[attr-defined]
    store = compiled._cache
    if folder not in Path(store.cache_path).parents:
        # Where the folder cannot be made Numba takes one beside the source, whose code it would not know as stale.
        compiled._cache = NullCache()
        return False
    _save_if_possible(store)
    return Path(store._cache_file._index_path).is_file()


def _save_if_possible(store: Any) -> None:
    save = store.save_overload

    def save_quietly(*what: Any) -> None:
        with suppress(OSError):
            save(*what)

    store.save_overload = save_quietly


def _make_ready(folder: Path) -> None:
    """Make the folder, or note that it is in use; a new one takes the place of those long unused."""
    with suppress(OSError):
        if folder.is_dir():
            os.utime(folder)
            return
        folder.mkdir(parents=True)
        _prune(folder)


def _prune(new: Path) -> None:
    """Remove the folders beside a new one that were not used for thirty days before it."""
    oldest = new.stat().st_mtime - _UNUSED
    for folder in new.parent.iterdir():
        with suppress(OSError):
            if _NAME.fullmatch(folder.name) and folder.is_dir() and folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)


def announce(what: str) -> None:
    """Say on standard error what takes the time."""
    if sys.stderr is not None:
        sys.stderr.write(f"tradefleet: compiling {what}, once on this machine (about ten seconds)\n")
        sys.stderr.flush()


@cache
def _package_digest() -> bytes:
    """A digest of the rules and kernels themselves and of the versions in use."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{sys.version} {numba.__version__} {np.__version__}".encode())
    for package in ("simulation", "kernels"):
        for source in sorted((_PACKAGE / package).rglob("*.py")):
            digest.update(str(source.relative_to(_PACKAGE)).encode())
            digest.update(source.read_bytes())
    return digest.digest()


@cache
def _root() -> Path:
    """The folder of all compiled code: NUMBA_CACHE_DIR, else in home; a temporary one where that cannot be written."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    wanted = Path(named) if named else home() / "cache" / "kernels"
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=wanted):
            return wanted
    except OSError:
        return _in_temporary_folder()


def _in_temporary_folder() -> Path:
    """A folder of this user's own there: compiled code is run, so nobody else may have put it in place."""
    folder = Path(tempfile.gettempdir()) / f"tradefleet-kernels-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder if folder.stat().st_uid == os.getuid() else Path(tempfile.mkdtemp())
