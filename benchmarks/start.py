"""From process start: the import, `--help`, and the printed result of a backtest. Medians of ten."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.data import benchmark_data
from benchmarks.home import Home, backtest_arguments, modules_loaded
from benchmarks.peer_process import FASTEST, peer_process
from benchmarks.report import Check, Report
from benchmarks.timing import Measured, measured, medians

NAME = "start"
RUNS, PEER_RUNS = 10, 3
HEAVY = ("numpy", "numba", "pandas", "polars", "talib", "plotly", "sqlalchemy", "ccxt")
NOT_NEEDED = {"pandas", "plotly"}
IMPORT = "import time; t = time.perf_counter(); import tradefleet; print(time.perf_counter() - t)"
MAIN = "import sys; from tradefleet.cli.main import main; sys.argv[1:] = {arguments!r}; main()"

Start = Callable[[], Measured]


def run() -> Report:
    """Each kind of start in turn, ten times; the peers three."""
    data = benchmark_data()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        home.import_bars(home.csv_files())
        home.backtest()  # compiles the kernels into the home's cache
        bars = data.save(Path(folder) / "bars.npz")
        ours: dict[str, Start] = {
            "python -c 'import tradefleet'": lambda: measured([sys.executable, "-c", IMPORT]),
            "tradefleet --help": lambda: home.run("--help"),
            "tradefleet backtest": home.backtest,
        }
        peers: dict[str, Start] = {
            "vectorbt, rust, from .npz": lambda: peer_process("vectorbt_peer", bars, FASTEST),
            "backtesting.py, from .npz": lambda: peer_process("backtesting_peer", bars, {}),
        }
        runs: dict[str, list[Measured]] = {name: [] for name in ours | peers}
        for number in range(RUNS):
            for name, start in (ours | peers if number < PEER_RUNS else ours).items():
                runs[name].append(start())
        loaded = _loaded(home)
    return _report(runs, loaded, f"{data.origin}, {len(data.bars):,} bars")


def _loaded(home: Home) -> dict[str, list[str]]:
    """The heavy modules each start has in memory at its end."""
    codes = {
        "import tradefleet": "import tradefleet",
        "tradefleet --help": MAIN.format(arguments=["--help"]),
        "tradefleet backtest": MAIN.format(arguments=backtest_arguments()),
    }
    return {name: sorted(modules_loaded(home, code) & set(HEAVY)) for name, code in codes.items()}


def _report(runs: dict[str, list[Measured]], loaded: dict[str, list[str]], data: str) -> Report:
    report = Report("From process start to result")
    for name, each in runs.items():
        seconds, peak = medians(each)
        best = min(run.seconds for run in each)
        report.rows.append(
            {"start": name, "median s": round(seconds, 3), "best s": round(best, 3), "peak MB": round(peak)}
        )
    importing, helping, testing = (list(runs.values())[i] for i in range(3))
    inside = median(float(run.output) for run in importing)
    report.notes.append(f"data: {data}; the import itself: {inside:.4f} s")
    report.notes += [f"heavy modules loaded by {name}: {', '.join(names) or 'none'}" for name, names in loaded.items()]
    report.checks += [
        Check("import tradefleet, s", inside, 0.1),
        Check("tradefleet --help, s", medians(helping)[0], 0.3),
        Check("process start to printed backtest, s", medians(testing)[0], 1.5),
        Check("heavy modules loaded by the import", len(loaded["import tradefleet"]), 0),
        Check("heavy modules loaded by --help", len(loaded["tradefleet --help"]), 0),
        Check("pandas or plotly loaded by a backtest", len(NOT_NEEDED & set(loaded["tradefleet backtest"])), 0),
    ]
    report.facts = {"loaded": loaded, "runs": {name: [r.seconds for r in each] for name, each in runs.items()}}
    return report
