"""A system under test, kept warm in a process and an environment of its own."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

WORKERS = Path(__file__).with_name("workers")


class Worker:
    """Runs `workers/NAME.py`; each request is one job, answered with what it found and the seconds it took.

    Between requests it sleeps on its input, so several can wait side by side without disturbing each other.
    """

    def __init__(self, python: str | Path, name: str, *arguments: str | Path) -> None:
        self.name = name
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the worker is
        self._process = subprocess.Popen(
            [python, WORKERS / f"{name}.py", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )

    def run(self, **request: Any) -> dict[str, Any]:
        """One job: its answer, with `seconds`."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise RuntimeError(f"worker {self.name} died: {self._errors.read().decode()[-3000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()  # the end of its input ends the worker
        self._errors.close()
