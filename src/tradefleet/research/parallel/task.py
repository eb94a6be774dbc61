"""Tasks, their outcomes, and the port of whatever does them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from tradefleet.market.errors import ParameterError

# A function at the top of a module: work(shared, payload) gives a task's value.
Work = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Task:
    """One piece of work: its number, the name that errors call it by, and what `work` is given for it."""

    number: int
    name: str
    payload: Any


@dataclass(frozen=True)
class Outcome:
    """What became of a task: its value, or the error as one line, and the seconds it took."""

    number: int
    value: Any | None
    error: str | None
    seconds: float


class Workers(Protocol):
    """Whoever does tasks: processes of this machine, or a cluster."""

    def run(self, work: Work, shared: Any, tasks: Iterable[Task], timeout: float) -> Generator[Outcome]:
        """The outcomes of `work(shared, task.payload)`, in order of completion.

        `shared` is sent once a worker; its arrays are read-only there. Each task has `timeout` seconds; one that
        fails, hangs or ends its process has an error, and the others go on. Tasks are taken from `tasks` only as
        workers become free, and an outcome is handed out first: a generator can ask for the next by the last. Once
        `tasks` has no more it is asked again after each outcome: an iterator that then has more keeps the run going.

        Raises UserError for what no task could be done with, such as a strategy that other processes cannot load.
        """
        ...


def check_timeout(timeout: float) -> None:
    """Raise ParameterError unless this is a time that a task can have, in seconds."""
    if not timeout > 0:
        raise ParameterError(f"timeout is {timeout!r}", cure="give the seconds a task may take, such as 300")
