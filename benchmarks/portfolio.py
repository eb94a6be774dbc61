"""One backtest of eight symbols on one wallet, warm, from arrays to trades and metrics: ours beside vectorbt.

As in `backtest`: workers stay warm and take turns, and the first run of a turn is not counted.
"""

from __future__ import annotations

import json
import lzma
import sys
import tempfile
from dataclasses import asdict
from functools import reduce
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

import tradefleet as tf
from benchmarks.backtest import Job
from benchmarks.environment import peers_python
from benchmarks.machine import peer_versions
from benchmarks.report import Check, Report
from benchmarks.settings import Settings
from benchmarks.worker import Worker

NAME = "portfolio"
REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "nfi-binance-5m"
COINS = ("ADA", "BCH", "BTC", "DOT", "ETH", "LINK", "LTC", "XRP")
COLUMNS = ("open", "high", "low", "close", "volume")
DAYS = 228  # of generated bars: as many as the real ones have
MILLISECOND = 1_000_000
ROUNDS, RUNS_A_TURN = 7, 2
OURS = "tradefleet"
LEAST_RATIO = 20.0
# By its rules vectorbt leaves some positions later, so now and then a signal finds one side alone flat.
SAME_TRADES = 0.01
VECTORBT = [
    {"engine": engine, "layout": layout, "measures": measures}
    for engine, layout, measures in product(("rust", "numba"), ("by row", "by column"), ("day ends", "per bar"))
]


def run() -> Report:
    """Rounds of A B C A B C; medians."""
    settings = Settings()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bars.npz"
        origin, length = _save(file)
        arguments = file, json.dumps(asdict(settings))
        with (
            Worker(sys.executable, "portfolio_ours", *arguments) as ours,
            Worker(peers_python(), "portfolio_vectorbt", *arguments) as vectorbt,
        ):
            jobs = {OURS: Job(ours)}
            jobs |= {f"vectorbt, {', '.join(variant.values())}": Job(vectorbt, variant) for variant in VECTORBT}
            answers = _rounds(jobs)
    report = _report(answers)
    report.notes.insert(0, f"data: {origin}, {len(COINS)} x {length:,} bars; {settings}")
    report.facts = {
        "data": origin,
        "bars": length * len(COINS),
        "settings": asdict(settings),
        "versions": peer_versions(peers_python()),
        "runs": {name: [run["seconds"] for run in runs] for name, runs in answers.items()},
        "results": {name: runs[-1] for name, runs in answers.items()},
    }
    return report


def _rounds(jobs: dict[str, Job]) -> dict[str, list[dict[str, Any]]]:
    answers: dict[str, list[dict[str, Any]]] = {name: [] for name in jobs}
    for job in jobs.values():
        job.worker.run(**job.request)  # compiles
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            answers[name] += job.turn()
    return answers


def _report(answers: dict[str, list[dict[str, Any]]]) -> Report:
    seconds = {name: median(run["seconds"] for run in runs) for name, runs in answers.items()}
    fastest = min((name for name in seconds if name != OURS), key=seconds.__getitem__)
    report = Report(
        "ema_cross with stop and target on eight symbols and one wallet: arrays to trades and metrics, warm"
    )
    for name, runs in answers.items():
        last = runs[-1]
        report.rows.append(
            {
                "system": name,
                "median s": round(seconds[name], 4),
                "best s": round(min(run["seconds"] for run in runs), 4),
                "medians, times ours": round(seconds[name] / seconds[OURS], 1),
                "trades": last["trades"],
                "return": round(last["total_return"], 6),
                "drawdown": round(last["max_drawdown"], 6),
            }
        )
    report.notes.append(
        "vectorbt: engine, matrices in memory, measures; its return differs since it looks at a bar's stop before the "
        "signal exit at that bar's open, not on the entry bar, and takes a target that is touched, not traded through"
    )
    trades = answers[OURS][-1]["trades"], answers[fastest][-1]["trades"]
    report.checks += [
        Check(f"times as fast as {fastest}", seconds[fastest] / seconds[OURS], LEAST_RATIO, at_least=True),
        Check("difference in the number of trades", abs(trades[0] - trades[1]) / max(trades), SAME_TRADES),
    ]
    return report


def _save(file: Path) -> tuple[str, int]:
    """Write the bars that all symbols have as matrices, a row a bar; vectorbt knows no others. Origin and length."""
    origin, rows = _rows()
    times: NDArray[np.int64] = reduce(np.intersect1d, [time for time, _ in rows])
    tables = np.stack([table[np.searchsorted(time, times)] for time, table in rows], axis=1)
    matrices = {name: tables[:, :, i] for i, name in enumerate(COLUMNS)}
    np.savez(file, time=times, symbols=[f"{coin}/USDT" for coin in COINS], **matrices)
    return origin, len(times)


def _rows() -> tuple[str, list[tuple[NDArray[np.int64], NDArray[np.float64]]]]:
    """For each symbol times and rows of open, high, low, close and volume: real ones if they are at hand."""
    files = [REAL / f"{coin}_USDT-5m.json.xz" for coin in COINS]
    if not all(file.exists() for file in files):
        made = [tf.generate_bars("5m", days=DAYS, seed=seed, symbol=coin) for seed, coin in enumerate(COINS)]
        tables = [(bars.time, np.column_stack([getattr(bars, name) for name in COLUMNS])) for bars in made]
        return "generated (the real bars are not at hand)", tables
    read = [np.array(json.loads(lzma.decompress(file.read_bytes()))) for file in files]
    return "Binance 5m bars of 2020-12 to 2021-07", [
        (table[:, 0].astype(np.int64) * MILLISECOND, table[:, 1:]) for table in read
    ]
