"""Backtest: strategies on symbols, one wallet, one result."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.time import merged_times
from tradefleet.metrics.performance import Floats, Performance
from tradefleet.research.calendar import CRYPTO_DAYS, periods_per_year, trading_days
from tradefleet.research.chunked import simulate_in_chunks
from tradefleet.research.data import Data
from tradefleet.research.ledger import Ledger, ledger_of
from tradefleet.research.memory import bars_at_a_time
from tradefleet.research.prepare import Prepared, Scope, prepare
from tradefleet.research.result import Result
from tradefleet.research.settings import Settings
from tradefleet.research.simulate import Outcome, Part, simulate
from tradefleet.research.terms import check_currencies, limits_of
from tradefleet.research.warnings import warnings_of
from tradefleet.simulation.columns import DAYS
from tradefleet.simulation.state import COUNTS, Limits
from tradefleet.strategies.strategy import Strategy


def run_backtest(
    strategies: Strategy | Sequence[Strategy],
    bars: Bars | Mapping[str, Bars],
    settings: Settings,
    scope: Scope | None = None,
    data: Data | None = None,
    *,
    threads: int | None = None,
    memory: int | None = None,
) -> Result:
    """Simulate strategies, each on every symbol, on one wallet.

    Bars before the scope's `since` warm the indicators up, as many as they need to settle; when some are missing a
    warning says how many. `data` is what the strategies may read besides. Where more than `memory` bytes would be
    needed, some bars at a time are evaluated and simulated, with the same result. Raises DataError when no bar is left
    to simulate.
    """
    scope = scope or Scope()
    chosen = [strategies] if isinstance(strategies, Strategy) else list(strategies)
    traded = {bars.symbol: bars} if isinstance(bars, Bars) else dict(bars)
    _check(chosen, traded, settings)
    known = replace(data, bars={**data.bars, **traded}) if data is not None else Data(traded)
    count = threads or os.cpu_count() or 1
    size = None if memory is None else bars_at_a_time(memory, chosen, traded, settings, scope)
    legs = [
        prepare(one, each, settings, known, scope, count, at_once=size is None)
        for one in chosen
        for each in traded.values()
    ]
    parts, limits, cash = [leg.part for leg in legs], limits_of(settings.account), float(settings.cash)
    outcome, replaced = _simulated(legs, cash, limits, size)
    names = [name for name in _labels(chosen) for _ in traded]
    ledger = ledger_of(outcome, parts, names, [leg.traced.tag for leg in legs])
    performance = _performance(parts, outcome, ledger, settings)
    counts = {name: int(count) for name, count in zip(COUNTS, outcome.journal.counts, strict=True)}
    counts["replaced_inputs"] = replaced
    return Result(
        strategy=" + ".join(dict.fromkeys(names)),
        parameters=_parameters(legs, names),
        anchor=min(leg.anchor for leg in legs),
        settings=_settings(settings, scope, performance),
        legs=tuple((name, leg.part.bars) for name, leg in zip(names, legs, strict=True)),
        ledger=ledger,
        performance=performance,
        counts=counts,
        warnings=warnings_of(legs, performance, counts),
        fee=settings.taker,
        leg_equity=_leg_equity(outcome, performance),
        per_bar=lambda: _simulated(legs, cash, limits, size, per_bar=True)[0].journal.bar_equity,
    )


def _simulated(
    legs: Sequence[Prepared], cash: float, limits: Limits, size: int | None, *, per_bar: bool = False
) -> tuple[Outcome, int]:
    """What the legs did, all bars at once or some `size` of them at a time, and how many inputs were replaced."""
    parts = [leg.part for leg in legs]
    if size is None:
        return simulate(parts, cash, limits, per_bar=per_bar), sum(leg.replaced for leg in legs)
    deferred = [leg.deferred for leg in legs if leg.deferred is not None]
    return simulate_in_chunks(parts, deferred, cash, limits, size, per_bar=per_bar)


def _check(strategies: Sequence[Strategy], bars: Mapping[str, Bars], settings: Settings) -> None:
    if not strategies or not bars:
        raise ParameterError("there is no strategy or no bars", cure="give at least one of each")
    timeframes = {each.timeframe for each in bars.values()}
    if len(timeframes) > 1:
        raise ParameterError(
            f"the bars are {' and '.join(sorted(map(str, timeframes)))} long",
            cure='give bars of one length; read others with symbol("...", "1h")',
        )
    for name, each in bars.items():
        if name != each.symbol:
            raise ParameterError(f"the bars of {name} are of {each.symbol}", cure="name them by their symbol")
    check_currencies(bars, settings.account)


def _labels(strategies: Sequence[Strategy]) -> list[str]:
    """The strategies' names, with a number where two are of one class: `ema_cross`, `ema_cross 2`."""
    names: list[str] = []
    for strategy in strategies:
        before = sum(type(other) is type(strategy) for other in strategies[: len(names)])
        names.append(strategy.name() if before == 0 else f"{strategy.name()} {before + 1}")
    return names


def _parameters(legs: Sequence[Prepared], names: Sequence[str]) -> dict[str, Any]:
    """The parameters; by strategy where there are several."""
    pairs = zip(names, legs, strict=True)
    each = {name: {**leg.strategy.parameters, **leg.traced.replaced} for name, leg in pairs}
    return next(iter(each.values())) if len(each) == 1 else each


def _performance(parts: Sequence[Part], outcome: Outcome, ledger: Ledger, settings: Settings) -> Performance:
    closed = slice(0, ledger.closed)
    days, state = slice(0, int(outcome.journal.used[DAYS])), outcome.state
    all_periods = [periods_per_year(part.bars) for part in parts]
    periods = CRYPTO_DAYS if CRYPTO_DAYS in all_periods else all_periods[0]
    kept = trading_days(outcome.journal.day_times[days], periods)
    drawdown = state.drawdown
    longest = max(drawdown.longest, state.close_time - drawdown.peak_time) if drawdown.under else drawdown.longest
    return Performance(
        initial_cash=float(settings.cash),
        equity_time=outcome.journal.day_times[days][kept],
        equity=outcome.journal.day_equity[days][kept],
        first_time=min(int(part.bars.time[0]) for part in parts),
        last_time=state.close_time,
        max_drawdown=drawdown.deepest,
        max_drawdown_length=longest,
        exposure=_exposure(parts, ledger),
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


def _leg_equity(outcome: Outcome, performance: Performance) -> Floats:
    """What each leg had brought by each day end: days x legs."""
    if len(outcome.journal.day_legs) == 0:
        return (performance.equity - performance.initial_cash)[:, np.newaxis]
    days = slice(0, int(outcome.journal.used[DAYS]))
    kept = np.isin(outcome.journal.day_times[days], performance.equity_time)
    brought: Floats = outcome.journal.day_legs[days][kept]
    return brought


def _exposure(parts: Sequence[Part], ledger: Ledger) -> float:
    """The share of steps at whose close something is held."""
    if len(parts) == 1:
        begins, ends, steps = ledger.entry_bar, ledger.exit_bar, len(parts[0].bars)
    else:
        times = merged_times([part.bars.time for part in parts])
        begins, ends = np.searchsorted(times, ledger.entry_time), np.searchsorted(times, ledger.exit_time)
        steps = len(times)
    order = np.argsort(begins)
    begins, reached = begins[order], np.maximum.accumulate(ends[order])
    # What lies beyond all positions that began before.
    before = np.concatenate((begins[:1], reached[:-1]))
    return float(np.maximum(reached - np.maximum(begins, before), 0).sum()) / steps


def _settings(settings: Settings, scope: Scope, performance: Performance) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "cash": float(settings.cash),
        "fee": float(settings.fee),
        "slippage": float(settings.slippage),
        "periods_per_year": round(performance.periods, 2),
    }
    for name, paid in (("maker", settings.maker), ("taker", settings.taker)):
        if paid != settings.fee:
            shown[name] = paid
    account = {name: _plain(value) for name, value in settings.account.given().items()}
    if account:
        shown["account"] = account
    if scope.detail is not None:
        shown["detail"] = str(scope.detail)
    return shown


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | float | str) else str(value)
