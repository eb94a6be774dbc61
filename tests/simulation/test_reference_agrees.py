"""The walk of one leg and a simulator written a second time from the rule book make the same trades."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tradefleet.kernels import compiled_walk
from tradefleet.market.generate import generate_bars
from tradefleet.simulation.state import COUNTS, EXIT_REASONS

from ..real_data import bitcoin_minutes
from .cases import (
    FEATURES,
    LEGS_FEATURES,
    MINUTE,
    Case,
    assert_same,
    decisions_of,
    leg_case,
    random_case,
    random_cases,
    refer,
    run_alone,
)
from .reference import Costs, Limits, Sizing, Terms


@settings(max_examples=400, deadline=None)
@given(random_cases(120))
def test_walk_trades_as_the_reference_does(case: Case) -> None:
    assert_same(run_alone(compiled_walk(), case), refer(case))


@pytest.mark.parametrize("feature", [name for name in FEATURES if name not in LEGS_FEATURES])
def test_each_rule_alone_is_the_reference_s(walk: Callable[..., Any], feature: str) -> None:
    for seed in range(25):
        case = random_case(seed, 60, always=[feature])
        assert_same(run_alone(walk, case), refer(case))


def test_random_cases_reach_every_reason_and_count(walk: Callable[..., Any]) -> None:
    reasons: set[str] = set()
    counts: set[str] = set()
    for seed in range(100):
        found = run_alone(walk, random_case(seed, 100, always=["detail"] if seed % 5 == 0 else None))
        reasons |= {row["reason"] for row in found.rows}
        counts |= set(found.counts)
    assert reasons == set(EXIT_REASONS) - {"", "open"}
    # What several legs share has its own tests.
    assert counts == set(COUNTS) - {"no_slot", "cut_to_exposure"}


def some_terms(tick: Decimal | None) -> Terms:
    """Costs and levels that minutes reach."""
    costs = Costs(taker=0.001, maker=0.0002, slippage=0.0005, tick=tick, lot=Decimal("0.0001"), minimum=10.0)
    costs.leverage, costs.tiers, costs.liquidation_fee, costs.liquidates = 5.0, ((0.0, 0.01, 0.0),), 0.005, True
    return Terms(costs, MINUTE, sizing=Sizing("amount"), scale_out=[(0.004, 0.5), (0.008, 0.25)], pyramiding=1)


@pytest.mark.parametrize("source", ["bitcoin minutes", "generated"])
@pytest.mark.parametrize("tick", [None, Decimal("0.01"), Decimal("2.5")])
def test_walk_trades_as_the_reference_does_on_market_bars(source: str, tick: Decimal | None) -> None:
    bars = bitcoin_minutes(20_000) if source == "bitcoin minutes" else generate_bars("1m", days=14, seed=5, price=9_000)
    random = np.random.default_rng(7)
    # An entry every hundred bars or so.
    signals = np.where(random.random(len(bars)) < 0.02, random.integers(0, 16, len(bars)), 0).astype(np.uint8)
    stops = random.choice([0.002, 0.005, 0.01, 0.03], (3, len(bars)))
    decisions = decisions_of(
        signals,
        stop_loss=stops[0],
        take_profit=stops[1],
        trailing_stop=stops[2] * 2,
        break_even=0.003,
        max_bars=random.choice([0.0, 30.0], len(bars)),
        size=4_000.0,
    )
    rows = np.column_stack([bars.open, bars.high, bars.low, bars.close])
    case = Case((leg_case(some_terms(tick), bars.time, rows, decisions),), 10_000.0, Limits())
    found = run_alone(compiled_walk(), case)
    assert len(found.rows) > 100
    assert_same(found, refer(case))
