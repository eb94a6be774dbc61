"""A real Dask cluster of two worker processes on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCAL = ("--host", "127.0.0.1", "--no-dashboard")


@dataclass
class Cluster:
    """Processes of a cluster on this machine; ports are the system's choice."""

    folder: Path
    address: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, what: str, *words: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        words = (sys.executable, "-m", f"distributed.cli.dask_{what}", *words, *LOCAL)
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(words, stdout=log, stderr=log, env=environment)
        self.processes.append(process)
        return process

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        file = self.folder / "scheduler.json"
        scheduler = self.start("scheduler", "--port", "0", "--scheduler-file", str(file))
        until = time.monotonic() + 60
        while not file.exists() or not file.read_text().endswith("}"):
            assert time.monotonic() < until, (self.folder / "log").read_text()
            time.sleep(0.05)
        self.address = json.loads(file.read_text())["address"]
        return scheduler

    def start_worker(self) -> subprocess.Popen[bytes]:
        words = (self.address, "--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder))
        return self.start("worker", *words)

    def end(self) -> None:
        # Workers first; none has anything to tell to a scheduler that goes too.
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("dask"))
    try:
        cluster.start_scheduler()
        yield cluster
    finally:
        cluster.end()


@pytest.fixture
def workers(scheduler: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two workers, which may take long to start where the machine has much to do."""
    monkeypatch.setattr("tradefleet.clusters.dask._PATIENCE", 30.0)
    while sum(process.poll() is None for process in scheduler.processes) < 3:
        scheduler.start_worker()
    yield [process for process in scheduler.processes if process.poll() is None][1:]
