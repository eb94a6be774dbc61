"""The same signals give the same trades as backtesting.py, and every kind of difference is shown.

Signals travel as arrays, so that no indicator is part of the comparison; both sides see whole years of
minutes, long and short, and made-up bars for each rule.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import talib

import tradefleet as tf
from benchmarks.cases import CASES, STOP_LOSS, TAKE_PROFIT, Case
from benchmarks.comparison import Comparison, compare
from benchmarks.data import benchmark_data
from benchmarks.environment import peers_python
from benchmarks.kinds import KINDS, Difference
from benchmarks.report import Check, Report
from benchmarks.settings import Settings
from benchmarks.trades import Ints, Order, Trades, our_trades, their_trades
from benchmarks.worker import Worker

NAME = "same_trades"
LEVELS = ((0.01, 0.02), (0.005, 0.005), (0.001, 0.002))  # with the narrow ones most trades end at a level


def run() -> Report:
    """Made-up bars first, then the real ones."""
    report = Report("The same trades as backtesting.py")
    with tempfile.TemporaryDirectory() as folder, Worker(peers_python(), "backtesting_signals") as worker:
        side_by_side = partial(_both, worker, Path(folder))
        wrong = [line for case in CASES for side in (1, -1) for line in _check_case(side_by_side, case, side)]
        data = benchmark_data()
        enter, leave = _crosses(data.bars)
        for levels in LEVELS:
            for side in (1, -1):
                order = Order(side, *levels)
                signals = (enter, leave) if side > 0 else (leave, enter)
                found = compare(data.bars, signals[0], order, partial(side_by_side, data.bars, signals[1], order))
                _add(report, data.bars, order, found)
    report.facts = {"data": data.origin, "bars": len(data.bars), "cases": [case.name for case in CASES]}
    report.notes += [f"data: {data.origin}, {len(data.bars):,} bars", *_kinds(), *wrong]
    report.checks += [
        Check("unexplained differences", sum(row["unexplained"] for row in report.rows), 0),
        Check(f"made-up bars that went otherwise than stated (of {2 * len(CASES)})", len(wrong), 0),
    ]
    return report


def _both(
    worker: Worker, folder: Path, bars: tf.Bars, leave: Ints, order: Order, enter: Ints
) -> tuple[Trades, Trades, list[int]]:
    theirs, refused = their_trades(worker, bars, enter, leave, order, folder)
    return our_trades(bars, enter, leave, order), theirs, refused


def _crosses(bars: tf.Bars) -> tuple[Ints, Ints]:
    fast, slow = (talib.EMA(bars.close, period) for period in (Settings.fast, Settings.slow))
    up = (fast[:-1] <= slow[:-1]) & (fast[1:] > slow[1:])
    down = (fast[:-1] >= slow[:-1]) & (fast[1:] < slow[1:])
    return np.flatnonzero(up) + 1, np.flatnonzero(down) + 1


def _check_case(side_by_side: partial[tuple[Trades, Trades, list[int]]], case: Case, side: int) -> list[str]:
    order = Order(side, STOP_LOSS, TAKE_PROFIT)
    bars = case.columns(side)
    leave = np.array([] if case.leave is None else [case.leave], dtype=np.int64)
    enter = np.array([case.decision], dtype=np.int64)
    found = list(compare(bars, enter, order, partial(side_by_side, bars, leave, order)).differences)
    expected = [] if case.kind is None else [case.kind]
    if found == expected:
        return []
    return [f"made-up bars, {order.name}, {case.name}: {found or 'equal'}, not {expected or 'equal'}"]


def _add(report: Report, bars: tf.Bars, order: Order, found: Comparison) -> None:
    counts = {name: len(each) for name, each in found.differences.items()}
    report.rows.append(
        {
            "signals": order.name,
            "equal trades": found.equal,
            "explained": sum(counts.values()) - found.unexplained,
            "unexplained": found.unexplained,
            "kinds": "; ".join(f"{name}: {count}" for name, count in counts.items()),
        }
    )
    for name, differences in found.differences.items():
        report.notes.append(f"{order.name}: {name}, for example {_example(bars, order, differences[0])}")


def _example(bars: tf.Bars, order: Order, found: Difference) -> str:
    i = found.bar
    prices = ", ".join(f"{name} {getattr(bars, name)[i]:g}" for name in ("open", "high", "low", "close"))
    stop, target = (abs(level) for level in (found.stop, found.target))
    return (
        f"bar {bars[i : i + 1].first} ({prices}), entry {bars.open[found.decision + 1]:g}, stop {stop:g}, "
        f"target {target:g}: ours {_text(bars, found.ours)}, theirs {_text(bars, found.theirs)}"
    )


def _text(bars: tf.Bars, end: tuple[int, float] | None) -> str:
    if end is None:
        return "no trade"
    return "still open" if end[0] == len(bars) else f"out {bars[end[0] : end[0] + 1].first} at {abs(end[1]):g}"


def _kinds() -> list[str]:
    return [f"kind: {kind.name}. Our rule: {kind.rule}" for kind in KINDS]
