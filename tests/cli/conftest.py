"""A command in a home of its own, with some bars to work on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tradefleet.cli.main import run
from tradefleet.market.generate import generate_bars
from tradefleet.market.home import home
from tradefleet.storage.catalog import export

Command = Callable[..., "Outcome"]


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in a home and a folder of its own."""
    # Compiled code stays in the home that all tests share.
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(home() / "cache" / "kernels"))
    monkeypatch.setenv("TRADEFLEET_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def execute(*words: object) -> Outcome:
        capsys.readouterr()
        code = run([str(word) for word in words])
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return execute


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """A CSV of generated hourly bars."""
    return export(generate_bars("1h", days=40, seed=5, symbol="GEN/USD"), tmp_path / "prices.csv")


@pytest.fixture
def filled(command: Command, prices: Path) -> Command:
    """The same, with the CSV imported as GEN/USD 1h."""
    outcome = command("data", "import", prices, "--symbol", "GEN/USD", "--timeframe", "1h")
    assert outcome.code == 0, outcome.err
    return command


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content; locks do not count."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
