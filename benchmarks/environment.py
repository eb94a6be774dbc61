"""The peers' own environment, `.venv-peers`: made once, remade when its requirements change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = Path(__file__).with_name("requirements-peers.txt")
FOLDER = ROOT / ".venv-peers"


@cache
def peers_python() -> Path:
    """The interpreter of the peers' environment, which is installed first if need be."""
    python = FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = FOLDER / "installed-requirements.txt"
    if stamp.exists() and stamp.read_text() == REQUIREMENTS.read_text():
        return python
    print(f"installing vectorbt, backtesting.py and backtrader into {FOLDER} (once)", file=sys.stderr)
    for command in _uv(python) if shutil.which("uv") else _pip(python):
        subprocess.run(command, check=True, stdout=sys.stderr)
    shutil.copy(REQUIREMENTS, stamp)
    return python


def _uv(python: Path) -> list[list[str | Path]]:
    return [
        ["uv", "venv", "--quiet", "--clear", "--python", sys.executable, FOLDER],
        ["uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", python, "-r", REQUIREMENTS],
    ]


def _pip(python: Path) -> list[list[str | Path]]:
    return [
        [sys.executable, "-m", "venv", "--clear", FOLDER],
        [python, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS],
    ]
