"""Backtest: one strategy, one series of bars, one result."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from tradefleet.graph.plan import Plan
from tradefleet.kernels import compiled_loop, compiled_walk
from tradefleet.market.bars import Bars, check_range
from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.time import DAY, TimeLike
from tradefleet.metrics.performance import Floats, Performance
from tradefleet.research.calendar import periods_per_year, trading_days
from tradefleet.research.decisions import ENTRIES, bar_columns, decision_columns
from tradefleet.research.ledger import Ledger, ledger_of
from tradefleet.research.result import Result
from tradefleet.research.warnings import warnings_of
from tradefleet.simulation.rules.fees import Fees
from tradefleet.simulation.rules.sizing import AMOUNT, FRACTION, RISK, Lots
from tradefleet.simulation.rules.steps import steps_of
from tradefleet.simulation.state import (
    COUNTS,
    BarColumns,
    DecisionColumns,
    Journal,
    Market,
    State,
    first_state,
    new_journal,
)
from tradefleet.strategies.strategy import Strategy
from tradefleet.strategies.trace import Traced, trace

_SIZE_KINDS = {"fraction": FRACTION, "amount": AMOUNT, "risk": RISK}


@dataclass(frozen=True)
class Settings:
    """Cash and costs of a backtest: `fee` and `slippage` are fractions, a side."""

    cash: float = 10_000.0
    fee: float = 0.001
    slippage: float = 0.0

    def __post_init__(self) -> None:
        _check_number("cash", self.cash, 0.0, math.inf, "give a positive amount of money")
        _check_number("fee", self.fee, -0.01, 1.0, "give a fraction such as 0.001")
        _check_number("slippage", self.slippage, 0.0, 1.0, "give a fraction such as 0.0005")
        if self.cash == 0.0:
            raise ParameterError("cash is 0", cure="give a positive amount of money")


def _check_number(name: str, value: object, low: float, high: float, cure: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not low <= value < high:
        raise ParameterError(f"{name} is {value!r}", cure=cure)


def run_backtest(
    strategy: Strategy,
    bars: Bars,
    settings: Settings,
    *,
    since: TimeLike | None = None,
    until: TimeLike | None = None,
) -> Result:
    """Simulate the strategy on the bars that open in [since, until).

    Bars before `since` warm the indicators up, as many as they need to settle; when some are missing a warning says how
    many. Raises DataError when no bar is left to simulate.
    """
    traced = trace(strategy)
    plan = Plan(traced.nodes)
    known = bars.between(until=until)
    check_range(since, until)
    start = 0 if since is None else known.index_of(since)
    settling = plan.settling(bars.timeframe)
    first = max(0, start - settling)
    fed, simulated = known[first:], known[start:]
    if len(simulated) == 0:
        raise DataError(
            _nothing_left(bars, since, until), where=f"{bars.symbol} {bars.timeframe}", cure="widen the range"
        )
    evaluation = plan.over(fed, compiled_loop, threads=os.cpu_count() or 1)
    decisions = decision_columns(evaluation.columns, len(fed), plan.lookback, start - first)
    simulation = _Simulation(bar_columns(simulated), decisions, _market(simulated, settings, traced), settings.cash)
    state, journal = simulation.run()
    ledger = ledger_of(journal, state, float(simulated.close[-1]), bars.symbol, traced.tag)
    missing = settling - (start - first) if since is not None else None
    counts = {name: int(count) for name, count in zip(COUNTS, journal.counts, strict=True)}
    counts["replaced_inputs"] = evaluation.replaced
    performance = _performance(simulated, state, journal, ledger, settings)
    return Result(
        strategy=strategy.name(),
        parameters={**strategy.parameters, **traced.replaced},
        anchor=fed.first,
        settings=_settings(settings, performance),
        bars=simulated,
        ledger=ledger,
        performance=performance,
        counts=counts,
        warnings=warnings_of(plan, simulated, performance, counts, missing),
        per_bar=simulation.per_bar,
    )


@dataclass(frozen=True, eq=False)
class _Simulation:
    """The walk of one strategy over its bars, ready to be run."""

    bars: BarColumns
    decisions: DecisionColumns
    market: Market
    cash: float

    def run(self, per_bar: bool = False) -> tuple[State, Journal]:
        """The state at the end and what was written down; day ends include the last, unfinished one."""
        bars = self.bars
        length = len(bars.time)
        entries = int(np.count_nonzero(self.decisions.signals & ENTRIES))
        days = min(length, int((bars.time[-1] - bars.time[0]) // DAY) + 2) + 1
        journal = new_journal(entries + 1, days, length if per_bar else 0)
        state = first_state(float(self.cash), int(bars.time[0]))
        state = compiled_walk()(state, bars, self.decisions, self.market, journal)
        journal.day_times[state.days], journal.day_equity[state.days] = state.close_time, state.equity
        return state, journal

    def per_bar(self) -> Floats:
        """The equity at every close."""
        return self.run(per_bar=True)[1].bar_equity


def _market(bars: Bars, settings: Settings, traced: Traced) -> Market:
    instrument = bars.instrument
    lowest = float(bars.low.min())
    if instrument.tick is not None and lowest < instrument.tick:
        raise DataError(
            f"prices go down to {lowest:g}, less than one tick of {instrument.tick}",
            where=f"{bars.symbol} {bars.timeframe}",
            cure="give the instrument its right tick",
        )
    minimum = 0.0 if instrument.min_notional is None else float(instrument.min_notional)
    return Market(
        fees=Fees(float(settings.fee), float(settings.fee)),
        slippage=float(settings.slippage),
        tick=steps_of(instrument.tick),
        lots=Lots(steps_of(instrument.lot), minimum),
        size_kind=_SIZE_KINDS[traced.size_kind],
        timeframe=bars.timeframe.nanoseconds,
    )


def _performance(bars: Bars, state: State, journal: Journal, ledger: Ledger, settings: Settings) -> Performance:
    closed = slice(0, ledger.closed)
    periods = periods_per_year(bars)
    days = trading_days(journal.day_times[: state.days + 1], periods)
    drawdown = state.drawdown
    longest = max(drawdown.longest, state.close_time - drawdown.peak_time) if drawdown.under else drawdown.longest
    return Performance(
        initial_cash=float(settings.cash),
        equity_time=journal.day_times[: state.days + 1][days],
        equity=journal.day_equity[: state.days + 1][days],
        first_time=int(bars.time[0]),
        last_time=state.close_time,
        max_drawdown=drawdown.deepest,
        max_drawdown_length=longest,
        exposure=float((ledger.exit_bar - ledger.entry_bar).sum()) / len(bars),
        profit=ledger.profit[closed],
        profit_ratio=ledger.profit_ratio[closed],
        fees=ledger.fees[closed],
        entry_time=ledger.entry_time[closed],
        exit_time=ledger.exit_time[closed],
        side=ledger.side[closed],
        open_trades=len(ledger.side) - ledger.closed,
        periods_per_year=periods,
        open_fees=float(ledger.fees[ledger.closed :].sum()),
    )


def _settings(settings: Settings, performance: Performance) -> dict[str, Any]:
    return {
        "cash": float(settings.cash),
        "fee": float(settings.fee),
        "slippage": float(settings.slippage),
        "periods_per_year": round(performance.periods, 2),
    }


def _nothing_left(bars: Bars, since: TimeLike | None, until: TimeLike | None) -> str:
    if len(bars) == 0:
        return "there are no bars"
    return f"no bar opens from {since or 'the start'} to {until or 'the end'}: they go from {bars.first} to {bars.last}"
