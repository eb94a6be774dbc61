"""Peak memory of one process that reads the bars, runs the backtest and prints: ours and the peers'."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.data import benchmark_data
from benchmarks.home import Home
from benchmarks.peer_process import FASTEST, peer_process
from benchmarks.report import Check, Report

NAME = "memory"


def run() -> Report:
    """One process each; peak resident memory hardly varies."""
    data = benchmark_data()
    report = Report("Peak memory of a process that runs the backtest once")
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        imported = home.import_bars(home.csv_files())
        first, cached = home.backtest(), home.backtest()
        bars = data.save(Path(folder) / "bars.npz")
        peaks = {
            "tradefleet data import": imported.peak_mb,
            "tradefleet backtest, kernels compiled": first.peak_mb,
            "tradefleet backtest, kernels cached": cached.peak_mb,
            "vectorbt, rust": peer_process("vectorbt_peer", bars, FASTEST).peak_mb,
            "backtesting.py": peer_process("backtesting_peer", bars, {}).peak_mb,
        }
    report.rows = [{"process": name, "peak MB": round(peak)} for name, peak in peaks.items()]
    report.notes.append(f"data: {data.origin}, {len(data.bars):,} bars")
    report.checks.append(Check("peak of tradefleet backtest, MB", cached.peak_mb, 400))
    return report
