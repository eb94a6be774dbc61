"""The walk and a simulator written a second time from the design's table make the same trades."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tradefleet.kernels import compiled_walk
from tradefleet.market.generate import generate_bars
from tradefleet.simulation.state import BarColumns, DecisionColumns

from ..real_data import bitcoin_minutes
from .cases import Case, assert_same, random_case, random_cases, refer
from .reference import Costs
from .scene import MINUTE, run_walk


@settings(max_examples=400, deadline=None)
@given(random_cases(120))
def test_walk_trades_as_the_reference_does(case: Case) -> None:
    found = run_walk(compiled_walk(), case.bars, case.decisions, case.market, case.cash)
    assert_same(found, refer(case))


def test_random_cases_reach_every_reason_and_count(walk: Callable[..., Any]) -> None:
    reasons: set[str] = set()
    counts: set[str] = set()
    for seed in range(60):
        case = random_case(seed, 100)
        found = run_walk(walk, case.bars, case.decisions, case.market, case.cash)
        reasons |= {trade.reason for trade in found.trades}
        counts |= set(found.counts)
    assert reasons == {"signal", "stop_loss", "take_profit", "trailing_stop", "time"}
    assert counts == {"invalid_levels", "below_minimum", "cut_to_cash", "not_affordable"}


def some_decisions(seed: int, length: int, cash: float) -> DecisionColumns:
    """An entry every hundred bars or so, levels that minutes reach."""
    random = np.random.default_rng(seed)
    signals = np.where(random.random(length) < 0.02, random.integers(0, 16, length), 0).astype(np.uint8)
    levels = random.choice([0.002, 0.005, 0.01, 0.03], (3, length))
    return DecisionColumns(
        signals, levels[0], levels[1], levels[2] * 2, random.choice([0.0, 30.0], length), np.array([0.4 * cash])
    )


@pytest.mark.parametrize("source", ["bitcoin minutes", "generated"])
@pytest.mark.parametrize("tick", [None, Decimal("0.01"), Decimal("2.5")])
def test_walk_trades_as_the_reference_does_on_market_bars(source: str, tick: Decimal | None) -> None:
    bars = bitcoin_minutes() if source == "bitcoin minutes" else generate_bars("1m", days=20, seed=5, price=9_000)
    columns = BarColumns(bars.time, bars.open, bars.high, bars.low, bars.close)
    costs = Costs(taker=0.001, maker=0.0002, slippage=0.0005, tick=tick, lot=Decimal("0.0001"), minimum=10.0)
    case = Case(columns, some_decisions(7, len(bars), 10_000.0), costs, "amount", MINUTE, 10_000.0)
    found = run_walk(compiled_walk(), case.bars, case.decisions, case.market, case.cash)
    assert len(found.trades) > 100
    assert_same(found, refer(case))
