"""Processes timed from start to end, with their peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

PROBE = Path(__file__).with_name("workers") / "measured.py"


@dataclass(frozen=True)
class Measured:
    """One process: wall seconds from start to end, peak resident memory, what it printed."""

    seconds: float
    peak_mb: float
    output: str


def measured(command: list[str | Path], environment: dict[str, str] | None = None, given: str = "") -> Measured:
    """Run a command to its end. RuntimeError with its last words if it fails.

    It is started by a small process, since Linux counts the starter's memory into the peak of what it starts.
    """
    answer = subprocess.run(
        [sys.executable, "-I", "-S", PROBE, *command],
        env={**os.environ, **(environment or {})},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} failed: {answer.stderr[-2000:]}")
    return Measured(**json.loads(answer.stdout))


def medians(runs: list[Measured]) -> tuple[float, float]:
    """Median seconds and median peak memory."""
    return median(run.seconds for run in runs), median(run.peak_mb for run in runs)
