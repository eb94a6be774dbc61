"""Sizes by volatility and by Kelly's criterion."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.simulation.rules.sizing import Record, kelly_fraction, record_after, volatility_money

RATIOS = st.lists(st.floats(-0.5, 0.5), max_size=60)


def record_of(ratios: list[float]) -> Record:
    record = Record(0.0, 0.0, 0.0, 0.0)
    for ratio in ratios:
        record = record_after(record, ratio)
    return record


@given(st.floats(0.01, 2.0), st.floats(1.0, 1e7), st.floats(1e-6, 0.5), st.floats(50.0, 600_000.0))
def test_a_position_has_the_volatility_aimed_at_unless_it_is_capped(
    target: float, equity: float, sigma: float, bars: float
) -> None:
    money = volatility_money(target, equity, sigma, bars, 3.0)
    assert money <= 3.0 * equity
    if money < 3.0 * equity:
        assert money * sigma * math.sqrt(bars) == pytest.approx(target * equity)


@pytest.mark.parametrize("sigma", [0.0, math.nan, -0.1])
def test_unknown_volatility_is_no_entry(sigma: float) -> None:
    assert volatility_money(0.2, 1000.0, sigma, 365.0, 1.0) == 0.0


@given(RATIOS)
def test_record_counts_what_a_list_of_trades_tells(ratios: list[float]) -> None:
    record = record_of(ratios)
    wins = [ratio for ratio in ratios if ratio > 0.0]
    losses = [ratio for ratio in ratios if ratio <= 0.0]
    assert (record.wins, record.losses) == (len(wins), len(losses))
    assert (record.won, record.lost) == (pytest.approx(sum(wins)), pytest.approx(-sum(losses)))


@given(RATIOS, st.floats(0.1, 1.0), st.floats(0.05, 1.0), st.integers(1, 40), st.floats(0.0, 0.05))
def test_kelly_by_its_formula_within_floor_and_cap(
    ratios: list[float], multiple: float, cap: float, least: int, floor: float
) -> None:
    found = kelly_fraction(record_of(ratios), multiple, cap, float(least), floor)
    wins = [ratio for ratio in ratios if ratio > 0.0]
    losses = [-ratio for ratio in ratios if ratio <= 0.0]
    if len(ratios) < least or not wins:
        assert found == floor
        return
    share = len(wins) / len(ratios)
    full = share
    if sum(losses) > 0.0:
        payoff = (sum(wins) / len(wins)) / (sum(losses) / len(losses))
        full = share - (1.0 - share) / payoff if payoff > 0.0 else -math.inf
    assert found == pytest.approx(max(floor, min(cap, multiple * full)), abs=1e-9)


def test_kelly_of_known_trades() -> None:
    # 15 wins of 2 %, 5 losses of 4 %: W 0.75, R 0.5, f 0.25.
    record = Record(15.0, 5.0, 0.30, 0.20)
    assert kelly_fraction(record, 1.0, 1.0, 20.0, 0.0) == pytest.approx(0.25)
    assert kelly_fraction(record, 0.5, 1.0, 20.0, 0.0) == pytest.approx(0.125)
    assert kelly_fraction(record, 1.0, 0.2, 20.0, 0.0) == 0.2
    assert kelly_fraction(record, 1.0, 1.0, 21.0, 0.03) == 0.03
    assert kelly_fraction(Record(5.0, 15.0, 0.1, 0.3), 1.0, 1.0, 20.0, 0.03) == 0.03
