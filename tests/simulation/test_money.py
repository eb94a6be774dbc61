"""What must hold of money, equity and drawdown on every bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from tradefleet.kernels import compiled_walk
from tradefleet.simulation.rules.drawdown import Drawdown

from .cases import Case, random_cases
from .scene import DAY, Outcome, run_walk


def run(case: Case) -> Outcome:
    return run_walk(compiled_walk(), case.bars, case.decisions, case.market, case.cash)


@settings(max_examples=150, deadline=None)
@given(random_cases(150))
def test_equity_is_cash_at_the_start_plus_profits_plus_what_is_open(case: Case) -> None:
    # The run is cut short after every bar, so that each close is looked at with its cash and position.
    for end in range(1, len(case.bars.time) + 1, 7):
        bars = type(case.bars)(*(column[:end] for column in case.bars))
        decisions = type(case.decisions)(*(c if len(c) == 1 else c[:end] for c in case.decisions))
        found = run(replace(case, bars=bars, decisions=decisions))
        state, held = found.state, found.state.position
        close = float(bars.close[-1])
        turnover = sum(t.quantity * (t.entry_price + t.exit_price) for t in found.trades) + held.quantity * close
        realised = sum(trade.profit for trade in found.trades)
        unrealised = held.side * held.quantity * (close - held.entry_price) - held.fees
        tolerance = 1e-9 * (case.cash + turnover)
        assert abs(case.cash + realised + unrealised - state.equity) <= tolerance
        assert abs(state.cash + held.side * held.quantity * close - state.equity) <= tolerance
        assert found.journal.bar_equity[-1] == state.equity


@settings(max_examples=150, deadline=None)
@given(random_cases(150))
def test_profit_is_the_difference_of_the_prices_less_the_fees(case: Case) -> None:
    for trade in run(case).trades:
        gross = trade.side * trade.quantity * (trade.exit_price - trade.entry_price)
        assert trade.profit == gross - trade.fees
        rates = [case.costs.maker if trade.reason == "take_profit" else case.costs.taker, case.costs.taker]
        fees = trade.quantity * (trade.exit_price * rates[0] + trade.entry_price * rates[1])
        assert trade.fees == pytest.approx(fees, rel=1e-12, abs=1e-300)


@settings(max_examples=150, deadline=None)
@given(random_cases(150))
def test_drawdown_and_its_length_are_those_of_the_equity_of_every_bar(case: Case) -> None:
    found = run(case)
    equity = np.concatenate(([case.cash], found.journal.bar_equity))
    peaks = np.maximum.accumulate(equity)
    assert found.state.drawdown.deepest == pytest.approx(np.max(1 - equity / peaks), rel=1e-12, abs=1e-15)
    times = np.concatenate(([case.bars.time[0]], case.bars.time + case.length)).tolist()
    assert longest(found.state.drawdown, found.state.close_time) == naive_longest(equity.tolist(), times)


def longest(drawdown: Drawdown, now: int) -> int:
    return max(drawdown.longest, now - drawdown.peak_time) if drawdown.under else drawdown.longest


def naive_longest(equity: list[float], times: list[int]) -> int:
    """From each fall below the highest equity so far, back to the last time at it and on to the recovery or the end."""
    found = 0
    for index in range(len(equity)):
        peak = max(equity[: index + 1])
        if equity[index] < peak:
            last = max(i for i in range(index) if equity[i] == max(equity[: i + 1]))
            recovered = next((i for i in range(index, len(equity)) if equity[i] >= peak), len(equity) - 1)
            found = max(found, times[recovered] - times[last])
    return found


@settings(max_examples=150, deadline=None)
@given(random_cases(200))
def test_day_equity_is_that_of_the_last_bar_of_each_utc_day(case: Case) -> None:
    found = run(case)
    days = case.bars.time // DAY
    # Bars longer than a day each have a day of their own; the last day is still running and not written.
    ends = np.flatnonzero(np.diff(days) > 0)
    assert found.state.days == len(ends)
    assert found.journal.day_equity[: len(ends)].tolist() == found.journal.bar_equity[ends].tolist()
    assert found.journal.day_times[: len(ends)].tolist() == (case.bars.time[ends] + case.length).tolist()
