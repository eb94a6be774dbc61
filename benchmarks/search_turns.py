"""Runs the systems of one search, in turns, and compares ours with single backtests."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.environment import peers_python
from benchmarks.search_data import Saved
from benchmarks.search_work import Work
from benchmarks.worker import Worker

Arguments = tuple[Path, str]
Jobs = dict[str, tuple[Worker, dict[str, Any]]]
OURS, LOOP, VECTORBT = "tradefleet", "plain compiled loop", "vectorbt"
ROUNDS, RUNS_A_TURN = 5, 4
SLOW_ROUNDS = 2  # of one run each: at seconds a run, caches do not matter
SETTLING_BARS, SETTLING_COMBINATIONS = 2_000, 100  # of a run that only compiles
# All columns at once is what the documentation shows; some at a time stay nearer to the caches.
VARIANTS: tuple[dict[str, Any], ...] = (
    {"engine": "rust", "measures": "day ends", "columns": 30},
    {"engine": "numba", "measures": "day ends", "columns": 30},
    {"engine": "rust", "measures": "per bar", "columns": 30},
)
ALL_AT_ONCE: tuple[dict[str, Any], ...] = (
    {"engine": "rust", "measures": "day ends", "columns": 0},
    {"engine": "rust", "measures": "stats()", "columns": 0},
)
# What matrices of all columns may have for values: beyond, gigabytes are moved about for minutes.
MOST_VALUES = 2e7


@dataclass
class Runs:
    """What a system did in its runs; `first` is the first of a process that has to compile."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    first: float | None = None

    @property
    def seconds(self) -> list[float]:
        """The time of each run."""
        return [float(answer["seconds"]) for answer in self.answers]

    @property
    def median(self) -> float:
        """The median time."""
        return median(self.seconds)

    @property
    def best(self) -> float:
        """The shortest time."""
        return min(self.seconds)

    @property
    def peak_mb(self) -> float:
        """The peak memory of the process, all runs included."""
        return max(float(answer["peak_mb"]) for answer in self.answers)


@dataclass
class Outcome:
    """The runs of each system, and how many of the compared combinations equal single backtests."""

    runs: dict[str, Runs]
    compared: int
    equal: int

    def fastest(self) -> str | None:
        """The fastest variant of vectorbt."""
        names = [name for name in self.runs if name.startswith(VECTORBT)]
        return min(names, key=lambda name: self.runs[name].median) if names else None


def measured(work: Work, bars: Saved) -> Outcome:
    """Ours, and the peers by turns where there are some."""
    arguments = bars.file, json.dumps(work.told)
    return _once(work, arguments) if work.once else _in_turns(work, arguments, bars.bars)


def _once(work: Work, arguments: Arguments) -> Outcome:
    """One run in a process that finds all compiled."""
    with Worker(sys.executable, work.worker, *arguments) as settling:
        settling.run(bars=SETTLING_BARS, random=SETTLING_COMBINATIONS)
    with Worker(sys.executable, work.worker, *arguments) as ours:
        runs = {OURS: Runs([ours.run()])}
        return _outcome(runs, ours, work)


def _outcome(runs: dict[str, Runs], ours: Worker, work: Work) -> Outcome:
    answer = ours.run(compare=work.compared)
    return Outcome(runs, answer["compared"], answer["equal"])


def _in_turns(work: Work, arguments: Arguments, bars: int) -> Outcome:
    runs = {OURS: Runs()}
    with Worker(sys.executable, work.worker, *arguments) as compiling:
        runs[OURS].first = float(compiling.run()["seconds"])
        outcome = _outcome(runs, compiling, work)
    variant = _fastest(work, arguments, bars, runs) if work.peers else None
    with ExitStack() as stack:
        # A process of its own: compiling takes memory.
        jobs: Jobs = {OURS: (stack.enter_context(Worker(sys.executable, work.worker, *arguments)), {})}
        if variant is not None:
            jobs[LOOP] = stack.enter_context(Worker(sys.executable, "search_loop", *arguments)), {}
            jobs[_name(variant)] = stack.enter_context(Worker(peers_python(), "search_vectorbt", *arguments)), variant
            runs[LOOP] = Runs()
        _take_turns(jobs, runs)
    return outcome


def _take_turns(jobs: Jobs, runs: dict[str, Runs]) -> None:
    """Rounds of A B C A B C; the first run of a turn finds the caches full of another's data, and is not counted."""
    for name, (worker, request) in jobs.items():
        if name.startswith(VECTORBT):
            worker.run(bars=SETTLING_BARS, **request)
            continue
        seconds = float(worker.run()["seconds"])
        runs[name].first = seconds if runs[name].first is None else runs[name].first
    for number in range(ROUNDS):
        for name, (worker, request) in jobs.items():
            if name.startswith(VECTORBT):
                if number < SLOW_ROUNDS:
                    runs[name].answers.append(worker.run(**request))
                continue
            if len(jobs) > 1:
                worker.run()
            runs[name].answers += [worker.run() for _ in range(RUNS_A_TURN if len(jobs) > 1 else 1)]


def _fastest(work: Work, arguments: Arguments, bars: int, runs: dict[str, Runs]) -> dict[str, Any]:
    """Each variant of vectorbt once, in a process of its own, compiled: the fastest goes on to the rounds."""
    combinations = 1
    for values in work.values.values():
        combinations *= len(values)
    variants = (*VARIANTS, *(ALL_AT_ONCE if bars * combinations <= MOST_VALUES else ()))
    for variant in variants:
        with Worker(peers_python(), "search_vectorbt", *arguments) as worker:
            worker.run(bars=SETTLING_BARS, **variant)
            runs[_name(variant)] = Runs([worker.run(**variant)])
    return min(variants, key=lambda variant: runs[_name(variant)].best)


def _name(variant: dict[str, Any]) -> str:
    columns = f"{variant['columns']} at a time" if variant["columns"] else "all at once"
    return f"{VECTORBT}, {variant['engine']}, {variant['measures']}, {columns}"
