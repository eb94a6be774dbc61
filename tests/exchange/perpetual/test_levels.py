"""Liquidation prices: the worked examples, and the same as the backtest's rule."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.perpetual.desk import D

from tradefleet.exchange.engine.perpetual.brackets import maintenance_margin
from tradefleet.exchange.engine.perpetual.levels import Leg, bankruptcy_price, liquidation_level
from tradefleet.exchange.engine.symbols import Bracket, usual_brackets
from tradefleet.simulation.rules import liquidation as rule
from tradefleet.simulation.rules.margin import margin_of

WALLET = D("1535443.01")


def _fixed(rate: str, amount: str) -> tuple[Bracket, ...]:
    return (Bracket(1, D(0), D(10**9), D(rate), D(amount), 20),)


@pytest.mark.parametrize(
    ("others", "unrealised", "quantity", "entry", "rate", "amount", "expected"),
    [
        ("71200.81144", "-56354.57", "3683.979", "1456.84", "0.10", "135365.00", "1153.26"),
        ("356512.508", "-448192.89", "109.488", "32481.98", "0.025", "16300.00", "26316.89"),
        ("0", "0", "3683.979", "1456.84", "0.10", "135365.00", "1114.78"),
        ("0", "0", "109.488", "32481.98", "0.025", "16300.00", "18778.73"),
    ],
)
def test_documented_examples(
    others: str, unrealised: str, quantity: str, entry: str, rate: str, amount: str, expected: str
) -> None:
    leg = Leg(D(quantity), D(quantity) * D(entry))
    level = liquidation_level(WALLET - D(others) + D(unrealised), [leg], _fixed(rate, amount))
    assert level is not None
    assert level.price.quantize(D("0.01")) == D(expected)
    assert level.sign == 1


def test_a_position_that_its_margin_pays_for_whole_is_never_liquidated() -> None:
    assert liquidation_level(D(1001), [Leg(D(1), D(1000))], _fixed("0.01", "0")) is None


def test_the_larger_side_of_a_hedge_tells_which_way_it_is_liquidated() -> None:
    brackets = _fixed("0.01", "0")
    mostly_long = [Leg(D(3), D(3000)), Leg(D(-1), D(-1000))]
    mostly_short = [Leg(D(1), D(1000)), Leg(D(-3), D(-3000))]
    down, up = liquidation_level(D(500), mostly_long, brackets), liquidation_level(D(500), mostly_short, brackets)
    assert down is not None and up is not None
    assert (down.sign, up.sign) == (1, -1)
    assert down.price < 1000 < up.price


_amounts = st.decimals("0.001", "500", places=3)
_prices = st.decimals("10", "60000", places=2)
_sides = st.sampled_from((1, -1))


@given(_sides, _amounts, _prices, st.integers(1, 125))
def test_isolated_level_and_bankruptcy_are_the_backtests(
    side: int, quantity: Decimal, entry: Decimal, leverage: int
) -> None:
    tiers = [(float(tier.floor), float(tier.rate), float(tier.amount)) for tier in usual_brackets()]
    margin = margin_of(float(leverage), tiers, liquidates=True)
    locked = quantity * entry / leverage
    legs = [Leg(side * quantity, side * quantity * entry)]
    expected = rule.liquidation_level(float(side), float(quantity), float(entry), float(locked), margin)
    level = liquidation_level(locked, legs, usual_brackets())
    if level is None:
        assert expected <= 1e-9 * float(entry)
    else:
        assert float(level.price) == pytest.approx(expected, rel=1e-9)
        assert level.sign == side
    bankrupt = bankruptcy_price(locked, legs)
    theirs = rule.bankruptcy_price(float(side), float(quantity), float(entry), float(locked))
    assert theirs == pytest.approx(0.0, abs=1e-6) if bankrupt is None else float(bankrupt) == pytest.approx(theirs)


@given(_sides, _amounts, _prices, st.integers(2, 100))
def test_at_the_level_what_is_left_is_the_maintenance_margin(
    side: int, quantity: Decimal, entry: Decimal, leverage: int
) -> None:
    leg = Leg(side * quantity, side * quantity * entry)
    margin = quantity * entry / leverage
    level = liquidation_level(margin, [leg], usual_brackets())
    assert level is not None
    left = margin + leg.amount * level.price - leg.cost
    least = maintenance_margin(abs(leg.amount) * level.price, usual_brackets())
    assert abs(left - least) < D("0.00001")
