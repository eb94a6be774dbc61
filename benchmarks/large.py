"""Ten years of minute bars, with and without a limit of memory; ten million bars against one million."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.report import Check, Report
from benchmarks.timing import measured
from benchmarks.worker import WORKERS
from tradefleet.market.generate import generate_bars

NAME = "large"

_TEN_YEARS = 5_256_000
_LIMIT = "500MB"
_BLOCK = 1_000_000


def run() -> Report:
    """One process each, on the same bars with and without the limit."""
    report = Report("Years of minute bars: peak memory and time of one backtest")
    with tempfile.TemporaryDirectory() as folder:
        files = {count: _bars(Path(folder) / str(count), count) for count in (_BLOCK, _TEN_YEARS, 10 * _BLOCK)}
        runs: dict[tuple[int, str, str], dict[str, Any]] = {}
        for count, plan, memory in (
            (_BLOCK, "ema_cross", "none"),
            (10 * _BLOCK, "ema_cross", "none"),
            (_TEN_YEARS, "ema_cross", "none"),
            (_TEN_YEARS, "ema_cross", _LIMIT),
            (_TEN_YEARS, "ten", "none"),
            (_TEN_YEARS, "ten", _LIMIT),
        ):
            answer = measured([sys.executable, WORKERS / "large.py", files[count], plan, memory])
            runs[count, plan, memory] = facts = json.loads(answer.output)
            report.rows.append(
                {
                    "bars": count,
                    "plan": plan,
                    "memory": memory,
                    "peak MB": round(answer.peak_mb),
                    "seconds": facts["seconds"],
                    "million bars/s": count / facts["seconds"] / 1e6,
                    "trades": facts["trades"],
                }
            )
            if memory == _LIMIT:
                report.checks.append(Check(f"peak of {plan} on ten years with {_LIMIT}, MB", answer.peak_mb, 500))
            if count == 10 * _BLOCK:
                report.checks.append(Check("peak of ten million bars, MB", answer.peak_mb, 1200))
    speeds = [count / runs[count, "ema_cross", "none"]["seconds"] for count in (_BLOCK, 10 * _BLOCK)]
    # Two runs of one speed differ by some percent.
    report.checks.append(Check("speed on ten million bars against one million", speeds[1] / speeds[0], 0.9, True))
    for plan in ("ema_cross", "ten"):
        whole, chunked = (runs[_TEN_YEARS, plan, memory] for memory in ("none", _LIMIT))
        same = (whole["trades"], whole["final"]) == (chunked["trades"], chunked["final"])
        report.checks.append(Check(f"{plan} gives the same with {_LIMIT}", float(same), 1, True))
    report.facts["runs"] = [{"plan": plan, "memory": memory, **facts} for (_, plan, memory), facts in runs.items()]
    return report


def _bars(folder: Path, count: int) -> Path:
    """Columns of generated bars, a file each."""
    folder.mkdir()
    bars = generate_bars("1m", days=count / 1440)
    for name in ("time", "open", "high", "low", "close", "volume"):
        getattr(bars, name).tofile(folder / name)
    return folder
