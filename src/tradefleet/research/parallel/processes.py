"""Tasks in processes of this machine.

[Decision 7](docs/decisions/0007-workers.md) says why this is not one of the pools that exist.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from typing import Any

from tradefleet.market.errors import ParameterError
from tradefleet.research.parallel.child import check_may_start
from tradefleet.research.parallel.seat import Seat, opened, packed, with_news
from tradefleet.research.parallel.spool import Spool
from tradefleet.research.parallel.task import Outcome, Task, Work, check_timeout


class Processes:
    """So many processes at a time, started when there is a task for them and ended with the run.

    They end with the iterator that `run` gives, with this process, however it ends, and with Ctrl-C. Each uses one
    thread; `work` gives `threads=1` to what takes it. Kernels are best compiled before: see `warm_kernels`.

    Raises ParameterError for a count below 1.

    >>> from operator import add
    >>> tasks = (Task(number, f"task {number}", number * 10) for number in range(3))
    >>> with closing(Processes(1).run(add, 5, tasks, timeout=60)) as outcomes:
    ...     [(outcome.number, outcome.value) for outcome in outcomes]
    [(0, 5), (1, 15), (2, 25)]
    """

    def __init__(self, count: int) -> None:
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ParameterError(f"workers is {count!r}", cure="give a number of processes, such as 2")
        self._count = count

    def run(self, work: Work, shared: Any, tasks: Iterable[Task], timeout: float = 300.0) -> Generator[Outcome]:
        """As `Workers.run`."""
        check_may_start()
        check_timeout(timeout)
        with closing(Spool.of((work, shared))) as spool:
            seats = [Seat(spool, timeout) for _ in range(self._count)]
            try:
                yield from _outcomes(seats, iter(tasks))
            finally:
                for seat in seats:
                    seat.end()


def _outcomes(seats: list[Seat], tasks: Iterator[Task]) -> Iterator[Outcome]:
    while True:
        yield from _give(seats, tasks)
        busy = [seat for seat in seats if seat.busy]
        if not busy:
            return
        # Those with news first: after a time in which this process was stopped, all would look late.
        ready = with_news(busy, min(seat.remaining for seat in busy))
        for seat in busy:
            if seat in ready:
                outcome = seat.news()
            else:
                outcome = seat.expired() if seat.remaining == 0.0 else None
            if outcome is not None:
                yield opened(outcome)


def _give(seats: list[Seat], tasks: Iterator[Task]) -> Iterator[Outcome]:
    """Give tasks to the free seats; yields the outcomes of those that cannot be sent."""
    for seat in seats:
        while not seat.busy:
            task = next(tasks, None)
            if task is None:
                return
            blob = packed(task)
            if isinstance(blob, Outcome):
                yield blob
            else:
                seat.give(task.number, task.name, blob)
