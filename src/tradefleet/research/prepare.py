"""From a strategy and bars to a leg that can be simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from tradefleet.graph.constant import constant
from tradefleet.graph.node import Node
from tradefleet.graph.plan import Evaluation, Plan
from tradefleet.kernels import compiled_loop
from tradefleet.market.bars import Bars, check_range
from tradefleet.market.errors import DataError, ParameterError, StrategyError
from tradefleet.market.time import TimeLike
from tradefleet.market.timeframe import Timeframe
from tradefleet.research.calendar import periods_per_year
from tradefleet.research.chunked import Deferred, no_decisions
from tradefleet.research.data import Data
from tradefleet.research.decisions import bar_columns, decision_columns
from tradefleet.research.settings import Settings
from tradefleet.research.simulate import Part
from tradefleet.research.terms import ask_of, carry_of, detail_of, market_terms, no_detail, policy_of, rate_of
from tradefleet.simulation.columns import DecisionColumns, Detail, LegColumns
from tradefleet.simulation.on_bar import Acting
from tradefleet.simulation.state import Policy
from tradefleet.strategies.on_bar import indicators_of, trace_terms
from tradefleet.strategies.strategy import Strategy
from tradefleet.strategies.trace import Traced, trace
from tradefleet.trading.account import Account
from tradefleet.trading.size import Size


@dataclass(frozen=True)
class Scope:
    """Which bars are simulated: those that open in [since, until); and the timeframe of finer bars, if any.

    `anchor` is the open time of the first bar fed to the indicators; None feeds as many as they need to settle.
    """

    since: TimeLike | None = None
    until: TimeLike | None = None
    detail: Timeframe | None = None
    anchor: TimeLike | None = None


@dataclass(frozen=True, eq=False)
class Prepared:
    """A leg ready to be simulated, and how it came about.

    `anchor` is the first bar fed to the indicators; `missing` how many bars of history the start lacked, None where it
    is the first bar; `lookback` the bars before the first signal, of those simulated. `deferred` is there where the
    decisions are made chunk by chunk; `replaced` is counted then.
    """

    strategy: Strategy
    traced: Traced
    plan: Plan
    part: Part
    anchor: str
    missing: int | None
    lookback: int
    replaced: int
    deferred: Deferred | None = None


def simulated_bars(bars: Bars, scope: Scope) -> tuple[Bars, Bars, int]:
    """The bars up to the end, those that are simulated, and the index of the first of these among the former."""
    check_range(scope.since, scope.until)
    known = bars if scope.until is None else bars.between(until=scope.until)
    start = 0 if scope.since is None else known.index_of(scope.since)
    simulated = known if start == 0 else known[start:]
    if len(simulated) == 0:
        raise DataError(
            _nothing_left(bars, scope.since, scope.until),
            where=f"{bars.symbol} {bars.timeframe}",
            cure="widen the range",
        )
    return known, simulated, start


def planned(strategy: Strategy) -> tuple[Traced, Mapping[str, Node], Plan]:
    """A strategy traced, the indicators of one that acts bar by bar, and the plan of both."""
    acts = strategy.acts_on_bars()
    traced = trace_terms(strategy) if acts else trace(strategy)
    indicators = indicators_of(strategy) if acts else {}
    return traced, indicators, Plan((*traced.nodes, *indicators.values()))


def prepare(
    strategy: Strategy,
    bars: Bars,
    settings: Settings,
    data: Data,
    scope: Scope,
    threads: int,
    *,
    at_once: bool = True,
) -> Prepared:
    """Trace the strategy, evaluate its nodes and gather what its simulation reads.

    One that acts bar by bar has its indicators evaluated, and is asked from the first bar at which all have a value.
    Unless `at_once` the evaluation is left to `simulate_in_chunks`.
    """
    try:
        return _prepared(strategy.for_symbol(bars.symbol), bars, settings, data, scope, threads, at_once)
    except StrategyError as error:
        name = type(strategy).__name__
        if name not in error.message:
            error.message = f"{name} on {bars.symbol}: {error.message}"
        raise


def _prepared(
    strategy: Strategy, bars: Bars, settings: Settings, data: Data, scope: Scope, threads: int, at_once: bool
) -> Prepared:
    known, simulated, start = simulated_bars(bars, scope)
    traced, indicators, plan = planned(strategy)
    settling = plan.settling(bars.timeframe)
    first = max(0, start - settling) if scope.anchor is None else min(known.index_of(scope.anchor), start)
    fed = known if first == 0 else known[first:]
    feeds = data.feeds_of(plan, bars, scope.until)
    account, acting, deferred = settings.account, None, None
    if at_once:
        evaluation = plan.over(fed, compiled_loop, threads=threads, feeds=feeds)
        decisions = decision_columns(evaluation.columns, len(fed), evaluation.lookback, start - first)
        lookback, replaced = max(0, evaluation.lookback - (start - first)), evaluation.replaced
        if strategy.acts_on_bars():
            acting = _acting(strategy, traced, indicators, evaluation, decisions, simulated, lookback, account)
            decisions = decisions._replace(signals=np.zeros_like(decisions.signals))
    else:
        deferred = Deferred(plan, fed, feeds, start - first)
        decisions, replaced = no_decisions(), 0
        lookback = max(0, deferred.start().lookback - (start - first))
    market = market_terms(simulated, settings, periods_per_year(simulated))
    bid = bar_columns(simulated)
    ask = ask_of(simulated, account, data, scope.until)
    columns = LegColumns(
        bid=bid,
        ask=bid if ask is None else ask,
        volume=simulated.volume,
        rate=rate_of(simulated, account, data, scope.until),
        carry=carry_of(simulated, account, data),
        detail=_detail(simulated, data, scope, with_spread=ask is not None),
        decisions=decisions,
    )
    return Prepared(
        strategy=strategy,
        traced=traced,
        plan=plan,
        part=Part(simulated, columns, market, policy_of(traced, account), acting),
        anchor=fed.first,
        missing=settling - (start - first) if scope.since is not None else None,
        lookback=lookback,
        replaced=replaced,
        deferred=deferred,
    )


def _acting(
    strategy: Strategy,
    traced: Traced,
    indicators: Mapping[str, Node],
    evaluation: Evaluation,
    decisions: DecisionColumns,
    simulated: Bars,
    lookback: int,
    account: Account,
) -> Acting:
    """What `on_bar` reads; the decisions' signals are what side and session allow."""

    @cache
    def policy_of_size(size: Size) -> Policy:
        levels = traced.levels._replace(size=constant(size.value))
        return policy_of(replace(traced, size=size, levels=levels), account)

    return Acting(
        strategy=strategy,
        names=tuple(indicators),
        values=tuple(column[-len(simulated) :] for column in evaluation.columns[len(traced.nodes) :]),
        allowed=decisions.signals,
        volume=simulated.volume,
        first=lookback,
        policy_of=policy_of_size,
    )


def _detail(bars: Bars, data: Data, scope: Scope, *, with_spread: bool) -> Detail:
    if scope.detail is None:
        return no_detail()
    if with_spread:
        raise ParameterError("finer bars and a spread are both asked for", cure="leave one of them out")
    return detail_of(bars, data.bars_of(bars.symbol, scope.detail, scope.until))


def _nothing_left(bars: Bars, since: TimeLike | None, until: TimeLike | None) -> str:
    if len(bars) == 0:
        return "there are no bars"
    return f"no bar opens from {since or 'the start'} to {until or 'the end'}: they go from {bars.first} to {bars.last}"
