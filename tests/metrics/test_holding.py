"""Buy and hold against a plain loop over closes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.metrics import measure
from tradefleet.metrics.holding import COMPARED, compared, held

prices = st.floats(0.5, 500.0)


@given(
    st.lists(st.lists(prices, min_size=3, max_size=3), min_size=1, max_size=12),
    st.lists(prices, min_size=3, max_size=3),
    st.floats(0.0, 0.02),
    st.integers(0, 5),
)
def test_equity_is_cash_and_coins_of_a_plain_account(
    closes: list[list[float]], opens: list[float], fee: float, late: int
) -> None:
    table = np.array(closes)
    table[:late, 2] = np.nan
    times = np.arange(1, len(closes) + 1, dtype=np.int64) * 10
    run = held(900.0, fee, np.array(opens), table, times, times, first_time=0, periods_per_year=365)
    peak, deepest = 900.0, 0.0
    for row, prices_then in enumerate(closes):
        cash, coins = 900.0, 0.0
        for symbol, price in enumerate(prices_then):
            if symbol == 2 and row < late:
                continue
            cash -= 300.0
            coins += 300.0 / (opens[symbol] + opens[symbol] * fee) * price
        worth = cash + coins
        assert run.equity[row] == pytest.approx(worth)
        peak = max(peak, worth)
        deepest = max(deepest, 1 - worth / peak)
    assert run.max_drawdown == pytest.approx(deepest, abs=1e-12)


def test_drawdown_between_day_ends_counts() -> None:
    closes = np.array([[100.0], [50.0], [100.0]])
    times, days = np.array([1, 2, 3]), np.array([3])
    run = held(100.0, 0.0, np.array([100.0]), closes, times, days, first_time=0, periods_per_year=365)
    assert run.equity.tolist() == [100.0]
    assert run.max_drawdown == 0.5


def test_day_without_a_close_has_the_one_before() -> None:
    run = held(
        100.0,
        0.0,
        np.array([1.0]),
        np.array([[2.0], [3.0]]),
        np.array([10, 30]),
        np.array([10, 20, 30, 40]),
        first_time=0,
        periods_per_year=365,
    )
    assert run.equity.tolist() == [200.0, 200.0, 300.0, 300.0]


def test_compared_measures_are_those_of_the_account() -> None:
    closes = 100 * np.cumprod(1 + np.random.default_rng(1).normal(0, 0.02, (50, 1)), axis=0)
    times = np.arange(1, 51, dtype=np.int64) * 86_400 * 10**9
    run = held(100.0, 0.001, np.array([100.0]), closes, times, times, first_time=0, periods_per_year=365)
    every = measure(run)
    assert compared(run) == {name: every[name] for name in COMPARED}
    assert all(math.isfinite(value) for value in compared(run).values())
    assert every["trades"] == 0 and every["open_trades"] == 1 and every["exposure"] == 1
    assert every["fees"] == pytest.approx(100 - 100 / 1.001)
