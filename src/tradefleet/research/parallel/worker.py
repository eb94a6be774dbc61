"""One worker process, as its parent has it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from multiprocessing import Pipe

from tradefleet.research.parallel.spool import Spool

# The tasks are the parallel part: threads within them would only wait for each other.
_ONE_THREAD = dict.fromkeys(
    (
        "POLARS_MAX_THREADS",
        "NUMBA_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "PYTHON_CPU_COUNT",
    ),
    "1",
)
_GRACE = 1.0


class Worker:
    """A process that does the tasks of a spool, in a group of its own: Ctrl-C in a terminal does not reach it.

    It is started afresh, never forked, and it does not run the script again as multiprocessing's do. What it prints
    goes to standard error, since standard output may be for machines.
    """

    def __init__(self, spool: Spool) -> None:
        self._connection, theirs = Pipe()
        watched, self._lifeline = os.pipe()
        given = (theirs.fileno(), spool.fileno(), watched)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _program(given)],
                pass_fds=given,
                stdin=subprocess.DEVNULL,
                stdout=2,
                process_group=0,
                env={**os.environ, **_ONE_THREAD},
            )
        except BaseException:
            self._close()
            raise
        finally:
            theirs.close()
            os.close(watched)

    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def fileno(self) -> int:
        """What is ready to be read when there is a message, or the process has ended."""
        return self._connection.fileno()

    def send(self, blob: bytes) -> None:
        """Give it a task; for a process that has ended, `receive` tells so."""
        with suppress(OSError):
            self._connection.send_bytes(blob)

    def receive(self) -> bytes | None:
        """Its next message; None when it has ended."""
        try:
            return self._connection.recv_bytes()
        except (EOFError, OSError):
            return None

    def how_it_ended(self) -> str:
        """Of a process that is ending, as text: `exit code 3` or `signal SIGSEGV`."""
        try:
            code = self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            # It lives, but has closed its connection.
            self.end()
            return "its connection closed"
        self._close()
        if code >= 0:
            return f"exit code {code}"
        known = {each.value: each.name for each in signal.Signals}
        return f"signal {known.get(-code, -code)}"

    def end(self) -> None:
        """End the process and those that it started: by SIGTERM, after a second by SIGKILL."""
        if not self.has_ended():
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                self._process.wait()
        self._close()

    def kill(self) -> None:
        """End the process at once; to whoever waits for it, it has ended by itself."""
        if not self.has_ended():
            self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _close(self) -> None:
        self._connection.close()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1


def _program(given: tuple[int, ...]) -> str:
    path = [str(folder) for folder in sys.path]
    start = "from tradefleet.research.parallel.child import serve"
    return f"import sys; sys.path[:] = {path!r}; {start}; serve{given}"
