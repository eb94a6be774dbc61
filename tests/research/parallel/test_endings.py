"""However the parent ends, its workers end with it."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from tests.research.parallel.conftest import Script, alive, all_gone

# Two workers say who they are, then hang.
HANGING = """
from tests.research.parallel import works
from tradefleet.research.parallel import Processes, Task
def tasks():
    yield Task(0, "pid", "pid")
    yield Task(1, "pid", "pid")
    yield Task(2, "hang", "HOW")
    yield Task(3, "hang", "HOW")
if __name__ == "__main__":
    for outcome in Processes(2).run(works.misbehave, None, tasks()):
        print(outcome.value, flush=True)
"""


def hanging(script: Script, how: str) -> tuple[subprocess.Popen[str], list[int]]:
    process = script(HANGING.replace("HOW", how))
    assert process.stdout is not None
    pids = [int(process.stdout.readline()) for _ in range(2)]
    time.sleep(0.1)
    return process, pids


def test_ctrl_c_ends_all_promptly_and_without_a_word_from_workers(script: Script) -> None:
    process, pids = hanging(script, "sleep")
    began = time.monotonic()
    # As a terminal does: to the whole group.
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert time.monotonic() - began < 2.0
    assert all_gone(pids)
    assert process.returncode == -signal.SIGINT
    assert errors.count("Traceback") == 1 and errors.rstrip().endswith("KeyboardInterrupt")
    assert "resource_tracker" not in errors


@pytest.mark.parametrize("how", ["sleep", "hold the interpreter"])
def test_parent_that_is_killed_leaves_no_orphans(script: Script, how: str) -> None:
    process, pids = hanging(script, how)
    process.kill()
    process.wait()
    try:
        assert all_gone(pids)
    finally:
        for pid in filter(alive, pids):
            os.kill(pid, signal.SIGKILL)
        process.communicate()
