"""The rules of levels and orders, each at the bar or the moment that decides it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.simulation.rules.aging import aged_fraction
from tradefleet.simulation.rules.break_even import break_even_reached
from tradefleet.simulation.rules.cooldown import cooling
from tradefleet.simulation.rules.fees import Fees, fee_of
from tradefleet.simulation.rules.limit_order import limit_fills, limit_price
from tradefleet.simulation.rules.market_order import slipped
from tradefleet.simulation.rules.scale_out import part_level, part_quantity
from tradefleet.simulation.rules.slippage import Slippage, slippage_of
from tradefleet.simulation.rules.steps import Steps

CENT = Steps(1.0, 100.0)
WHOLE = Steps(1.0, 1.0)
NONE = Steps(0.0, 1.0)
MINUTE = 60_000_000_000


@pytest.mark.parametrize(
    ("side", "close", "reached"),
    [(1.0, 101.99, False), (1.0, 102.0, True), (-1.0, 98.01, False), (-1.0, 98.0, True), (-1.0, 102.0, False)],
)
def test_break_even_is_reached_by_a_close_far_enough(side: float, close: float, reached: bool) -> None:
    assert break_even_reached(side, close, 100.0, 0.02) is reached


def test_cooldown_ends_when_its_bars_have_passed_in_time() -> None:
    assert cooling(3 * MINUTE - 1, 0, 3.0, MINUTE)
    assert not cooling(3 * MINUTE, 0, 3.0, MINUTE)
    assert not cooling(0, 0, 0.0, MINUTE)
    assert not cooling(1_700_000_000 * 10**9, -(2**62), 3.0, MINUTE)


def test_target_by_age_is_that_of_the_last_row_passed() -> None:
    rows = np.array([(10.0, 0.04), (60.0, 0.01), (90.0, 0.0)])
    ages = [0, 9, 10, 59, 60, 89, 90, 1000]
    found = [aged_fraction(rows, age * MINUTE, MINUTE) for age in ages]
    assert found == [0.0, 0.0, 0.04, 0.04, 0.01, 0.01, 0.0, 0.0]
    assert aged_fraction(np.empty((0, 2)), 5 * MINUTE, MINUTE) == 0.0


def test_parts_leave_at_their_levels_and_then_there_is_none() -> None:
    rows = np.array([(0.02, 0.5), (0.05, 0.3)])
    assert [part_level(part, 1.0, 100.0, rows, CENT) for part in range(3)] == [102.0, 105.0, math.inf]
    assert [part_level(part, -1.0, 100.0, rows, CENT) for part in range(3)] == [98.0, 95.0, -math.inf]


def test_rest_stays_when_shares_are_less_than_all() -> None:
    rows = np.array([(0.02, 0.5), (0.05, 0.3)])
    assert part_quantity(0, 11.0, 11.0, rows, WHOLE) == 5.0
    assert part_quantity(1, 11.0, 6.0, rows, WHOLE) == 3.0


@given(st.floats(0.001, 1e6), st.lists(st.integers(1, 9), min_size=1, max_size=5), st.sampled_from([NONE, WHOLE, CENT]))
def test_parts_that_add_up_to_all_leave_nothing(first: float, weights: list[int], lot: Steps) -> None:
    shares = [weight / sum(weights) for weight in weights]
    rows = np.array([(0.01 * (number + 1), share) for number, share in enumerate(shares)])
    held = first
    for part in range(len(rows)):
        quantity = part_quantity(part, first, held, rows, lot)
        assert 0.0 <= quantity <= held
        held -= quantity
    assert held == 0.0


def test_limit_needs_a_bar_that_trades_through_it() -> None:
    assert limit_fills(1.0, 98.99, 101.0, 99.0)
    assert not limit_fills(1.0, 99.0, 101.0, 99.0)
    assert limit_fills(-1.0, 99.0, 101.01, 101.0)
    assert not limit_fills(-1.0, 99.0, 101.0, 101.0)


def test_limit_fills_at_its_price_or_at_a_better_open() -> None:
    assert [limit_price(1.0, price, 99.0) for price in (100.0, 98.0)] == [99.0, 98.0]
    assert [limit_price(-1.0, price, 101.0) for price in (100.0, 102.0)] == [101.0, 102.0]


def test_commission_comes_on_top_of_the_rate() -> None:
    assert fee_of(3.0, 100.0, 0.001, Fees(0.0, 0.001)) == 3.0 * 100.0 * 0.001
    assert fee_of(3.0, 100.0, 0.001, Fees(0.0, 0.001, 0.5)) == pytest.approx(0.3 + 1.5)


@given(
    st.floats(0.01, 1e6),
    st.sampled_from([1.0, -1.0]),
    st.floats(0.0, 0.2),
    st.floats(0.0, 1e9),
    st.sampled_from([NONE, CENT]),
)
def test_a_fraction_alone_gives_the_price_it_always_gave(
    price: float, direction: float, fraction: float, volume: float, tick: Steps
) -> None:
    found = slippage_of(price, 1.0, 5.0, volume, Slippage(fraction, 0.0, 0.0))
    assert slipped(price, direction, found, tick) == slipped(price, direction, fraction, tick)


def test_slippage_adds_the_range_and_the_root_of_the_share_of_the_volume() -> None:
    rule = Slippage(0.001, 0.1, 0.02)
    assert slippage_of(200.0, 4.0, 6.0, 100.0, rule) == pytest.approx(0.001 + 0.02 * 0.2 + 0.1 * 6.0 / 200.0)
    # All of the volume, more than it, or none at all: the share is 1.
    for volume in (4.0, 1.0, 0.0, math.nan):
        assert slippage_of(200.0, 4.0, 0.0, volume, rule) == pytest.approx(0.021)
    assert slipped(200.0, 1.0, slippage_of(200.0, 4.0, 6.0, 100.0, Slippage(0.0, 0.1, 0.0)), CENT) == 200.6
    assert slipped(200.0, -1.0, slippage_of(200.0, 4.0, 6.0, 100.0, Slippage(0.0, 0.1, 0.0)), CENT) == 199.4
