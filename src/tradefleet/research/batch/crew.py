"""Threads that share a row of compiled work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

# Slices of work for each thread: enough that none waits long for another.
_SLICES = 4
# Seconds of work that are worth handing to another thread.
_WORTH = 0.0004


class Crew:
    """So many threads, and for each the scratch that it writes on."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads)

    def share(self, count: int, seconds: float, make: Callable[[], T], work: Callable[[int, int, T], None]) -> None:
        """Call `work(first, last, scratch)` for slices of `count` things, each thread with a scratch of its own.

        All of it takes about so many seconds.
        """
        slices = min(self.threads * _SLICES, count, int(seconds / _WORTH))
        if count == 0:
            return
        if self.threads == 1 or slices < 2:
            work(0, count, make())
            return
        waiting: SimpleQueue[T] = SimpleQueue()
        for _ in range(self.threads):
            waiting.put(make())
        bounds = [count * part // slices for part in range(slices + 1)]

        def one(part: int) -> None:
            scratch = waiting.get()
            try:
                work(bounds[part], bounds[part + 1], scratch)
            finally:
                waiting.put(scratch)

        # Asking for the results raises what was raised.
        list(self._pool.map(one, range(slices)))
