"""Shuffled and redrawn trades."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError
from tradefleet.research.luck import LEVELS, trade_order


def drawdown(returns: tuple[float, ...]) -> float:
    worth = peak = 1.0
    deepest = 0.0
    for value in returns:
        worth *= max(1.0 + value, 0.0)
        peak = max(peak, worth)
        deepest = max(deepest, 1.0 - worth / peak)
    return deepest


def test_shuffled_drawdowns_are_those_of_all_orders() -> None:
    trades = (0.1, -0.05, 0.02, -0.08, 0.03, -0.01)
    every = np.array([drawdown(order) for order in itertools.permutations(trades)])
    found = trade_order(np.array(trades), orders=20_000)
    assert found.max_drawdown == pytest.approx(drawdown(trades), abs=1e-12)
    assert found.drawdowns == pytest.approx(np.quantile(every, LEVELS, method="inverted_cdf"), abs=2e-3)
    assert found.share_worse == pytest.approx(np.mean(every > drawdown(trades) + 1e-9), abs=0.02)


def test_redrawn_returns_are_those_of_all_draws() -> None:
    trades = (0.2, -0.1, 0.05)
    every = np.array([math.prod(1 + value for value in draw) - 1 for draw in itertools.product(trades, repeat=3)])
    found = trade_order(np.array(trades), orders=20_000)
    assert found.total_return == pytest.approx(1.2 * 0.9 * 1.05 - 1)
    assert found.share_losing == pytest.approx(np.mean(every < -1e-12), abs=0.02)
    assert found.returns[2] == pytest.approx(np.quantile(every, 0.5, method="inverted_cdf"))


def test_an_order_with_all_losses_first_could_not_have_been_worse() -> None:
    losses_first = trade_order(np.array([-0.05] * 10 + [0.06] * 10))
    alternating = trade_order(np.array([-0.05, 0.06] * 10))
    assert losses_first.share_worse == 0.0
    assert alternating.share_worse > 0.95
    # Which order was the real one does not matter to the others.
    assert losses_first.drawdowns[2] == pytest.approx(alternating.drawdowns[2], rel=0.1)


@settings(max_examples=30, deadline=None)
@given(trades=st.lists(st.floats(-1.5, 2.0), min_size=3, max_size=30), seed=st.integers(0, 99))
def test_quantiles_rise_and_stay_within_what_is_possible(trades: list[float], seed: int) -> None:
    found = trade_order(np.array(trades), orders=200, seed=seed)
    assert list(found.drawdowns) == sorted(found.drawdowns)
    assert list(found.returns) == sorted(found.returns)
    assert 0.0 <= found.drawdowns[0] <= found.drawdowns[-1] <= 1.0
    assert found.max_drawdown == pytest.approx(drawdown(tuple(trades)), abs=1e-9)
    assert found.returns[0] >= -1.0
    assert found == trade_order(np.array(trades), orders=200, seed=seed)


def test_equal_trades_have_one_drawdown() -> None:
    found = trade_order(np.full(50, -0.01))
    assert found.drawdowns == pytest.approx((1 - 0.99**50,) * len(LEVELS))
    assert (found.share_worse, found.share_losing) == (0.0, 1.0)


def test_ruin_stays_ruin() -> None:
    found = trade_order(np.array([0.5, -1.2, 3.0, 0.1]))
    assert (found.total_return, found.max_drawdown) == (-1.0, 1.0)
    assert set(found.drawdowns) == {1.0}


def test_what_no_float_holds_is_infinite_and_none_for_machines() -> None:
    found = trade_order(np.full(2_000, 1.0), orders=10)
    assert found.total_return == math.inf
    assert found.as_dict()["total_return"] is None
    assert found.drawdowns == (0.0,) * len(LEVELS)


def test_another_seed_gives_other_orders() -> None:
    trades = np.random.default_rng(2).normal(0.001, 0.02, 300)
    first, second = trade_order(trades, seed=1), trade_order(trades, seed=2)
    assert first.drawdowns != second.drawdowns
    assert first.drawdowns == pytest.approx(second.drawdowns, rel=0.15)


def test_open_trades_are_left_out() -> None:
    trades = np.array([0.1, -0.1, math.nan, 0.2, 0.05])
    assert trade_order(trades) == trade_order(trades[np.isfinite(trades)])


@pytest.mark.parametrize("trades", [[], [0.1], [0.1, math.nan, 0.2]])
def test_below_three_trades_there_is_a_reason(trades: list[float]) -> None:
    found = trade_order(np.array(trades))
    assert "3 trades or more" in found.reason
    assert math.isnan(found.share_worse)
    assert found.as_dict()["drawdowns"] == {str(level): None for level in LEVELS}


def test_no_orders_are_refused() -> None:
    with pytest.raises(ParameterError, match="such as 1000"):
        trade_order(np.array([0.1, 0.2, 0.3]), orders=0)
