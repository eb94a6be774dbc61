"""`tradefleet exchange serve` as a process of its own, watched from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.home import COMMAND

_TICKS = os.sysconf("SC_CLK_TCK")
_LONGEST_START = 60.0
_LONGEST_CALL = 600.0


@dataclass(frozen=True)
class Served:
    """A server that is running; `start_seconds` from process start to the moment it tells where it is."""

    process: subprocess.Popen[str]
    facts: dict[str, Any]
    start_seconds: float

    @property
    def port(self) -> int:
        """Its port without TLS."""
        return int(self.facts["plain"])

    @property
    def account(self) -> dict[str, str]:
        """Name, key and secret of its first account."""
        first: dict[str, str] = self.facts["accounts"][0]
        return first

    def rss_mb(self) -> float:
        """Its resident memory now."""
        return memory_mb(self.process.pid)

    def cpu_seconds(self) -> float:
        """The processor time it has used."""
        return cpu_seconds(self.process.pid)

    def ask(self, method: str, path: str, body: dict[str, object] | None = None) -> Any:
        """A plain request, its answer decoded."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=_LONGEST_CALL) as answer:
            return json.load(answer)


@contextmanager
def served(folder: Path, *arguments: str) -> Iterator[Served]:
    """Serve while the context lasts, with a home in `folder`, without limits. RuntimeError if it does not start."""
    told = folder / "served.json"
    told.unlink(missing_ok=True)
    command: list[str | Path] = [
        COMMAND,
        "exchange",
        "serve",
        "--port",
        "0",
        "--plain",
        "0",
        "--no-limits",
        "--json",
        told,
        *arguments,
    ]
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, "TRADEFLEET_HOME": str(folder / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield _told(process, told, start)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=_LONGEST_START)


def _told(process: subprocess.Popen[str], told: Path, start: float) -> Served:
    output = process.stdout
    line = "" if output is None else output.readline()
    seconds = time.perf_counter() - start
    if not line.startswith("url"):
        raise RuntimeError(f"the server did not start: {line}{process.communicate()[0]}")
    # The file follows what is printed.
    while time.perf_counter() < start + _LONGEST_START:
        try:
            return Served(process, json.loads(told.read_text()), seconds)
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.01)
    raise RuntimeError("the server did not tell its keys")


def memory_mb(process: int) -> float:
    """The resident memory of a process now."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def cpu_seconds(process: int) -> float:
    """The processor time a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
