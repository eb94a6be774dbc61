"""Tasks in processes: the values are those of this process, and no task can stop the others."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.research.parallel import works
from tests.research.parallel.conftest import all_gone
from tests.research.parallel.outcomes import results, tasks

from tradefleet.market.errors import ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.research.parallel import Processes, Task, warm_kernels
from tradefleet.strategies import EmaCross


def open_files() -> set[str]:
    return set(os.listdir("/proc/self/fd"))  # noqa: PTH208


def test_backtests_are_those_of_this_process() -> None:
    warm_kernels()
    shared = {"strategy": EmaCross, "bars": generate_bars("1h", days=200)}
    payloads = [{"fast": fast, "slow": slow} for fast in (5, 8, 12) for slow in (20, 30)] + [{"stop_loss": 2.0}]
    found = results(Processes(2).run(works.measured, shared, tasks(payloads)))
    for (value, error), payload in zip(found[:-1], payloads, strict=False):
        assert error is None
        assert np.array_equal(value, works.measured(shared, payload), equal_nan=True)
    value, error = found[-1]
    assert value is None
    assert error is not None and error.startswith("stop_loss is 2.0, out of bounds, in ema_cross; choose ")


EXPECTED = {
    "loop": "no result after 0.5 s: ended task loop; ",
    "hold the interpreter": "no result after 0.5 s: ended task hold the interpreter; ",
    "stubborn": "no result after 0.5 s: ended task stubborn; ",
    "exit": "the process of task exit ended by exit code 3",
    "leave": f"SystemExit: 4, in {works.__file__}:",
    "segfault": "the process of task segfault ended by signal SIGSEGV",
    "kill": "the process of task kill ended by signal SIGKILL; is memory short?",
    "divide": f"ZeroDivisionError: division by zero, in {works.__file__}:",
    "unsendable": "its result is lost: it cannot be sent to another process: ",
}


def test_a_task_that_hangs_crashes_or_fails_is_named_and_stops_no_other() -> None:
    before = open_files()
    payloads = [word for each in EXPECTED for word in (each, f"well after {each}")]
    found = results(Processes(2).run(works.misbehave, None, tasks(payloads), timeout=0.5))
    assert len(found) == len(payloads)
    for payload, (value, error) in zip(payloads, found, strict=True):
        if payload in EXPECTED:
            assert value is None
            assert error is not None and error.startswith(EXPECTED[payload])
            assert "\n" not in error
        else:
            assert (value, error) == (payload, None)
    assert open_files() == before


def test_payload_that_cannot_be_sent_is_an_error_of_its_task() -> None:
    found = results(Processes(1).run(works.same, None, tasks(["a", lambda: None, "b"])))
    assert [value for value, _ in found] == ["a", None, "b"]
    assert str(found[1][1]).startswith("it cannot be sent to another process: ")


def test_huge_result_arrives() -> None:
    (outcome,) = Processes(1).run(works.misbehave, None, tasks(["huge"]), timeout=60)
    assert outcome.error is None
    assert np.array_equal(outcome.value, np.arange(5_000_000))


def test_shared_arrays_are_mapped_read_only_and_not_copied() -> None:
    bars = generate_bars("1m", days=700)
    ((value, error),) = results(Processes(1).run(works.arrays, bars, tasks(["look"])))
    ((small, _),) = results(Processes(1).run(works.arrays, bars[:100], tasks(["look"])))
    assert error is None
    total, writeable, offset, own = value
    assert (total, writeable, offset) == (float(bars.close.sum()), False, 0)
    # A million bars are 48 MB.
    assert own - small[3] < 20_000


def test_a_task_is_asked_for_when_a_worker_is_free_and_knows_the_outcomes_so_far() -> None:
    seen: list[int] = []
    known: list[int] = []

    def ask() -> Iterator[Task]:
        for number in range(20):
            known.append(number - len(seen))
            yield Task(number, str(number), number)

    for outcome in Processes(2).run(works.same, None, ask()):
        seen.append(outcome.value)
    assert sorted(seen) == list(range(20))
    assert max(known) < 2


def test_processes_are_used_again_and_end_with_the_run() -> None:
    with closing(Processes(2).run(works.misbehave, None, tasks(["pid"] * 50))) as outcomes:
        pids = {outcome.value for outcome in outcomes}
    assert len(pids) <= 2
    assert all_gone(list(pids))


def test_process_that_dies_while_idle_is_no_fault_of_the_next_task() -> None:
    pids: list[int] = []

    def ask() -> Iterator[Task]:
        yield Task(0, "first", "pid")
        os.kill(pids[0], signal.SIGKILL)
        assert all_gone(pids)
        yield Task(1, "second", "fine")

    for outcome in Processes(1).run(works.misbehave, None, ask()):
        pids.append(outcome.value)
    assert (outcome.value, outcome.error) == ("fine", None)


def test_run_that_is_left_early_ends_its_processes() -> None:
    before = open_files()
    outcomes = Processes(2).run(works.misbehave, None, tasks(["pid", "sleep", "sleep"]))
    first = next(outcomes)
    outcomes.close()
    assert all_gone([first.value])
    assert open_files() == before


@pytest.mark.parametrize("count", [0, -1, 1.5, True])
def test_number_of_workers_that_is_none(count: Any) -> None:
    with pytest.raises(ParameterError, match=r"workers is .*; give a number"):
        Processes(count)


@pytest.mark.parametrize("timeout", [0, -1.0, float("nan")])
def test_timeout_that_is_none(timeout: float) -> None:
    with pytest.raises(ParameterError, match=r"timeout is .*; give the seconds"):
        next(Processes(1).run(works.same, None, [], timeout))


def test_shared_value_that_cannot_be_sent() -> None:
    with pytest.raises(ParameterError, match="cannot be sent to another process"):
        next(Processes(1).run(works.same, lambda: None, tasks([1])))


def test_full_disk_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full")
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: full.open("wb", buffering=0))
    with pytest.raises(ParameterError, match=r"cannot be written: No space left.*TMPDIR"):
        next(Processes(1).run(works.same, np.zeros(100_000), tasks([1])))
