"""A strategy that acts bar by bar, from arrays to trades: ours beside backtrader.

The same SMA cross with a stop, by the event-driven API of each. Workers stay warm and take turns.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.data import Data, benchmark_data
from benchmarks.environment import peers_python
from benchmarks.report import Check, Report
from benchmarks.settings import Settings
from benchmarks.worker import Worker

NAME = "on_bar"
BARS = 100_000
ROUNDS, RUNS_A_TURN = 5, 3
OURS, PEER = "tradefleet", "backtrader"
LEAST_RATIO = 10.0
# On these bars no stop is touched on its entry bar, from which on ours works and backtrader's does not yet.
SAME_EQUITY = 1e-9


def run() -> Report:
    """Rounds of A B A B; medians."""
    whole, settings = benchmark_data(), Settings()
    data = Data(whole.bars[:BARS], whole.origin, whole.generated)
    with tempfile.TemporaryDirectory() as folder:
        arguments = data.save(Path(folder) / "bars.npz"), json.dumps(asdict(settings))
        with (
            Worker(sys.executable, "ours_on_bar", *arguments) as ours,
            Worker(peers_python(), "backtrader_peer", *arguments) as peer,
        ):
            answers = _rounds(ours, peer)
    return _report(answers, data)


def _rounds(ours: Worker, peer: Worker) -> dict[str, list[dict[str, Any]]]:
    answers: dict[str, list[dict[str, Any]]] = {OURS: [], PEER: []}
    ours.run()  # compiles
    for _ in range(ROUNDS):
        ours.run()
        answers[OURS] += [ours.run() for _ in range(RUNS_A_TURN)]
        answers[PEER].append(peer.run())
    return answers


def _report(answers: dict[str, list[dict[str, Any]]], data: Data) -> Report:
    seconds = {name: median(run["seconds"] for run in runs) for name, runs in answers.items()}
    report = Report("A strategy that acts bar by bar")
    for name, runs in answers.items():
        report.rows.append(
            {
                "system": name,
                "ms": seconds[name] * 1000,
                "us a bar": seconds[name] / len(data.bars) * 1e6,
                "times ours": seconds[name] / seconds[OURS],
                "trades": runs[-1]["trades"],
                "final equity": runs[-1]["final_equity"],
            }
        )
    ours, theirs = (runs[-1] for runs in answers.values())
    report.notes.append(f"data: {data.origin}, {len(data.bars):,} bars")
    report.checks = [
        Check("times as fast as backtrader", seconds[PEER] / seconds[OURS], LEAST_RATIO, at_least=True),
        Check("difference in the number of trades", abs(ours["trades"] - theirs["trades"]), 0),
        Check("difference in final equity", abs(ours["final_equity"] / theirs["final_equity"] - 1), SAME_EQUITY),
    ]
    report.facts = {"runs": {name: [run["seconds"] for run in runs] for name, runs in answers.items()}}
    return report
