"""Liquidation: the level is where margin and unrealised profit meet the maintenance margin, whatever the tiers."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tradefleet.simulation.rules.liquidation import (
    bankruptcy_price,
    liquidation_fee_of,
    liquidation_level,
    liquidation_price,
)
from tradefleet.simulation.rules.margin import Margin, initial_margin, maintenance, maintenance_margin, margin_of
from tradefleet.trading import Account

SIDES = st.sampled_from([1.0, -1.0])
QUANTITIES = st.floats(1e-3, 1e4)
PRICES = st.floats(0.01, 1e5)
LEVERAGES = st.floats(1.0, 50.0)


@st.composite
def tier_tables(draw: st.DrawFn) -> list[tuple[float, float]]:
    steps = draw(st.lists(st.tuples(st.floats(10.0, 1e6), st.floats(0.0, 0.05)), max_size=4))
    rows, start, rate = [(0.0, draw(st.floats(0.0, 0.015)))], 0.0, 0.0
    rate = rows[0][1]
    for width, rise in steps:
        start, rate = start + width, rate + rise
        rows.append((start, rate))
    return rows


@given(SIDES, QUANTITIES, PRICES, LEVERAGES, tier_tables())
def test_at_the_level_the_margin_balance_is_the_maintenance_margin(
    side: float, quantity: float, entry: float, leverage: float, rows: list[tuple[float, float]]
) -> None:
    tiers = Account(market="perpetual", leverage=leverage, maintenance_margin=rows).tiers
    margin = margin_of(leverage, tiers, liquidates=True)
    locked = initial_margin(quantity, entry, margin)
    level = liquidation_level(side, quantity, entry, locked, margin)
    assume(level > 0.0)
    balance = locked + side * quantity * (level - entry)
    scale = quantity * entry
    assert abs(balance - maintenance_margin(quantity, level, margin)) <= 1e-9 * scale
    # A little on, there is too little; a little before, there is enough.
    for nudge, enough in [(1e-6, True), (-1e-6, False)]:
        price = level + side * entry * nudge
        left = locked + side * quantity * (price - entry) - maintenance_margin(quantity, price, margin)
        assert (left > 0.0) == enough


@given(SIDES, QUANTITIES, PRICES, LEVERAGES, st.floats(0.0, 0.015), PRICES)
def test_a_liquidation_fills_between_the_level_and_bankruptcy(
    side: float, quantity: float, entry: float, leverage: float, rate: float, open_price: float
) -> None:
    margin = margin_of(leverage, [(0.0, rate, 0.0)], liquidation_fee=0.01, liquidates=True)
    locked = initial_margin(quantity, entry, margin)
    level = liquidation_level(side, quantity, entry, locked, margin)
    bankruptcy = bankruptcy_price(side, quantity, entry, locked)
    price = liquidation_price(side, open_price, level, bankruptcy)
    close = 1e-9 * entry
    assert side * (price - bankruptcy) >= -close
    assert side * (price - level) <= close
    fee = liquidation_fee_of(side, quantity, entry, price, locked, margin)
    left = locked + side * quantity * (price - entry)
    assert 0.0 <= fee <= max(left, 0.0)
    assert fee == pytest.approx(min(0.01 * quantity * price, max(left, 0.0)))


@pytest.mark.parametrize(
    ("side", "open_price", "expected"),
    [
        (1.0, 100.0, 91.0),
        (1.0, 90.5, 90.5),
        (1.0, 80.0, 90.0),
        (-1.0, 100.0, 109.0),
        (-1.0, 109.5, 109.5),
        (-1.0, 120.0, 110.0),
    ],
)
def test_fill_at_the_level_at_an_open_beyond_and_never_worse_than_bankruptcy(
    side: float, open_price: float, expected: float
) -> None:
    assert liquidation_price(side, open_price, 100.0 - side * 9.0, 100.0 - side * 10.0) == expected


def test_without_liquidation_there_is_no_level() -> None:
    assert liquidation_level(1.0, 1.0, 100.0, 100.0, margin_of(1.0)) == -math.inf
    assert liquidation_level(-1.0, 1.0, 100.0, 100.0, margin_of(1.0)) == math.inf


@pytest.mark.parametrize(("notional", "row"), [(0.0, 0), (999.9, 0), (1000.0, 1), (1999.0, 1), (2000.0, 2), (1e9, 2)])
def test_tier_of_a_notional(notional: float, row: int) -> None:
    tiers = [(0.0, 0.01, 0.0), (1000.0, 0.02, 10.0), (2000.0, 0.05, 70.0)]
    assert maintenance(notional, margin_of(1.0, tiers)) == tiers[row][1:]


def test_the_tier_is_that_at_the_level() -> None:
    # 100 at 100 is in the second tier, at the level of about 91 in the first.
    margin = margin_of(10.0, Account(market="perpetual", maintenance_margin=[(0, 0.01), (9500, 0.02)]).tiers, 0.0, True)
    level = liquidation_level(1.0, 100.0, 100.0, 1000.0, margin)
    assert level == pytest.approx((10_000.0 - 1000.0) / (100.0 * 0.99))


def test_margin_of_an_account_is_an_array_of_three_columns() -> None:
    margin = margin_of(2.0, Account(market="perpetual", leverage=2).tiers, 0.01, True)
    assert isinstance(margin, Margin)
    assert margin.tiers.tolist() == [[0.0, 0.004, 0.0]]
