"""The oracle of the bar rule book: a client on the exchange trades as a backtest of the same plan does."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.exchange.engine.symbols import Market

from .arena import Plan, Terms, assert_agree, market

FRACTIONS = (0.0, 0.002, 0.005, 0.01, 0.02, 0.05)
COSTS = {
    "maker": st.sampled_from(["0", "0.0002", "0.001"]),
    "taker": st.sampled_from(["0", "0.0005", "0.001"]),
    "slippage": st.sampled_from([0.0, 0.0005, 0.003]),
}


def plans(**chosen: Any) -> st.SearchStrategy[Plan]:
    fields: dict[str, st.SearchStrategy[Any]] = {
        "money": st.sampled_from([50.0, 1000.0, 9000.0]),
        "stop_loss": st.sampled_from(FRACTIONS),
        "take_profit": st.sampled_from(FRACTIONS),
        "trailing_stop": st.sampled_from((0.0, *FRACTIONS)),
        "break_even": st.sampled_from((0.0, 0.0, 0.005)),
        "max_bars": st.sampled_from([0, 0, 1, 5, 24]),
    }
    return st.builds(Plan, **{**fields, **chosen})


LIMITS = {"limit": st.sampled_from([0.0005, 0.002, 0.005, 0.01, -0.001]), "expiry": st.sampled_from([0, 1, 3])}
MARKETS = st.builds(market, st.integers(0, 10_000), st.just(200), wild=st.sampled_from([0.5, 1.0, 4.0]))
SPOT = st.builds(Terms, **COSTS)
PERPETUAL = st.builds(
    Terms,
    market=st.just(Market.PERPETUAL),
    leverage=st.sampled_from([1, 3, 10]),
    funding=st.sampled_from(["0", "0.0001", "-0.0003"]),
    isolated=st.booleans(),
    **COSTS,
)
LIQUIDATED = st.builds(
    Terms,
    market=st.just(Market.PERPETUAL),
    leverage=st.sampled_from([25, 50]),
    liquidation_fee=st.sampled_from(["0", "0.0125"]),
    **COSTS,
)
SIDES = st.sampled_from(["long", "short", "both"])


@settings(deadline=None, max_examples=40)
@given(plans(), SPOT, MARKETS)
def test_spot_with_market_entries(plan: Plan, terms: Terms, bars: Any) -> None:
    assert_agree(plan, terms, bars)


@settings(deadline=None, max_examples=40)
@given(plans(**LIMITS), SPOT, MARKETS)
def test_spot_with_limit_entries(plan: Plan, terms: Terms, bars: Any) -> None:
    assert_agree(plan, terms, bars)


@settings(deadline=None, max_examples=40)
@given(plans(side=SIDES), PERPETUAL, MARKETS)
def test_perpetuals_with_reversals_and_funding(plan: Plan, terms: Terms, bars: Any) -> None:
    assert_agree(plan, terms, bars)


@settings(deadline=None, max_examples=40)
@given(plans(side=st.sampled_from(["long", "short"]), **LIMITS), PERPETUAL, MARKETS)
def test_perpetuals_with_limit_entries(plan: Plan, terms: Terms, bars: Any) -> None:
    assert_agree(plan, terms, bars)


@settings(deadline=None, max_examples=40)
@given(plans(side=SIDES), LIQUIDATED, MARKETS)
def test_liquidations(plan: Plan, terms: Terms, bars: Any) -> None:
    assert_agree(plan, terms, bars)
