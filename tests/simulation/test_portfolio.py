"""Several legs on one wallet: as the reference, and as the walk of one leg where there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tradefleet.kernels import compiled_walk, compiled_walk_together
from tradefleet.simulation.portfolio import walk_together as plain_walk_together

from .cases import (
    DAY,
    FEATURES,
    LEGS_FEATURES,
    Case,
    assert_same,
    assert_same_bits,
    random_case,
    random_cases,
    random_portfolios,
    refer,
    run_alone,
    run_together,
)

TOGETHER: dict[str, Callable[[], Callable[..., Any]]] = {
    "plain": lambda: plain_walk_together,
    "compiled": compiled_walk_together,
}


@pytest.fixture(params=sorted(TOGETHER))
def together(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """The plain walk of several legs and its compiled twin."""
    return TOGETHER[request.param]()


@settings(max_examples=100, deadline=None)
@given(random_portfolios(60))
def test_legs_trade_as_the_reference_does(case: Case) -> None:
    assert_same(run_together(compiled_walk_together(), case), refer(case))


@pytest.mark.parametrize("feature", FEATURES)
def test_each_rule_alone_is_the_reference_s(together: Callable[..., Any], feature: str) -> None:
    for seed in range(12):
        case = random_case(seed, 40, 1 + seed % 5, always=[feature])
        assert_same(run_together(together, case), refer(case))


@settings(max_examples=80, deadline=None)
@given(random_portfolios(60))
def test_plain_and_compiled_walk_of_legs_give_the_same_bits(case: Case) -> None:
    assert_same_bits(run_together(plain_walk_together, case), run_together(compiled_walk_together(), case))


@settings(max_examples=100, deadline=None)
@given(random_cases(100, never=LEGS_FEATURES))
def test_one_leg_alone_is_walked_as_a_leg_among_none(case: Case) -> None:
    assert_same_bits(run_together(compiled_walk_together(), case), run_alone(compiled_walk(), case))


@settings(max_examples=100, deadline=None)
@given(random_portfolios(80))
def test_what_the_legs_brought_makes_the_equity_of_every_day(case: Case) -> None:
    found, reference = run_together(compiled_walk_together(), case), refer(case)
    days = np.array(reference.times) // DAY
    ends = np.flatnonzero(np.diff(days) > 0)
    written = int(found.journal.used[2])
    assert written == len(ends)
    equity = found.journal.day_equity[:written]
    scale = 1e-9 * (case.cash + np.abs(reference.equity).max() + sum(row["cost"] for row in reference.trades))
    np.testing.assert_allclose(equity, [reference.equity[end] for end in ends], rtol=1e-9, atol=scale)
    np.testing.assert_allclose(case.cash + found.journal.day_legs[:written].sum(axis=1), equity, rtol=1e-9, atol=scale)
    assert found.journal.day_times[:written].tolist() == [reference.times[end] + case.length for end in ends]


def test_random_portfolios_reach_what_legs_share() -> None:
    counts: set[str] = set()
    for seed in range(60):
        counts |= set(run_together(compiled_walk_together(), random_case(seed, 40, 5)).counts)
    assert {"no_slot", "cut_to_exposure", "expired", "not_affordable"} <= counts
