"""The jump from event to event leaves behind the same bits as the walk of every bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tradefleet.kernels import compiled_jump, compiled_walk
from tradefleet.simulation.jump import can_jump
from tradefleet.simulation.jump import jump as plain_jump

from .cases import (
    EVERY_BAR,
    FEATURES,
    LEGS_FEATURES,
    Case,
    assert_same,
    assert_same_bits,
    random_case,
    random_cases,
    refer,
    run_alone,
    run_jump,
)

KNOWN = tuple(name for name in FEATURES if name not in (*EVERY_BAR, *LEGS_FEATURES))
JUMPS: dict[str, Callable[[], Callable[..., Any]]] = {"plain": lambda: plain_jump, "compiled": compiled_jump}


@pytest.fixture(params=sorted(JUMPS))
def jump(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """The plain jump and its compiled twin."""
    return JUMPS[request.param]()


def known(case: Case) -> Case:
    """The case without a trailing stop that differs from entry to entry, where entries are added to."""
    (leg,) = case.legs
    if leg.policy.pyramiding == 0:
        return case
    decisions = leg.columns.decisions
    columns = leg.columns._replace(decisions=decisions._replace(trailing_stop=decisions.trailing_stop[:1]))
    return replace(case, legs=(replace(leg, columns=columns),))


def quiet(case: Case, seed: int) -> Case:
    """The case with few signals, so that there is something to jump over."""
    (leg,) = case.legs
    kept = np.random.default_rng(seed).random(len(leg.signals)) < 0.03
    signals = np.where(kept, leg.signals, 0).astype(np.uint8)
    masked = np.where(kept, leg.columns.decisions.signals, 0).astype(np.uint8)
    columns = leg.columns._replace(decisions=leg.columns.decisions._replace(signals=masked))
    return replace(case, legs=(replace(leg, columns=columns, signals=signals),))


@settings(max_examples=150, deadline=None)
@given(random_cases(200, never=EVERY_BAR))
def test_jump_gives_the_bits_of_the_walk(case: Case) -> None:
    case = known(case)
    assert can_jump(case.legs[0].columns, case.legs[0].policy)
    assert_same_bits(run_jump(compiled_jump(), case), run_alone(compiled_walk(), case), bars=False)


@pytest.mark.parametrize("seed", range(40))
def test_jump_over_many_quiet_bars_gives_the_bits_of_the_walk(jump: Callable[..., Any], seed: int) -> None:
    # More bars than the largest block holds would take the plain jump long; several small blocks do.
    case = quiet(known(random_case(seed, 1_500, never=EVERY_BAR)), seed)
    assert_same_bits(run_jump(jump, case), run_alone(compiled_walk(), case), bars=False)


@pytest.mark.parametrize("seed", range(6))
def test_jump_over_large_blocks_gives_the_bits_of_the_walk(seed: int) -> None:
    case = quiet(known(random_case(seed, 20_000, never=(*EVERY_BAR, "detail"))), seed)
    assert_same_bits(run_jump(compiled_jump(), case), run_alone(compiled_walk(), case), bars=False)


@pytest.mark.parametrize("feature", KNOWN)
def test_jump_trades_as_the_reference_does(jump: Callable[..., Any], feature: str) -> None:
    for seed in range(10):
        case = known(random_case(seed, 80, always=[feature]))
        assert_same(run_jump(jump, case), refer(case))


@pytest.mark.parametrize("feature", EVERY_BAR)
def test_jump_says_which_rules_it_does_not_know(feature: str) -> None:
    cases = [random_case(seed, 40, always=[feature]) for seed in range(20)]
    assert not all(can_jump(case.legs[0].columns, case.legs[0].policy) for case in cases)
