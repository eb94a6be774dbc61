"""The compiled simulators by themselves, their columns ready: what a bar costs the walk, and what the jump saves.

Walk and jump take turns on the very same columns, and must leave the same bits behind. As in `backtest`, the first run
of a turn is not counted: it finds the caches full of the other's data.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import tradefleet as tf
from benchmarks.data import benchmark_data
from benchmarks.report import Check, Report
from benchmarks.settings import Settings
from tradefleet.kernels import compiled_jump, compiled_walk
from tradefleet.research import Data, Scope
from tradefleet.research import Settings as Terms
from tradefleet.research.prepare import prepare
from tradefleet.research.simulate import Part, count_entries, days_of, first_table, rows_of
from tradefleet.simulation.blocks import blocks_of
from tradefleet.simulation.columns import DAYS, ROWS, Journal, new_journal
from tradefleet.simulation.jump import can_jump, words_of
from tradefleet.simulation.state import State, first_state
from tradefleet.simulation.table import Table
from tradefleet.strategies import EmaCross, Strategy

NAME = "simulators"
ROUNDS, RUNS_A_TURN = 11, 3
MOST_NANOSECONDS, LEAST_RATIO = 10.0, 20.0
PROMISED = "plain"  # with funding every rate that falls due is an event
LEVERED = tf.Account(market="perpetual", leverage=5, funding=0.0001, liquidation_fee=0.001)
EVERYTHING = "everything"
# Some 300 trades in two years of minutes.
SLOW = {"fast": 300, "slow": 2800}


@dataclass(frozen=True)
class Scene:
    """A strategy in an account."""

    strategy: Strategy
    account: tf.Account


def _busy() -> Scene:
    settings = Settings()
    levels = {"stop_loss": settings.stop_loss, "take_profit": settings.take_profit, "trailing_stop": 0.015}
    strategy = EmaCross(fast=settings.fast, slow=settings.slow, **levels, max_bars=600, size=tf.amount(settings.amount))
    return Scene(strategy, LEVERED)


def _quiet(account: tf.Account | None = None, **levels: float) -> Scene:
    strategy = EmaCross(**SLOW, **levels, size=tf.amount(Settings.amount))
    return Scene(strategy, account or tf.Account())


SCENES = {
    PROMISED: _quiet(),
    "stop, target": _quiet(stop_loss=0.03, take_profit=0.1),
    "trailing": _quiet(trailing_stop=0.05),
    "margin, funding": _quiet(LEVERED),
    EVERYTHING: _quiet(LEVERED, stop_loss=0.03, take_profit=0.1, trailing_stop=0.05, max_bars=10_000),
}


@dataclass(frozen=True)
class Run:
    """One simulation: the seconds it took, and what it left behind."""

    seconds: float
    state: State
    table: Table
    journal: Journal

    def same_as(self, other: Run) -> bool:
        """Whether both left the same bits: state with drawdown, the leg, trades, days and counts."""
        return self._left() == other._left()

    def _left(self) -> tuple[Any, ...]:
        journal = self.journal
        rows, days = int(journal.used[ROWS]), int(journal.used[DAYS])
        written = (
            *(column[:rows] for column in (journal.trade_numbers, journal.trade_marks)),
            *(column[:days] for column in (journal.day_times, journal.day_equity)),
            journal.counts,
            journal.used,
            *self.table,
        )
        return repr(self.state), *(column.tobytes() for column in written)


def run() -> Report:
    """Medians of runs in one process; the journal has no equity per bar."""
    data = benchmark_data()
    report = Report("The compiled simulators, columns ready")
    _walking(report, data.bars)
    for name, scene in SCENES.items():
        _jumping(report, name, _part(scene, data.bars))
    report.notes += [
        f"data: {data.origin}, {len(data.bars):,} bars; {EVERYTHING}: margin, funding, stop, target, trailing, timer",
        "blocks are made once for some bars, and kept with them; jump + blocks makes them, and the signals' words",
    ]
    return report


def _walking(report: Report, bars: tf.Bars) -> None:
    part = _part(_busy(), bars)
    walks = _turns(part, {"walk": lambda: (compiled_walk(), ())})["walk"]
    row = _row(EVERYTHING, part, walks)
    report.rows.append(row)
    name = f"walk with {EVERYTHING}, {row['trades']:,} trades, ns a bar"
    report.checks.append(Check(name, row["ns a bar"], MOST_NANOSECONDS))


def _jumping(report: Report, name: str, part: Part) -> None:
    if not can_jump(part.columns, part.policy):
        raise RuntimeError(f"{name}: the jump does not know all rules that are asked for")
    bid, signals = part.columns.bid, part.columns.decisions.signals
    words, blocks = words_of(signals), blocks_of(bid)
    ways = {
        "walk": lambda: (compiled_walk(), ()),
        "jump": lambda: (compiled_jump(), (words, blocks)),
        "jump + blocks": lambda: (compiled_jump(), (words_of(signals), blocks_of(bid))),
    }
    turns = _turns(part, ways)
    row = _row(name, part, turns["walk"])
    seconds = {way: median(run.seconds for run in runs) for way, runs in turns.items()}
    best = {way: min(run.seconds for run in runs) for way, runs in turns.items()}
    times = seconds["walk"] / seconds["jump"]
    row |= {
        "jump ms": seconds["jump"] * 1e3,
        "medians, times": times,
        "bests, times": best["walk"] / best["jump"],
        "jump + blocks ms": seconds["jump + blocks"] * 1e3,
    }
    report.rows.append(row)
    different = sum(not run.same_as(turns["walk"][-1]) for runs in turns.values() for run in runs)
    report.checks.append(Check(f"runs that left other bits than the walk, {name}", different, 0))
    if name == PROMISED:
        report.checks.append(Check(f"jump, times as fast as the walk, {name}", times, LEAST_RATIO, at_least=True))


def _row(name: str, part: Part, walks: list[Run]) -> dict[str, Any]:
    seconds = [run.seconds for run in walks]
    nanoseconds = 1e9 / len(part.bars)
    return {
        "scene": name,
        "trades": int(walks[-1].journal.used[ROWS]),
        "walk ms": median(seconds) * 1e3,
        "ns a bar": median(seconds) * nanoseconds,
        "best ns a bar": min(seconds) * nanoseconds,
        **dict.fromkeys(("jump ms", "medians, times", "bests, times", "jump + blocks ms")),
    }


def _part(scene: Scene, bars: tf.Bars) -> Part:
    settings = Settings()
    terms = Terms(settings.cash, settings.fee, 0.0, scene.account)
    return prepare(scene.strategy, bars, terms, Data({bars.symbol: bars}), Scope(), os.cpu_count() or 1).part


Way = Callable[[], tuple[Callable[..., State], tuple[Any, ...]]]  # a simulator, and what it is given besides


def _turns(part: Part, ways: dict[str, Way]) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            runs[name] += [_simulated(part, way) for _ in range(RUNS_A_TURN + 1)][1:]
    return runs


def _simulated(part: Part, way: Way) -> Run:
    times = part.columns.bid.time
    table, state = first_table([part]), first_state(Settings.cash, int(times[0]))
    journal = new_journal(rows_of(count_entries(part.columns), [part]), days_of(times), 0)
    started = time.perf_counter()
    simulator, given = way()
    state = simulator(state, table, part.columns, *given, journal)
    return Run(time.perf_counter() - started, state, table, journal)
