"""Run as a process of its own: write a file of scores again and again, dying each time one touch of the disk later.

    python score_crashing.py FILE

For n = 1, 2, ... a forked child writes to FILE and dies as by kill -9 just before its n-th write, fsync, replace or
unlink; a write is torn. Prints, a line of JSON each, the exit code and what FILE holds then, until a child comes to its
end; FILE is put back in between.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tradefleet.research.analyze.entry import Entry
from tradefleet.storage.score_files import write_scores

POINTS = ("write", "fsync", "replace", "unlink")
KILLED = 137
MOST = 50


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


def killed_write(path: Path, point: int) -> int:
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        arm(point)
        write_scores(path, {"BTC/USDT": Entry({"stop_loss": 0.02}, {}, {"trials": 810})})
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    path = Path(sys.argv[1])
    before = path.read_text()
    for point in range(1, MOST):
        path.write_text(before)
        code = killed_write(path, point)
        sys.stdout.write(json.dumps([code, path.read_text()]) + "\n")
        if code != KILLED:
            break
