"""A process that is killed while it optimizes loses at most the batch in hand."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.research.optimize.hill import climb, told

from tradefleet.storage.studies import open_study

_ROOT = Path(__file__).parents[3]
_TRIALS = 96
_SCRIPT = f"""
import sys
from pathlib import Path
from tests.research.optimize.hill import climb
from tradefleet.storage.studies import open_study
with open_study(Path(sys.argv[1]), "a") as keeper:
    print("begun", flush=True)
    climb({_TRIALS}, keeper=keeper, sampler=sys.argv[2])
"""


@pytest.mark.parametrize(("sampler", "seed"), [("tpe", 1), ("nsga2", 4)])
def test_killed_and_resumed_equals_uninterrupted(tmp_path: Path, sampler: str, seed: int) -> None:
    clock = random.Random(seed)
    path, size = tmp_path / "a.log", 0
    for _ in range(3):
        command = [sys.executable, "-c", _SCRIPT, str(tmp_path), sampler]
        with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begun\n"
            # Until it has kept something more, and then at any moment.
            while process.poll() is None and path.stat().st_size <= size:
                time.sleep(0.005)
            time.sleep(clock.uniform(0, 0.1))
            process.send_signal(signal.SIGKILL)
        size = path.stat().st_size
    assert size > 0
    with open_study(tmp_path, "a") as keeper:
        found = climb(_TRIALS, keeper=keeper, sampler=sampler)
    assert told(found) == told(climb(_TRIALS, sampler=sampler))
