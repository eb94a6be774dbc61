"""Optimizations as users call them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from hashlib import blake2b
from typing import Any

from tradefleet.app.data import read_series
from tradefleet.app.evaluators import evaluator_of, kept
from tradefleet.app.given import by_symbol, code_of, from_source, searched, settings_of
from tradefleet.market.bars import Bars
from tradefleet.market.home import home
from tradefleet.market.series import Series
from tradefleet.market.source import BarSource
from tradefleet.market.time import TimeLike
from tradefleet.market.timeframe import Timeframe
from tradefleet.research import Data
from tradefleet.research.optimize import Allowed, Constraint, Optimization, Problem, Progress, chosen_axes, early_spans
from tradefleet.research.optimize import optimize as run
from tradefleet.research.search.axes import Names
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.evaluator import Span
from tradefleet.storage.studies import open_study
from tradefleet.strategies import Strategy
from tradefleet.trading.account import Account


def optimize(
    strategy: Strategy | type[Strategy] | str,
    bars: Bars | Mapping[str, Bars] | BarSource,
    *,
    trials: int = 100,
    objective: str | Sequence[str] = "sharpe",
    sampler: str = "tpe",
    seed: int = 0,
    study: str | None = None,
    grid: Mapping[str, Iterable[Any] | str] | None = None,
    ranges: Mapping[str, tuple[float, float] | str] | None = None,
    constraint: Constraint | Sequence[Constraint] | None = None,
    prune: bool = False,
    min_trades: int = 0,
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
    workers: int | None = None,
    dask: str | None = None,
    timeout: float = 300.0,
    progress: Progress = lambda done, total, best: None,
) -> Optimization:
    """Search for the parameters with the best objective, by a sampler that learns from the trials before.

    Searched are the strategy's own parameters that have bounds, those of `ranges` between theirs (`(0.005, 0.03)`, or
    `"5:500:log"` by magnitude), and those of `grid` among their values; parameters that an instance was given stay as
    they are. `constraint` is text such as `"fast < slow"`, a function of the parameters, or a list of them. Several
    objectives give a Pareto front. `sampler` is tpe, nsga2 or random; the same `seed` gives the same trials.

    With a `study` name the trials are kept in TRADEFLEET_HOME, and the same call goes on where the last one stopped,
    until there are so many `trials` in all. `prune` gives up what is below the median on the first quarter or half of
    the bars. What has fewer than `min_trades` trades is no candidate. Money, costs and bars are as in `tf.backtest`.

    >>> import tradefleet as tf
    >>> from tradefleet.app.optimize import optimize
    >>> from tradefleet.strategies import EmaCross
    >>> found = optimize(
    ...     EmaCross, tf.generate_bars("1h", days=60, seed=1), trials=20, constraint="fast < slow",
    ...     ranges={"fast": (5, 50), "slow": (10, 200)},
    ... )
    >>> found.trials, found.table.columns[:4], found.best()["fast"] < found.best()["slow"]
    (20, ['number', 'state', 'fast', 'slow'], True)
    """
    cls, fixed = searched(strategy)
    settings = settings_of(cash, fee, slippage, account)
    if not isinstance(bars, Bars | Mapping) and hasattr(bars, "bars"):
        source = source or bars
        bars = from_source(bars, symbols, timeframe, until)
    traded = by_symbol(bars)
    axes = chosen_axes(cls, fixed, grid or {}, ranges or {})
    constants = Names(cls).constants(fixed)
    allowed = [Allowed(one, axes, constants) for one in _constraints(constraint)]
    span = Span(since, until)
    problem = Problem(
        strategy=cls.name(),
        axes=axes,
        objectives=tuple(map(Objective, (objective,) if isinstance(objective, str) else objective)),
        sampler=sampler,
        seed=seed,
        allowed=allowed,
        span=span,
        early=early_spans(traded, span) if prune else (),
        min_trades=min_trades,
        told={
            "strategy code": code_of(cls),
            "set of fixed parameters": ", ".join(f"{name}={value}" for name, value in sorted(fixed.items())) or "none",
            "constraint": "; ".join(each.fingerprint for each in allowed) or "none",
            "set of bars": ", ".join(f"{symbol} {each.fingerprint}" for symbol, each in traded.items()),
            "range of bars": f"{since or 'the start'} to {until or 'the end'}",
            "cash, fee and slippage": f"{settings.cash}, {settings.fee}, {settings.slippage}",
            "account": str(settings.account),
            "set of series": ", ".join(f"{name} {_digest(each)}" for name, each in (series or {}).items()) or "none",
        },
    )
    evaluator = evaluator_of(
        cls, fixed, traded, settings, Data({}, source, series or {}, read_series), workers=workers, dask=dask,
        timeout=timeout,
    )  # fmt: skip
    with kept(evaluator), nullcontext() if study is None else open_study(home() / "studies", study) as keeper:
        return run(problem, evaluator, trials, keeper=keeper, progress=progress)


def _constraints(constraint: Constraint | Sequence[Constraint] | None) -> Sequence[Constraint]:
    if constraint is None:
        return ()
    return constraint if isinstance(constraint, list | tuple) else (constraint,)


def _digest(series: Series) -> str:
    return blake2b(series.time.tobytes() + series.value.tobytes(), digest_size=8).hexdigest()
