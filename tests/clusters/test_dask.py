"""On a real Dask cluster of two worker processes: what it gives is what this machine gives."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client
from tests.clusters.conftest import Cluster
from tests.research.parallel import works
from tests.research.parallel.conftest import all_gone
from tests.research.parallel.outcomes import results, tasks

from tradefleet.clusters import DaskWorkers
from tradefleet.market.errors import ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.research.parallel import Processes
from tradefleet.strategies import EmaCross, load_strategy


def test_cluster_without_workers(scheduler: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradefleet.clusters.dask._PATIENCE", 1.0)
    with pytest.raises(ParameterError, match=r"the Dask cluster has no worker, in .*; start one: dask worker tcp"):
        next(DaskWorkers(scheduler.address).run(works.same, None, tasks([1])))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "foo://127.0.0.1:1"])
def test_address_where_no_scheduler_answers(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradefleet.clusters.dask._PATIENCE", 0.5)
    with pytest.raises(ParameterError, match=rf"no Dask scheduler can be used at '{address}': .*; give the address"):
        next(DaskWorkers(address).run(works.same, None, tasks([1])))


def test_other_version_of_tradefleet(scheduler: Cluster, workers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Client.get_versions

    def other(*words: Any, **named: Any) -> Any:
        found = real(*words, **named)
        found["client"]["packages"]["tradefleet"] = "99.0"
        return found

    monkeypatch.setattr(Client, "get_versions", other)
    with pytest.raises(ParameterError, match=r"the scheduler has tradefleet .*, this machine 99\.0.*; install"):
        next(DaskWorkers(scheduler.address).run(works.same, None, tasks([1])))


def test_a_task_that_hangs_crashes_or_fails_is_named_and_stops_no_other(scheduler: Cluster, workers: Any) -> None:
    payloads = ["loop", "a", "exit", "b", "divide", "unsendable", "c", lambda: None]
    there = results(DaskWorkers(scheduler.address).run(works.misbehave, None, tasks(payloads), timeout=0.5))
    here = results(Processes(1).run(works.misbehave, None, tasks(payloads), timeout=0.5))
    assert there == here
    assert [value for value, _ in there] == [None, "a", None, "b", None, None, "c", None]


def test_strategy_of_a_file_that_the_workers_do_not_have(scheduler: Cluster, workers: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from tradefleet import Signals, Strategy\nfrom tradefleet.graph import close, open_\n"
        "class Mine(Strategy):\n    def signals(self):\n        return Signals(close > open_, close < open_)\n"
    )
    shared = {"strategy": load_strategy(str(file)), "bars": generate_bars("1h", days=20)}

    def asked() -> Iterator[Any]:
        file.unlink()
        yield from tasks([{"stop_loss": 0.01}])

    found = results(DaskWorkers(scheduler.address).run(works.measured, shared, asked()))
    assert found == [(works.measured(shared, {"stop_loss": 0.01}), None)]


def test_run_that_is_left_early_ends_what_hangs(scheduler: Cluster, workers: Any) -> None:
    outcomes = DaskWorkers(scheduler.address).run(works.misbehave, None, tasks(["pid", "pid", "sleep", "sleep"]))
    pids = [next(outcomes).value, next(outcomes).value]
    outcomes.close()
    assert all_gone(pids)


def test_killed_worker_costs_nothing_but_time(scheduler: Cluster, workers: list[subprocess.Popen[bytes]]) -> None:
    shared = {"strategy": EmaCross, "bars": generate_bars("1h", days=100)}
    payloads = [{"fast": fast, "slow": slow} for fast in range(4, 14) for slow in (20, 30, 40)]
    here = results(Processes(1).run(works.measured, shared, tasks(payloads)))
    there = []
    outcomes = DaskWorkers(scheduler.address).run(works.measured, shared, tasks(payloads))
    for count, outcome in enumerate(outcomes):
        if count == 3:
            workers[0].kill()
        there.append(outcome)
    assert workers[0].wait() < 0
    assert repr(results(there)) == repr(here)
    assert sorted(outcome.number for outcome in there) == list(range(len(payloads)))


def test_shared_values_that_all_their_holders_lost_are_sent_again(
    scheduler: Cluster, workers: list[subprocess.Popen[bytes]]
) -> None:
    payloads = list(range(12))
    outcomes = DaskWorkers(scheduler.address).run(works.slowly_same, None, tasks(payloads))
    there = [next(outcomes)]
    for process in workers:
        process.kill()
    scheduler.start_worker()
    there += outcomes
    assert results(there) == [(payload, None) for payload in payloads]


def test_scheduler_that_goes_away_is_said(scheduler: Cluster, workers: Any) -> None:
    outcomes = DaskWorkers(scheduler.address).run(works.misbehave, None, tasks(["pid", "sleep", "sleep", "sleep"]))
    next(outcomes)
    scheduler.processes[0].kill()
    with pytest.raises(ParameterError, match="the connection to the Dask scheduler is lost"):
        next(outcomes)
