"""The oracle of the bar rule book: a client on the exchange trades as a backtest of the same plan does."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tradefleet.exchange.engine.symbols import Market
from tradefleet.market.bars import Bars

from .arena import Plan, Terms, assert_agree, market
from .bar_client import StandsAtItsTargetError

FRACTIONS = (0.0, 0.002, 0.005, 0.01, 0.02, 0.05)
# A run is two simulations of some hundred bars: making a failing one smaller takes longer than reading it.
RUNS = settings(
    deadline=None,
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def plans(**chosen: Any) -> st.SearchStrategy[Plan]:
    fields: dict[str, st.SearchStrategy[Any]] = {
        "money": st.sampled_from([50.0, 1000.0, 3000.0]),
        "stop_loss": st.sampled_from(FRACTIONS),
        "take_profit": st.sampled_from(FRACTIONS),
        "trailing_stop": st.sampled_from((0.0, *FRACTIONS)),
        "break_even": st.sampled_from((0.0, 0.0, 0.005)),
        "max_bars": st.sampled_from([0, 0, 1, 5, 24]),
    }
    return st.builds(Plan, **{**fields, **chosen})


def terms(**chosen: st.SearchStrategy[Any]) -> st.SearchStrategy[Terms]:
    costs: dict[str, st.SearchStrategy[Any]] = {
        "maker": st.sampled_from(["0", "0.0002"]),
        "taker": st.sampled_from(["0.0002", "0.0005", "0.001"]),
        "slippage": st.sampled_from([0.0, 0.0005, 0.003]),
    }
    return st.builds(Terms, **{**costs, **chosen})


# The last one rests beyond the close, so that the open fills most of them.
LIMITS = {"limit": st.sampled_from([0.0005, 0.002, 0.005, 0.01, -0.001]), "expiry": st.sampled_from([0, 1, 3])}
MARKETS = st.builds(market, st.integers(0, 100_000), st.just(200), wild=st.sampled_from([0.5, 1.0, 4.0]))
PERPETUAL = {"market": st.just(Market.PERPETUAL), "funding": st.sampled_from(["0", "0.0001", "-0.0003"])}
# The backtest knows isolated margin alone: on cross margin positions must not come near their liquidation.
ISOLATED = terms(**PERPETUAL, leverage=st.sampled_from([1, 3, 10]))
CROSS = terms(**PERPETUAL, isolated=st.just(False))
LIQUIDATED = terms(
    market=st.just(Market.PERPETUAL),
    leverage=st.sampled_from([25, 50]),
    liquidation_fee=st.sampled_from(["0", "0.0125"]),
)
SIDES = st.sampled_from(["long", "short", "both"])
ONE_SIDE = st.sampled_from(["long", "short"])


@RUNS
@given(plans(money=st.sampled_from([50.0, 9000.0])), terms(), MARKETS)
def test_spot_with_market_entries(plan: Plan, costs: Terms, bars: Bars) -> None:
    compare(plan, costs, bars)


@RUNS
@given(plans(**LIMITS), terms(), MARKETS)
def test_spot_with_limit_entries(plan: Plan, costs: Terms, bars: Bars) -> None:
    compare(plan, costs, bars)


@RUNS
@given(plans(side=SIDES), ISOLATED | CROSS, MARKETS)
def test_perpetuals_with_reversals_and_funding(plan: Plan, costs: Terms, bars: Bars) -> None:
    compare(plan, costs, bars)


@RUNS
@given(plans(side=ONE_SIDE, **LIMITS), ISOLATED | CROSS, MARKETS)
def test_perpetuals_with_limit_entries(plan: Plan, costs: Terms, bars: Bars) -> None:
    compare(plan, costs, bars)


@RUNS
@given(plans(side=SIDES), LIQUIDATED, MARKETS)
def test_liquidations(plan: Plan, costs: Terms, bars: Bars) -> None:
    compare(plan, costs, bars)


def compare(plan: Plan, costs: Terms, bars: Bars) -> None:
    try:
        assert_agree(plan, costs, bars)
    except StandsAtItsTargetError:
        assume(False)


def test_there_is_something_to_compare() -> None:
    plan = Plan(side="both", stop_loss=0.01, take_profit=0.02, trailing_stop=0.015, max_bars=24)
    assert assert_agree(plan, Terms(market=Market.PERPETUAL, leverage=3), market(1, 1000)) > 50
