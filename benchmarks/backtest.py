"""One backtest, warm, from arrays to trades and metrics: ours beside vectorbt and backtesting.py.

Workers stay warm in processes of their own and take turns, so that all meet the same weather. The first run of a
turn is not counted: it finds the caches full of another's data.
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.data import benchmark_data
from benchmarks.environment import peers_python
from benchmarks.machine import peer_versions
from benchmarks.report import Check, Report
from benchmarks.settings import Settings
from benchmarks.worker import Worker

NAME = "backtest"
ROUNDS, RUNS_A_TURN = 7, 2
SLOW_ROUNDS = 3  # of one run each: at seconds a run, caches do not matter
OURS, SLOW = "tradefleet", "backtesting.py"
VECTORBT = [
    {"engine": engine, "measures": measures}
    for engine, measures in product(("rust", "numba"), ("day ends", "per bar", "stats()"))
]


@dataclass(frozen=True)
class Job:
    """What one worker does when it is its turn."""

    worker: Worker
    request: dict[str, str] = field(default_factory=dict)
    rounds: int = ROUNDS
    runs: int = RUNS_A_TURN

    def turn(self) -> list[dict[str, Any]]:
        """One run to settle where there are several, then those that count."""
        if self.runs > 1:
            self.worker.run(**self.request)
        return [self.worker.run(**self.request) for _ in range(self.runs)]


def run() -> Report:
    """Rounds of A B C A B C; medians."""
    data, settings = benchmark_data(), Settings()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        arguments = data.save(Path(folder) / "bars.npz"), json.dumps(asdict(settings))

        def worker(python: str | Path, name: str) -> Worker:
            return stack.enter_context(Worker(python, name, *arguments))

        vectorbt = worker(peers_python(), "vectorbt_peer")
        jobs = {OURS: Job(worker(sys.executable, "ours"))}
        jobs |= {f"vectorbt, {', '.join(variant.values())}": Job(vectorbt, variant) for variant in VECTORBT}
        jobs[SLOW] = Job(worker(peers_python(), "backtesting_peer"), {}, SLOW_ROUNDS, 1)
        answers = _rounds(jobs)
    report = _report(answers)
    report.facts = {
        "data": data.origin,
        "bars": len(data.bars),
        "settings": asdict(settings),
        "versions": peer_versions(peers_python()),
        "runs": {name: [run["seconds"] for run in runs] for name, runs in answers.items()},
        "results": {name: runs[-1] for name, runs in answers.items()},
    }
    report.notes.insert(0, f"data: {data.origin}, {len(data.bars):,} bars; {settings}")
    return report


def _rounds(jobs: dict[str, Job]) -> dict[str, list[dict[str, Any]]]:
    answers: dict[str, list[dict[str, Any]]] = {name: [] for name in jobs}
    for job in jobs.values():
        job.worker.run(**job.request)  # compiles
    for number in range(ROUNDS):
        for name, job in jobs.items():
            if number < job.rounds:
                answers[name] += job.turn()
    return answers


def _report(answers: dict[str, list[dict[str, Any]]]) -> Report:
    seconds = {name: median(run["seconds"] for run in runs) for name, runs in answers.items()}
    best = {name: min(run["seconds"] for run in runs) for name, runs in answers.items()}
    fastest = min((name for name in seconds if name.startswith("vectorbt")), key=seconds.__getitem__)
    report = Report("Backtest of ema_cross with stop and target: arrays to trades and metrics, warm")
    for name, runs in answers.items():
        last = runs[-1]
        report.rows.append(
            {
                "system": name,
                "median s": round(seconds[name], 4),
                "best s": round(best[name], 4),
                "medians, times ours": round(seconds[name] / seconds[OURS], 1),
                "bests, times ours": round(best[name] / best[OURS], 1),
                "trades": last["trades"],
                "return": round(last["total_return"], 6),
            }
        )
    report.notes.append(
        "vectorbt: engine, measures; its return differs since it looks at a bar's stop before the signal "
        "exit at that bar's open, and not on the entry bar"
    )
    report.checks += [
        Check(f"times as fast as {fastest}", seconds[fastest] / seconds[OURS], 10, at_least=True),
        Check(f"times as fast as {SLOW}", seconds[SLOW] / seconds[OURS], 300, at_least=True),
    ]
    return report
