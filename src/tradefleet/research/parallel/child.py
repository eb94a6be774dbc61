"""What a worker process runs: tasks, one after another, for as long as the one that started it lives."""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
from multiprocessing.connection import Connection
from typing import Any

from tradefleet.market.errors import ParameterError, StrategyError, UserError
from tradefleet.research.parallel.failures import failure_text
from tradefleet.research.parallel.pickling import dumps
from tradefleet.research.parallel.spool import read_spool
from tradefleet.research.parallel.task import Work

# The first byte of a message to the parent; the value follows, pickled, or the error's text.
VALUE, ERROR = b"v", b"e"
_serving: list[int] = []


def serve(connection: int, spool: int, lifeline: int) -> None:
    """Do the tasks that come through `connection`; the descriptors are those the parent opened for this process."""
    _end_with_parent(lifeline)
    _serving.append(connection)
    with Connection(connection) as parent:
        try:
            work, shared = read_spool(spool)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - told to the parent, which raises it
            parent.send_bytes(ERROR + dumps(_as_user_error(error)))
            return
        parent.send_bytes(VALUE)
        while True:
            try:
                blob = parent.recv_bytes()
            except EOFError:
                return
            parent.send_bytes(_message(work, shared, blob))


def check_may_start() -> None:
    """Raise StrategyError in a worker: a script without a guard would start workers that start workers."""
    if _serving:
        raise StrategyError(
            "loading it starts the work that it is loaded for",
            cure='put the lines that start it under `if __name__ == "__main__":`',
        )


def _end_with_parent(lifeline: int) -> None:
    """Have the kernel end this process when the other end of the pipe `lifeline` is closed, however that comes about.

    A thread that watches would not run while compiled code of the user's holds the interpreter.
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


def _message(work: Work, shared: Any, blob: bytes) -> bytes:
    try:
        value = work(shared, pickle.loads(blob))
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - the error is the task's outcome
        return ERROR + failure_text(error).encode(errors="backslashreplace")
    try:
        return VALUE + dumps(value)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - likewise, for what the value's own methods raise
        return ERROR + f"its result is lost: {failure_text(error)}".encode(errors="backslashreplace")


def _as_user_error(error: BaseException) -> UserError:
    # A class of the user's the parent may not know.
    if isinstance(error, UserError) and type(error).__module__ == UserError.__module__:
        return error
    cure = "check that workers can import what the work is made of"
    return ParameterError(f"a worker cannot begin: {failure_text(error)}", cure=cure)
