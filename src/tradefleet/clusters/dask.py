"""Tasks on a Dask cluster that is there already."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tradefleet.clusters.station import Station, interrupt, perform
from tradefleet.market.errors import ParameterError, UserError
from tradefleet.research.parallel.child import check_may_start
from tradefleet.research.parallel.failures import failure_text
from tradefleet.research.parallel.seat import opened, packed
from tradefleet.research.parallel.spool import Spool
from tradefleet.research.parallel.task import Outcome, Task, Work, check_timeout

if TYPE_CHECKING:
    from distributed import Client

# Seconds to be answered in, by the scheduler and then by a first worker.
_PATIENCE = 4.0
_RETRIES = 2


class DaskWorkers:
    """The workers of the Dask cluster whose scheduler is at `address`, such as `tcp://10.0.0.5:8786`.

    As many tasks run at a time as the cluster's workers have threads, each in a process of its own beside the worker.
    The scheduler and all workers need this version of tradefleet; strategies of files are sent along, what else `work`
    reads from files must be there. When a worker is lost, its tasks are done again by another.

    `run` raises ParameterError where Dask is not installed, no cluster answers or its versions do not fit.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def run(self, work: Work, shared: Any, tasks: Iterable[Task], timeout: float = 300.0) -> Generator[Outcome]:
        """As `Workers.run`; the time a task waits for a free worker does not count."""
        check_may_start()
        check_timeout(timeout)
        with closing(Spool.of((work, shared))) as spool:
            station = Station(uuid4().hex, spool.content, timeout)
        with _connected(self._address) as client:
            _check_workers(client, self._address)
            flight = _Flight(client, station)
            try:
                yield from flight.outcomes(iter(tasks))
            finally:
                flight.end()


@dataclass(frozen=True)
class _Given:
    """A task that the cluster has, and how often what it needs was lost."""

    task: Task
    blob: bytes
    lost: int = 0


class _Flight:
    """The tasks that a cluster has been given: twice as many as it has threads, so that none waits for the next."""

    def __init__(self, client: Client, station: Station) -> None:
        from distributed import as_completed  # noqa: PLC0415 - optional and heavy, only where a cluster is used

        self._client = client
        self._station = station
        self._held = self._scatter()
        self._threads, self._counted = 0, -math.inf
        self._under_way: dict[Any, _Given] = {}
        self._completed = as_completed(loop=client.loop, with_results=True, raise_errors=False)

    def outcomes(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """The outcomes in order of completion."""
        yield from self._give(tasks)
        for future, result in self._completed:
            outcome = self._outcome(future, self._under_way.pop(future), result)
            if outcome is not None:
                yield outcome
            yield from self._give(tasks)

    def end(self) -> None:
        """End what is under way: nobody waits for it any more."""
        if self._under_way and self._client.status == "running":
            self._client.cancel(list(self._under_way))
            self._client.run(interrupt, self._station.run, on_error="ignore")

    def _scatter(self) -> Any:
        try:
            return self._client.scatter(self._station, broadcast=True, hash=False)
        except TimeoutError:
            raise _no_worker(self._client.scheduler.address) from None

    def _give(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        while len(self._under_way) < self._most():
            task = next(tasks, None)
            if task is None:
                return
            blob = packed(task)
            if isinstance(blob, Outcome):
                yield blob
            else:
                self._submit(_Given(task, blob))

    def _most(self) -> int:
        # Workers come and go, but asking at each task would take longer than a short one does.
        if time.monotonic() > self._counted + _PATIENCE:
            self._counted = time.monotonic()
            self._threads = sum(self._client.nthreads().values())
        return max(1, 2 * self._threads)

    def _submit(self, given: _Given) -> None:
        task = given.task
        future = self._client.submit(
            perform, self._held, task.number, task.name, given.blob, pure=False, retries=_RETRIES
        )
        self._under_way[future] = given
        self._completed.add(future)

    def _outcome(self, future: Any, given: _Given, result: Any) -> Outcome | None:
        if isinstance(result, Outcome):
            return opened(result)
        error = result[1] if future.status == "error" else result
        if isinstance(error, UserError):
            raise error
        if future.cancelled() and self._again(error, given):
            return None
        task = given.task
        return Outcome(task.number, None, f"the cluster could not do {task.name}: {failure_text(error)}", 0.0)

    def _again(self, error: Any, given: _Given) -> bool:
        """Give a task again whose shared values were lost with the last worker that held them."""
        if getattr(error, "reason", "") == "scheduler-connection-lost":
            raise _connection_lost()
        if given.lost >= _RETRIES:
            return False
        if self._held.status != "finished":
            self._held = self._scatter()
        self._submit(replace(given, lost=given.lost + 1))
        return True


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    try:
        from distributed import Client  # noqa: PLC0415 - optional and heavy, only where a cluster is used
        from distributed.comm import CommClosedError  # noqa: PLC0415
    except ModuleNotFoundError:
        raise ParameterError("Dask is not installed", cure="install it: pip install 'tradefleet[dask]'") from None
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    # A wrong form of address, no answer, versions of Dask that do not speak with each other.
    except (ValueError, OSError, ImportError) as error:
        raise ParameterError(
            f"no Dask scheduler can be used at {address!r}: {error}",
            cure="give the address that `dask scheduler` prints, such as tcp://10.0.0.5:8786",
        ) from error
    with client:
        try:
            yield client
        except CommClosedError as error:
            raise _connection_lost() from error


def _no_worker(address: str) -> ParameterError:
    return ParameterError("the Dask cluster has no worker", where=address, cure=f"start one: dask worker {address}")


def _connection_lost() -> ParameterError:
    cure = "see whether the scheduler still runs, then start again"
    return ParameterError("the connection to the Dask scheduler is lost", cure=cure)


def _check_workers(client: Client, address: str) -> None:
    """Raise ParameterError unless there is a worker, and every process of the cluster has this tradefleet."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError:
        raise _no_worker(address) from None
    found = client.get_versions(packages=["tradefleet"])
    ours = found["client"]["packages"]["tradefleet"]
    for name, each in {"the scheduler": found["scheduler"], **found["workers"]}.items():
        theirs = each["packages"].get("tradefleet")
        if theirs != ours:
            has = f"tradefleet {theirs}" if theirs else "no tradefleet"
            cure = f"install tradefleet {ours} where it runs"
            raise ParameterError(f"{name} has {has}, this machine {ours}", where=address, cure=cure)
