"""Sweeps on a real Dask cluster: equal to this machine's to the bit, also when a worker is killed on the way."""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Iterable
from typing import Any

import pytest
from tests.clusters.conftest import Cluster
from tests.research.sweep.acting import BySignals, OnBar, same_bits

from tradefleet.clusters import DaskWorkers
from tradefleet.market.generate import generate_bars
from tradefleet.research.batch import Batch
from tradefleet.research.parallel import Outcome, Task, Work
from tradefleet.research.search.evaluator import OneByOne
from tradefleet.research.search.space import Space
from tradefleet.research.sweep.pooled import Pooled

BARS = generate_bars("1h", days=60, seed=3)


class Deadly(DaskWorkers):
    """Kills a worker of the cluster when the first outcome is there."""

    def __init__(self, address: str, victim: subprocess.Popen[bytes]) -> None:
        super().__init__(address)
        self.victim = victim

    def run(self, work: Work, shared: Any, tasks: Iterable[Task], timeout: float = 300.0) -> Generator[Outcome]:
        for outcome in super().run(work, shared, tasks, timeout):
            self.victim.kill()
            yield outcome


@pytest.mark.parametrize(
    ("strategy", "local", "grid"),
    [
        (BySignals, Batch, {"length": "5:100:5", "stop_loss": "0.01:0.1:0.01"}),
        (OnBar, OneByOne, {"length": "5:100:5"}),
    ],
)
def test_sweep_with_a_killed_worker_equals_the_local_one(
    scheduler: Cluster, workers: list[subprocess.Popen[bytes]], strategy: Any, local: Any, grid: Any
) -> None:
    some = Space.of(strategy, {}, grid).combinations()
    with Pooled(strategy, {}, BARS, workers=Deadly(scheduler.address, workers[0])) as pooled:
        found = pooled.measure(some)
        assert workers[0].wait() < 0
        times, curves = pooled.equity(some)
    here = local(strategy, {}, BARS)
    expected, (own_times, own_curves) = here.measure(some), here.equity(some)
    assert not found.errors and not expected.errors
    assert same_bits(found.values, expected.values)
    assert times.tolist() == own_times.tolist()
    assert same_bits(curves, own_curves)


@pytest.mark.slow
def test_combination_that_hangs_on_a_cluster_is_named(scheduler: Cluster, workers: Any) -> None:
    some = Space.of(OnBar, {}, {"how": ["well", "loop", "exit"]}).combinations()
    found = Pooled(OnBar, {}, BARS, workers=DaskWorkers(scheduler.address), timeout=1.0).measure(some)
    assert found.errors[1].startswith("no result after 1 s: ended on_bar with how=loop; raise --timeout")
    assert found.errors[2] == "the process of on_bar with how=exit ended by exit code 3"
    assert same_bits(found.values[:1], OneByOne(OnBar, {}, BARS).measure(some.take(slice(0, 1))).values)
