"""A home of its own with the benchmark's bars in its catalog, for what runs by the command line."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data import SYMBOL, csv_files
from benchmarks.settings import Settings
from benchmarks.timing import Measured, measured

COMMAND = Path(sys.executable).with_name("tradefleet")


@dataclass(frozen=True)
class Home:
    """A TRADEFLEET_HOME in a temporary folder."""

    folder: Path

    def run(self, *arguments: str | Path) -> Measured:
        """One `tradefleet` command in this home, from process start to end."""
        return measured([COMMAND, *arguments], {"TRADEFLEET_HOME": str(self.folder)})

    def csv_files(self) -> list[Path]:
        """The bars as CSV files, beside the home."""
        return csv_files(self.folder.parent)

    def import_bars(self, files: list[Path]) -> Measured:
        """`tradefleet data import`."""
        return self.run("data", "import", *files, "--symbol", SYMBOL, "--timeframe", "1m")

    def backtest(self) -> Measured:
        """`tradefleet backtest ema_cross` with the settings all benchmarks share."""
        return self.run(*backtest_arguments())


def backtest_arguments() -> list[str]:
    """The command whose printed result is waited for."""
    settings = Settings()
    values = {name: getattr(settings, name) for name in ("fast", "slow", "stop_loss", "take_profit")}
    where = ["--symbol", SYMBOL, "--timeframe", "1m", "--fee", str(settings.fee), "--cash", str(settings.cash)]
    chosen = [part for name, value in values.items() for part in ("--set", f"{name}={value}")]
    return ["backtest", "ema_cross", *where, *chosen, "--size", f"amount:{settings.amount:g}"]


def modules_loaded(home: Home, code: str) -> set[str]:
    """The top-level modules in memory when `code` has run and the process ends."""
    script = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print('\\n' + json.dumps(sorted({n.split('.')[0] for n in sys.modules}))))\n"
    )
    outcome = measured([sys.executable, "-c", script + code], {"TRADEFLEET_HOME": str(home.folder)})
    return set(json.loads(outcome.output.splitlines()[-1]))
