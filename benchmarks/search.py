"""Searches for parameters: sweeps beside vectorbt and a plain compiled loop, a million combinations, the analyzer, a
walk forward. Beside each time stands how many combinations have the measures of a single backtest, to the bit.

Peers are compared in the same run. Workers read their own peak memory; what compiles runs in a process before.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.environment import peers_python
from benchmarks.machine import peer_versions
from benchmarks.report import Check, Report
from benchmarks.search_data import saved
from benchmarks.search_turns import LOOP, OURS, Outcome, measured
from benchmarks.search_work import CASES, WORKS, Work

NAME = "search"


def run(cases: Sequence[int] = CASES) -> Report:
    """The works of some cases, one after another."""
    report = Report("Searches, from bars in memory to the table of all measures: medians of warm runs")
    works = [work for work in WORKS if work.case in cases]
    report.facts["versions"] = peer_versions(peers_python()) if any(work.peers for work in works) else {}
    report.facts["works"] = []
    with tempfile.TemporaryDirectory() as folder, _own_home(Path(folder) / "home"):
        for work in works:
            bars = saved(work.bars, Path(folder))
            _add(report, work, measured(work, bars), bars.origin)
    report.notes.append(
        "first s: the first run of a process, with what it has to compile; times ours: of medians, then of bests; "
        "equal: random combinations whose measures have the bits of a single backtest's; peak MB: of a whole process; "
        "case 3 runs once, no peer can"
    )
    return report


def _add(report: Report, work: Work, outcome: Outcome, origin: str) -> None:
    own = outcome.runs[OURS]
    for name, runs in outcome.runs.items():
        ours = name == OURS
        report.rows.append(
            {
                "case": str(work.case) if ours else "",
                "system": name,
                "median s": _rounded(runs.median),
                "best s": _rounded(runs.best),
                "first s": None if runs.first is None else _rounded(runs.first),
                "peak MB": round(runs.peak_mb),
                "times ours": round(runs.median / own.median, 1),
                "of bests": round(runs.best / own.best, 1),
                "equal": f"{outcome.equal:,} of {outcome.compared:,}" if ours else "",
                "target": _target(work) if ours else "",
                "verdict": "",
            }
        )
    checks = _checks(work, outcome)
    report.rows[-len(outcome.runs)]["verdict"] = "kept" if all(check.kept for check in checks) else "missed"
    report.checks += checks
    grid = " ".join(f"{name}={text}" for name, text in work.grid.items())
    report.notes.append(f"{work.case} {work.title}: {work.strategy} {grid}, fee {work.fee}; data: {origin}")
    report.facts["works"].append(_facts(work, outcome, origin))


def _checks(work: Work, outcome: Outcome) -> list[Check]:
    name, own = f"{work.case} {work.title}", outcome.runs[OURS]
    checks = [Check(f"{name}: equal to the bit, of {outcome.compared:,}", outcome.equal, outcome.compared, True)]
    if work.seconds is not None:
        checks.append(Check(f"{name}: seconds", own.median, work.seconds))
    if work.megabytes is not None:
        checks.append(Check(f"{name}: peak MB", own.peak_mb, work.megabytes))
    if LOOP in outcome.runs:
        trades = (outcome.runs[system].answers[-1]["trades"] for system in (LOOP, OURS))
        checks.append(Check(f"{name}: trades more or fewer than the {LOOP}'s", abs(next(trades) - next(trades)), 0))
    fastest = outcome.fastest()
    if fastest is not None and work.times_peer is not None:
        ratio = outcome.runs[fastest].median / own.median
        checks.append(Check(f"{name}: times as fast as {fastest}", ratio, work.times_peer, at_least=True))
    return checks


def _target(work: Work) -> str:
    wanted = [
        "" if work.seconds is None else f"<= {work.seconds:g} s",
        "" if work.times_peer is None else f">= {work.times_peer:g} x vectorbt",
        "" if work.megabytes is None else f"< {work.megabytes:g} MB",
    ]
    return ", ".join(filter(None, wanted))


def _facts(work: Work, outcome: Outcome, origin: str) -> dict[str, Any]:
    return {
        "case": work.case,
        "title": work.title,
        "data": origin,
        **work.told,
        "equal": outcome.equal,
        "compared": outcome.compared,
        "runs": {
            name: {
                "seconds": runs.seconds,
                "median": runs.median,
                "best": runs.best,
                "first": runs.first,
                "peak_mb": runs.peak_mb,
                "result": runs.answers[-1],
            }
            for name, runs in outcome.runs.items()
        },
    }


def _rounded(seconds: float) -> float:
    return round(seconds, 5)


@contextmanager
def _own_home(folder: Path) -> Iterator[None]:
    """Workers keep sweeps and compiled code there: nothing compiled by others is found, and nothing is left."""
    before = {name: os.environ.pop(name, None) for name in ("TRADEFLEET_HOME", "NUMBA_CACHE_DIR")}
    os.environ["TRADEFLEET_HOME"] = str(folder)
    try:
        yield
    finally:
        del os.environ["TRADEFLEET_HOME"]
        os.environ.update({name: value for name, value in before.items() if value is not None})
