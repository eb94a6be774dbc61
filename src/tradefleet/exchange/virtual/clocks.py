"""The process's clocks, told by somebody else for a while."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tradefleet.market.time import SECOND

_Functions = dict[str, Callable[..., Any]]
_TAKEN = threading.Lock()


@contextmanager
def told(now: Callable[[], int], elapsed: Callable[[], int], wait: Callable[[int], None]) -> Iterator[None]:
    """Let `now` tell the wall clock and `elapsed` the monotonic one, all in nanoseconds, to the whole process.

    `time.sleep` calls `wait` in this thread, and sleeps as ever in others. Modules that have imported a clock by its
    own name are told too, and all is as it was afterwards. `datetime.now`, `time.perf_counter` and clocks kept under
    other names go on telling real time.

    Raises RuntimeError where it is done already.
    """
    if not _TAKEN.acquire(blocking=False):
        raise RuntimeError("there is one virtual time in a process: the other run has to end first")
    try:
        theirs = _clocks(now, elapsed, wait)
        ours: _Functions = {name: getattr(time, name) for name in theirs}
        _exchange(ours, theirs)
        try:
            yield
        finally:
            # Modules that were first imported meanwhile hold them as well.
            _exchange(theirs, ours)
    finally:
        _TAKEN.release()


def _clocks(now: Callable[[], int], elapsed: Callable[[], int], wait: Callable[[int], None]) -> _Functions:
    sleep, thread = time.sleep, threading.get_ident()

    def block(seconds: float) -> None:
        if threading.get_ident() != thread:
            sleep(seconds)
        elif seconds < 0:
            raise ValueError("sleep length must be non-negative")
        else:
            wait(round(seconds * SECOND))

    return {
        "time": lambda: now() / SECOND,
        "time_ns": lambda: now(),
        "monotonic": lambda: elapsed() / SECOND,
        "monotonic_ns": lambda: elapsed(),
        "sleep": block,
    }


def _exchange(old: _Functions, new: _Functions) -> None:
    """Put functions in the place of others of the same name, in every module that has them under it."""
    for module in tuple(sys.modules.values()):
        # Some are stand-ins that load at the first touch, and some not modules at all.
        names = getattr(module, "__dict__", None) if type(module) is type(sys) else None
        if names is None:
            continue
        for name, function in old.items():
            if names.get(name) is function:
                names[name] = new[name]
