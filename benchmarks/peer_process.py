"""A peer from process start to end: import, read the bars, one backtest."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.environment import peers_python
from benchmarks.settings import Settings
from benchmarks.timing import Measured, measured
from benchmarks.worker import WORKERS

FASTEST = {"engine": "rust", "measures": "day ends"}


def peer_process(worker: str, bars: Path, request: dict[str, str]) -> Measured:
    """Start a worker, give it one request, wait for its end."""
    command: list[str | Path] = [peers_python(), WORKERS / f"{worker}.py", bars, json.dumps(asdict(Settings()))]
    return measured(command, given=json.dumps(request) + "\n")
