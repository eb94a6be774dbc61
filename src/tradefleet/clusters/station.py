"""What each worker of a cluster holds for a run: the shared values, and processes of its own that do the tasks.

A task does not run in the cluster's worker itself. There nothing could end one that hangs, one that crashes would take
all other tasks of that worker with it, and those in threads would wait for each other.
"""

from __future__ import annotations

from threading import Lock
from typing import Any
from weakref import WeakValueDictionary, finalize

from tradefleet.research.parallel.seat import Seat, with_news
from tradefleet.research.parallel.spool import Spool
from tradefleet.research.parallel.task import Outcome

_stations: WeakValueDictionary[str, Station] = WeakValueDictionary()


class Station:
    """Does tasks of one run, as many at a time as ask; its processes end when the cluster drops it."""

    def __init__(self, run: str, content: bytes, timeout: float) -> None:
        self.run = run
        self._content = content
        self._timeout = timeout
        self._spool: Spool | None = None
        self._seats: list[Seat] = []
        self._free: list[Seat] = []
        self._lock = Lock()
        _stations[run] = self

    def __reduce__(self) -> tuple[Any, ...]:
        return Station, (self.run, self._content, self._timeout)

    def __sizeof__(self) -> int:
        return len(self._content)

    def perform(self, number: int, name: str, blob: bytes) -> Outcome:
        """Do a task; its outcome has the value as bytes."""
        seat = self._seat()
        seat.give(number, name, blob)
        outcome = None
        while outcome is None:
            outcome = seat.news() if with_news([seat], seat.remaining) else seat.expired()
        self._free.append(seat)
        return outcome

    def _seat(self) -> Seat:
        # A worker's threads ask at once.
        with self._lock:
            if self._free:
                return self._free.pop()
            if self._spool is None:
                self._spool = Spool.of_content(self._content)
                finalize(self, _close, self._spool, self._seats)
            seat = Seat(self._spool, self._timeout)
            self._seats.append(seat)
            return seat

    def interrupt(self) -> None:
        """End the tasks that are under way."""
        for seat in list(self._seats):
            seat.interrupt()


def _close(spool: Spool, seats: list[Seat]) -> None:
    for seat in seats:
        seat.end()
    spool.close()


def perform(station: Station, number: int, name: str, blob: bytes) -> Outcome:
    """Do a task in this worker's station."""
    return station.perform(number, name, blob)


def interrupt(run: str) -> None:
    """End the tasks of a run that are under way in this worker."""
    station = _stations.get(run)
    if station is not None:
        station.interrupt()
