"""Where compiled code is kept between runs.

Numba notices an edit of the file a kernel is in, but not of the files it calls into, and would run stale code. So
the folder's name is a hash of every source a kernel is made of, and of the versions that compile it.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import FunctionType

import numba
import numpy as np
from numba.core import config

from tradefleet.market.home import home

_PACKAGE = Path(__file__).parents[1]


def folder_for(functions: Iterable[FunctionType]) -> Path:
    """The folder for the compiled code of these functions."""
    digest = hashlib.blake2b(_package_digest(), digest_size=12)
    for function in sorted(functions, key=lambda f: (f.__module__, f.__qualname__)):
        digest.update(marshal.dumps(function.__code__))
        source = Path(function.__code__.co_filename)
        if source.is_file():
            digest.update(source.read_bytes())
    return _root() / digest.hexdigest()


def use(folder: Path) -> bool:
    """Keep what is compiled next in this folder; says whether there is something in it already."""
    known = folder.is_dir()
    config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    return known


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
    """The folder of all compiled code: NUMBA_CACHE_DIR, else in home, else where that cannot be written a temporary one."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    wanted = Path(named) if named else home() / "cache" / "kernels"
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=wanted):
            return wanted
    except OSError:
        return Path(tempfile.gettempdir()) / f"tradefleet-kernels-{os.getuid()}"
