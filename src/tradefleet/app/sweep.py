"""Sweeps as users call them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from hashlib import blake2b
from typing import Any

import numpy as np

from tradefleet import __version__
from tradefleet.app.data import read_series
from tradefleet.app.evaluators import at_once, evaluator_of, kept
from tradefleet.app.given import by_symbol, code_of, from_source, searched, settings_of
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.home import home
from tradefleet.market.series import Series
from tradefleet.market.source import BarSource
from tradefleet.market.time import TimeLike
from tradefleet.market.timeframe import Timeframe
from tradefleet.research import Data, Settings
from tradefleet.research.memory import memory_of
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.space import MOST_COMBINATIONS, Constraint, Space
from tradefleet.research.sweep import (
    Chunks,
    Plan,
    Progress,
    Sweep,
    check_memory,
    columns_of,
    memory_needed,
    parts_of,
    results_size,
    run_sweep,
)
from tradefleet.storage.sweeps import open_sweep
from tradefleet.strategies import Strategy
from tradefleet.trading.account import Account

# What results, and evaluating besides them, may take unless told otherwise.
MEMORY = "1GB"
# Backtests a process that are run before it is known how long one takes.
_FIRST = 8
# Of the memory, what the chunk in hand may take: its measures are held twice.
_CHUNK = 0.05
# Combinations listed at a time.
_LISTED = 2**17


def sweep(
    strategy: Strategy | type[Strategy] | str,
    bars: Bars | Mapping[str, Bars] | BarSource,
    grid: Mapping[str, Iterable[Any] | str] | None = None,
    *,
    combinations: Sequence[Mapping[str, Any]] | None = None,
    random: int | None = None,
    seed: int = 0,
    constraint: Constraint | Sequence[Constraint] | None = None,
    objective: str = "sharpe",
    min_trades: int = 1,
    confirm: float | None = None,
    memory: str | int = MEMORY,
    workers: int | None = None,
    dask: str | None = None,
    timeout: float = 300.0,
    resume: bool = False,
    cash: float | None = None,
    fee: float | None = None,
    slippage: float = 0.0,
    account: Account | None = None,
    symbols: Sequence[str] = (),
    timeframe: str | Timeframe | None = None,
    since: TimeLike | None = None,
    until: TimeLike | None = None,
    series: Mapping[str, Series] | None = None,
    source: BarSource | None = None,
    progress: Progress = lambda done, of, best: None,
    told: Callable[[str], None] = lambda text: None,
) -> Sweep:
    """Measure every combination of a grid, `random` ones of it, or those that are listed as `combinations`.

    Axes are the strategy's parameters, `size`, and numbers of the account such as `fee` or `leverage`; values are
    any iterable, or text such as `"5:50:5"` (50 is included). `constraint` is text such as `"fast < slow"`, a
    function of the parameters, or a list of them. Parameters that an instance was given stay as they are. Each row is
    what `tf.backtest` gives, to the bit; a combination that fails is a row with its error. The best by `objective`
    is chosen among those with `min_trades` trades.

    With `confirm=0.3` the last 30 % of the bars are kept back: all is ranked by the bars before, and the measures of
    those kept back stand beside as `confirm_...`. `memory` bounds what is held. A sweep of more than a chunk (some
    seconds) is kept in TRADEFLEET_HOME as it goes; after an interruption the same call with `resume=True` goes on.
    Money, costs and bars are as in `tf.backtest`. `told` is handed sentences, such as how much memory is needed.

    >>> import tradefleet as tf
    >>> found = sweep(
    ...     "ema_cross", tf.generate_bars("1h", days=60, seed=1), {"fast": range(5, 30, 5), "slow": "20:60:20"},
    ...     constraint=lambda p: p.fast < p.slow,
    ... )
    >>> found.trials, found.table.columns[:3], found.best()["fast"] < found.best()["slow"]
    (13, ['fast', 'slow', 'final_equity'], True)
    """
    cls, fixed = searched(strategy)
    settings = settings_of(cash, fee, slippage, account)
    if not isinstance(bars, Bars | Mapping) and hasattr(bars, "bars"):
        source = source or bars
        bars = from_source(bars, symbols, timeframe, until)
    traded = by_symbol(bars)
    _check_count("min_trades", min_trades, 0)
    goal = Objective(objective)
    parts = parts_of(traded, since, until, confirm)
    allowed = memory_of(memory)
    space = _space(cls, fixed, grid, combinations, constraint)
    width = len(columns_of(objective, confirm is not None))
    chosen = _drawn(space, random, seed, allowed, width) if random is not None else _all(space, allowed, width)
    plan = Plan(cls.name(), chosen, goal, parts, min_trades)
    left = check_memory(allowed, len(chosen), len(chosen.names), width)
    told(f"{len(chosen):,} combinations: about {memory_needed(chosen, width, traded, left) / 1e6:,.0f} MB")
    data = Data({}, source, series or {}, read_series)
    evaluator = evaluator_of(
        cls, fixed, traded, settings, data, memory=left, workers=workers, dask=dask, timeout=timeout
    )
    chunks = _chunks(cls, traded, _FIRST * (workers or os.cpu_count() or 1), allowed, width)
    where = _keeper(cls, fixed, plan, traded, settings, series or {}, chunks, resume, told)
    with where as keeper, kept(evaluator):
        return run_sweep(evaluator, plan, clock=time.monotonic, keeper=keeper, progress=progress, chunks=chunks)


def _space(
    strategy: type[Strategy],
    fixed: Mapping[str, Any],
    grid: Mapping[str, Iterable[Any] | str] | None,
    listed: Sequence[Mapping[str, Any]] | None,
    constraint: Constraint | Sequence[Constraint] | None,
) -> Space:
    if listed is None:
        return Space.of(strategy, fixed, grid or {}, constraint)
    if grid:
        raise ParameterError("there is a grid, and a list of combinations", cure="give one of the two")
    return Space.listed(listed, strategy, fixed, constraint)


def _drawn(space: Space, count: int, seed: int, memory: float, columns: int) -> Combinations:
    """So many at random."""
    _check_count("seed", seed, 0)
    if isinstance(count, int):
        check_memory(memory, min(count, space.size), len(space.axes), columns)
    return space.sample(count, seed)


def _all(space: Space, memory: float, columns: int) -> Combinations:
    """All of them; how many constraints leave shows only as they are listed."""
    if not space.conditions and space.size <= MOST_COMBINATIONS:
        check_memory(memory, space.size, len(space.axes), columns)
        return space.combinations()
    found, count = [], 0
    for some in space.chunks(_LISTED):
        found.append(some.codes)
        count += len(some)
        if results_size(count, len(space.axes), columns) > memory:
            # Their number is not known yet: at the most all of them.
            check_memory(memory, space.size, len(space.axes), columns)
    return space.at(np.concatenate(found))


def _check_count(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ParameterError(f"{name} is {value!r}", cure=f"give a whole number from {least}")


def _chunks(strategy: type[Strategy], bars: Mapping[str, Bars], first: int, memory: float, columns: int) -> Chunks:
    most = max(1, int(memory * _CHUNK / (16 * columns)))
    if at_once(strategy, bars):
        return Chunks(least=Chunks().size, most=most)
    return Chunks(size=first, most=most)


def _keeper(
    strategy: type[Strategy],
    fixed: Mapping[str, Any],
    plan: Plan,
    bars: Mapping[str, Bars],
    settings: Settings,
    series: Mapping[str, Series],
    chunks: Chunks,
    resume: bool,
    told: Callable[[str], None],
) -> Any:
    """Where the sweep is kept; nowhere where it is done at once."""
    count = len(plan.combinations)
    if chunks.end(0, count) == count:
        return nullcontext()
    identity = {
        "strategy": plan.strategy,
        "strategy_code": code_of(strategy),
        "fixed": repr(sorted(fixed.items())),
        "axes": repr(plan.combinations.names),
        "combinations": _digest(repr(plan.combinations.values).encode(), plan.combinations.codes.tobytes()),
        "bars": ", ".join(f"{symbol} {each.timeframe} {each.fingerprint}" for symbol, each in bars.items()),
        "parts": str(plan.parts),
        "settings": str(settings),
        "series": ", ".join(f"{name} {_digest(s.time.tobytes(), s.value.tobytes())}" for name, s in series.items()),
        "columns": ", ".join(plan.columns),
        "version": __version__,
    }
    fingerprint = _digest(repr(sorted(identity.items())).encode())
    return open_sweep(home() / "sweeps", identity, fingerprint, plan.columns, count, resume=resume, told=told)


def _digest(*contents: bytes) -> str:
    digest = blake2b(digest_size=12)
    for content in contents:
        digest.update(content)
    return digest.hexdigest()
