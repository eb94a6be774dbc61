"""`tradefleet data import` of the files: process start to end, bars checked and written."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.data import benchmark_data, packed_files
from benchmarks.home import Home
from benchmarks.report import Check, Report
from benchmarks.timing import Measured, medians

NAME = "import_data"
RUNS = 5


def run() -> Report:
    """A fresh home each time, plain and compressed files in turn."""
    data = benchmark_data()
    report = Report("Import of the files into the catalog, from process start")
    with tempfile.TemporaryDirectory() as folder:
        kinds = {"CSV": Home(Path(folder) / "home").csv_files(), "CSV, as .xz": packed_files()}
        kinds = {kind: files for kind, files in kinds.items() if files}
        runs: dict[str, list[Measured]] = {kind: [] for kind in kinds}
        for number in range(RUNS):
            for kind, files in kinds.items():
                runs[kind].append(Home(Path(folder) / f"home-{number}-{len(kind)}").import_bars(files))
        for kind, files in kinds.items():
            seconds, peak = medians(runs[kind])
            size = sum(file.stat().st_size for file in files) / 2**20
            row = {"files": kind, "MB": round(size), "median s": round(seconds, 3), "peak MB": round(peak)}
            report.rows.append(row)
            report.checks.append(Check(f"import of the files ({kind}), s", seconds, 3))
    report.notes.append(f"data: {data.origin}, {len(data.bars):,} bars")
    report.facts = {"runs": {kind: [run.seconds for run in each] for kind, each in runs.items()}}
    return report
