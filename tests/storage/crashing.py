"""Run as a process of its own: import a file again and again, dying each time one touch of the disk later.

    python crashing.py BEFORE FILE FOLDER

For n = 1, 2, ... the catalog BEFORE is copied to FOLDER/n and a forked child imports FILE there. It dies as by
kill -9 (no handler runs) just before its n-th write, fsync, replace, unlink, mkdir or rmdir; a write is torn:
half of it reaches the file. Prints where the catalog's code is, then the exit code of each child, a line each,
until one comes to its end.
"""

from __future__ import annotations

import inspect
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars  # noqa: F401 - loaded once, before the forks; no thread of it runs yet

from tradefleet.storage.catalog import Catalog, import_files

POINTS = ("write", "fsync", "replace", "unlink", "mkdir", "rmdir")
KILLED = 137
MOST = 200


def arm(last: int) -> None:
    touched = 0

    def guarded(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal touched
            touched += 1
            if touched == last:
                if name == "write":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                os._exit(KILLED)
            return real(*args, **kwargs)

        return call

    for name in POINTS:
        setattr(os, name, guarded(name, getattr(os, name)))


def bring(root: Path, file: str) -> None:
    import_files(Catalog(root), [file], symbol="BTC/USDT", timeframe="1h", replace=True)


def killed_import(root: Path, file: str, point: int) -> int:
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        arm(point)
        bring(root, file)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    before, file, folder = sys.argv[1:]
    sys.stdout.write(f"{inspect.getfile(Catalog)}\n")
    sys.stdout.flush()
    for point in range(1, MOST):
        root = Path(folder) / str(point)
        shutil.copytree(before, root)
        code = killed_import(root, file, point)
        sys.stdout.write(f"{code}\n")
        if code != KILLED:
            break
