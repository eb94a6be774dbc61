"""What must hold of money, equity and drawdown on every bar."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tradefleet.kernels import compiled_walk, compiled_walk_together
from tradefleet.simulation.rules.drawdown import Drawdown

from .cases import (
    DAY,
    LEGS_FEATURES,
    Case,
    Found,
    LegCase,
    first_bars,
    random_cases,
    random_portfolios,
    run_alone,
    run_together,
    spread_out,
)


def run(case: Case) -> Found:
    return run_alone(compiled_walk(), case)


def last_close(leg: LegCase, side: float) -> float:
    """What a side is marked at in the end."""
    return float((leg.columns.ask if side < 0 else leg.columns.bid).close[-1])


def unrealised(leg: LegCase, held: Any) -> float:
    """In the account's currency, at the last close."""
    rate = spread_out(leg.columns.rate, len(leg.columns.bid.time))[-1]
    return float(held.side * held.quantity * (last_close(leg, held.side) - held.entry_price) * rate)


def turnover(found: Found) -> float:
    return float(sum(row["cost"] + abs(row["profit"]) for row in found.rows))


def assert_conserved(case: Case, found: Found) -> None:
    """Balance is cash and all that was realised; equity is that and all that is not."""
    positions = [leg.position for leg in found.legs]
    paid = sum(held.fees + held.carry for held in positions)
    open_profit = sum(unrealised(leg, held) for leg, held in zip(case.legs, positions, strict=True))
    balance = case.cash + sum(row["profit"] for row in found.rows) - paid
    scale = 1e-9 * (case.cash + turnover(found) + abs(open_profit))
    assert abs(found.state.wallet.balance - balance) <= scale
    assert abs(found.state.equity - balance - open_profit) <= scale
    assert abs(found.state.wallet.locked - sum(held.margin for held in positions)) <= scale
    assert abs(found.state.wallet.reserved - sum(leg.entry.reserved for leg in found.legs)) <= scale


@settings(max_examples=60, deadline=None)
@given(random_cases(150))
def test_equity_is_cash_and_profits_less_fees_and_funding_on_every_bar(case: Case) -> None:
    # The run is cut short after every bar, so that each close is looked at with its money and position.
    whole = run(case)
    for end in range(1, len(case.times) + 1, 7):
        found = run(first_bars(case, end))
        assert_conserved(first_bars(case, end), found)
        assert whole.journal.bar_equity[end - 1] == found.state.equity


@settings(max_examples=60, deadline=None)
@given(random_portfolios(80))
def test_equity_of_legs_is_cash_and_profits_less_fees_and_funding(case: Case) -> None:
    assert_conserved(case, run_together(compiled_walk_together(), case))


@settings(max_examples=60, deadline=None)
@given(random_cases(150, never=("conversion",)))
def test_profit_is_the_difference_of_the_prices_less_fees_and_carry(case: Case) -> None:
    for row in run(case).rows:
        gross = row["side"] * row["quantity"] * (row["exit_price"] - row["entry_price"])
        assert row["profit"] == pytest.approx(gross - row["fees"] - row["carry"], rel=1e-9, abs=1e-12 * row["cost"])


@settings(max_examples=60, deadline=None)
@given(random_cases(150, never=("conversion", "commission", "pyramiding", "limit")))
def test_fees_are_the_taker_s_at_the_entry_and_by_reason_at_the_exit(case: Case) -> None:
    costs = case.legs[0].terms.costs
    for row in run(case).rows:
        if row["reason"] != "liquidation":
            rate = costs.maker if row["reason"] == "take_profit" else costs.taker
            fees = row["quantity"] * (row["exit_price"] * rate + row["entry_price"] * costs.taker)
            assert row["fees"] == pytest.approx(fees, rel=1e-9, abs=1e-12 * row["cost"])


@settings(max_examples=60, deadline=None)
@given(random_cases(150, never=("conversion",)))
def test_a_liquidation_costs_no_more_than_the_margin_and_what_was_paid_before(case: Case) -> None:
    costs = case.legs[0].terms.costs
    for row in run(case).rows:
        if row["reason"] == "liquidation":
            # All but the entry's fees and carry, which the balance paid.
            entered = row["quantity"] * row["entry_price"] * max(costs.taker, costs.maker)
            entered += row["quantity"] * costs.commission + row["carry"]
            assert -row["profit"] <= row["cost"] / costs.leverage + entered + 1e-9 * row["cost"]


@settings(max_examples=60, deadline=None)
@given(random_cases(150))
def test_drawdown_and_its_length_are_those_of_the_equity_of_every_bar(case: Case) -> None:
    found = run(case)
    equity = np.concatenate(([case.cash], found.journal.bar_equity))
    peaks = np.maximum.accumulate(equity)
    assert found.state.drawdown.deepest == pytest.approx(np.max(1 - equity / peaks), rel=1e-12, abs=1e-15)
    times = np.concatenate(([case.times[0]], np.array(case.times) + case.length)).tolist()
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


@settings(max_examples=60, deadline=None)
@given(random_cases(200, never=LEGS_FEATURES))
def test_day_equity_is_that_of_the_last_bar_of_each_utc_day(case: Case) -> None:
    found = run(case)
    times = np.array(case.times)
    # Bars longer than a day each have a day of their own; the last day is still running and not written.
    ends = np.flatnonzero(np.diff(times // DAY) > 0)
    assert int(found.journal.used[2]) == len(ends)
    assert found.journal.day_equity[: len(ends)].tolist() == found.journal.bar_equity[ends].tolist()
    assert found.journal.day_times[: len(ends)].tolist() == (times[ends] + case.length).tolist()
