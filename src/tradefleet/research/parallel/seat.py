"""A seat: one task at a time, done by a process that is replaced when it hangs or ends."""

from __future__ import annotations

import pickle
import time
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import wait

from tradefleet.market.errors import ParameterError
from tradefleet.research.parallel.child import VALUE
from tradefleet.research.parallel.failures import failure_text
from tradefleet.research.parallel.pickling import dumps
from tradefleet.research.parallel.spool import Spool
from tradefleet.research.parallel.task import Outcome, Task
from tradefleet.research.parallel.worker import Worker

# A process loads Python, this package and the strategy before its first task: seconds, many on a loaded machine.
_START = 120.0
_STARTS = 3


class Seat:
    """The place of one worker process. Outcomes have their value as bytes; `opened` makes it a value."""

    def __init__(self, spool: Spool, timeout: float) -> None:
        self._spool = spool
        self._timeout = timeout
        self._worker: Worker | None = None
        self._ready = False
        self._starts = 0
        self._number, self._name, self._blob = -1, "", b""
        self._since = 0.0
        self.busy = False

    def give(self, number: int, name: str, blob: bytes) -> None:
        """Have a task done: a Task with its payload as bytes."""
        self._number, self._name, self._blob = number, name, blob
        self.busy = True
        if self._worker is not None and self._worker.has_ended():
            # While it was idle: not this task's doing.
            self.end()
        if self._worker is None:
            self._start()
        else:
            self._begin()

    def fileno(self) -> int:
        """What is ready to be read when `news` is to be called."""
        return self._at_work.fileno()

    @property
    def remaining(self) -> float:
        """The seconds until `expired` is to be called."""
        limit = self._timeout if self._ready else max(self._timeout, _START)
        return max(0.0, self._since + limit - time.monotonic())

    def news(self) -> Outcome | None:
        """Take the process's message; gives the outcome if the task came to its end."""
        message = self._at_work.receive()
        if message is None:
            return self._lost()
        if self._ready:
            value, text = (message[1:], None) if message[:1] == VALUE else (None, message[1:].decode())
            return self._outcome(value, text)
        if message[:1] != VALUE:
            self.end()
            raise pickle.loads(message[1:])
        self._ready, self._starts = True, 0
        self._begin()
        return None

    def expired(self) -> Outcome:
        """End the process, whose time is over; gives the outcome."""
        ready = self._ready
        self.end()
        if not ready:
            cure = "look at what the strategy's file does when it is loaded, or use fewer workers"
            raise ParameterError(f"a worker did not begin within {_START:g} s", cure=cure)
        return self._outcome(
            None,
            f"no result after {self._timeout:g} s: ended {self._name}; raise --timeout if it only takes long, "
            "else look for a loop that does not end",
        )

    def interrupt(self) -> None:
        """End the task at once, from another thread than the one that waits for it."""
        if self._worker is not None:
            self._worker.kill()

    def end(self) -> None:
        """End the process, if there is one."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    @property
    def _at_work(self) -> Worker:
        return self._start() if self._worker is None else self._worker

    def _start(self) -> Worker:
        self._starts += 1
        self._ready = False
        self._since = time.monotonic()
        self._worker = Worker(self._spool)
        return self._worker

    def _begin(self) -> None:
        self._since = time.monotonic()
        self._at_work.send(self._blob)

    def _lost(self) -> Outcome | None:
        how = self._at_work.how_it_ended()
        self._worker = None
        if self._ready:
            hint = "; is memory short? use fewer workers" if how == "signal SIGKILL" else ""
            return self._outcome(None, f"the process of {self._name} ended by {how}{hint}")
        if self._starts >= _STARTS:
            cure = "see what it wrote to standard error; use fewer workers if memory is short"
            raise ParameterError(f"a worker ended by {how} before its first task", cure=cure)
        self._start()
        return None

    def _outcome(self, value: bytes | None, error: str | None) -> Outcome:
        self.busy = False
        return Outcome(self._number, value, error, time.monotonic() - self._since)


def with_news(seats: Sequence[Seat], seconds: float) -> list[Seat]:
    """Wait until some of these busy seats have news, or the time is over; gives those that have."""
    ready = wait([seat.fileno() for seat in seats], seconds)
    return [seat for seat in seats if seat.fileno() in ready]


def packed(task: Task) -> bytes | Outcome:
    """A task's payload as bytes, or the outcome of one that cannot be sent."""
    try:
        return dumps(task.payload)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - what a payload's own methods raise is the task's outcome
        return Outcome(task.number, None, failure_text(error), 0.0)


def opened(outcome: Outcome) -> Outcome:
    """An outcome with its value as it was before it was sent."""
    if outcome.value is None:
        return outcome
    try:
        return replace(outcome, value=pickle.loads(outcome.value))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - likewise, for a value
        return replace(outcome, value=None, error=f"its result cannot be read: {failure_text(error)}")
