"""An environment of freqtrade's own, `.venv-freqtrade`: made once; TRADEFLEET_FREQTRADE names another that is ready."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

_REQUIREMENT = "freqtrade==2026.9"
_FOLDER = Path(__file__).parents[3] / ".venv-freqtrade"


@cache
def freqtrade() -> Path:
    """The command; skips the test where it cannot be installed."""
    ready = os.environ.get("TRADEFLEET_FREQTRADE")
    command = Path(ready or _FOLDER) / "bin" / "freqtrade"
    stamp = _FOLDER / "installed-requirement.txt"
    if ready or (stamp.exists() and stamp.read_text() == _REQUIREMENT):
        return command
    python = _FOLDER / "bin" / "python"
    for line in _uv(python) if shutil.which("uv") else _pip(python):
        made = subprocess.run(line, capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.skip(f"freqtrade cannot be installed: {made.stderr.strip().splitlines()[-1:]}")
    stamp.write_text(_REQUIREMENT)
    return command


def _uv(python: Path) -> list[list[str | Path]]:
    return [
        ["uv", "venv", "--quiet", "--clear", "--python", sys.executable, _FOLDER],
        ["uv", "pip", "install", "--quiet", "--python", python, _REQUIREMENT],
    ]


def _pip(python: Path) -> list[list[str | Path]]:
    return [
        [sys.executable, "-m", "venv", "--clear", _FOLDER],
        [python, "-m", "pip", "install", "--quiet", _REQUIREMENT],
    ]
