"""The plain walk, the compiled one and the one in chunks give the same bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.kernels import compiled_walk
from tradefleet.simulation.walk import walk as plain_walk

from .cases import DAY, Case, assert_same_bits, random_case, random_cases, run_alone
from .scene import Scene


@settings(max_examples=300, deadline=None)
@given(random_cases(150))
def test_plain_and_compiled_walk_give_the_same_bits(case: Case) -> None:
    assert_same_bits(run_alone(plain_walk, case), run_alone(compiled_walk(), case))


@settings(max_examples=200, deadline=None)
@given(random_cases(), st.lists(st.integers(0, 80), max_size=12))
def test_walk_in_chunks_gives_the_same_bits(case: Case, cuts: list[int]) -> None:
    cuts = sorted({min(cut, len(case.legs[0].columns.bid.time)) for cut in cuts})
    assert_same_bits(run_alone(compiled_walk(), case), run_alone(compiled_walk(), case, cuts))


@pytest.mark.parametrize("seed", range(5))
def test_walk_bar_by_bar_gives_the_same_bits(walk: Callable[..., Any], seed: int) -> None:
    case = random_case(seed, 60)
    assert_same_bits(run_alone(walk, case), run_alone(walk, case, range(1, 60)))


def moved(case: Case, shift: int) -> Case:
    """The case so much later."""
    (leg,) = case.legs
    columns = leg.columns
    bid = columns.bid._replace(time=columns.bid.time + shift)
    ask = bid if columns.ask is columns.bid else columns.ask._replace(time=columns.ask.time + shift)
    return replace(case, legs=(replace(leg, columns=columns._replace(bid=bid, ask=ask)),))


def scaled(case: Case, factor: float) -> Case:
    """The case at other prices."""
    (leg,) = case.legs
    bars = leg.columns.bid
    prices = {name: getattr(bars, name) * factor for name in ("open", "high", "low", "close")}
    bid = bars._replace(**prices)
    return replace(case, legs=(replace(leg, columns=leg.columns._replace(bid=bid, ask=bid)),))


@pytest.mark.parametrize("shift", [1, 7, 86_399_999_999_999])
def test_walks_agree_on_times_that_no_float_holds(shift: int) -> None:
    # Nanoseconds beyond 2^53 that are no multiple of a second.
    case = moved(random_case(11, 200, never=("detail",)), DAY * 2_000 + shift)
    assert_same_bits(run_alone(plain_walk, case), run_alone(compiled_walk(), case))


@pytest.mark.parametrize("factor", [1e-9, 1e-6, 1e6, 1e9])
def test_walks_agree_on_very_small_and_large_prices(factor: float) -> None:
    plain = [random_case(seed, 300, never=("detail", "spread", "limit", "commission", "carry")) for seed in range(30)]
    cases = [scaled(case, factor) for case in plain if case.legs[0].terms.costs.tick is None]
    for case in cases[:5]:
        assert_same_bits(run_alone(plain_walk, case), run_alone(compiled_walk(), case))
    assert any(len(run_alone(plain_walk, case).rows) > 10 for case in cases[:5])


def test_quantity_of_more_lots_than_an_integer_holds_is_kept(walk: Callable[..., Any]) -> None:
    # 5 x 10^13 pieces in lots of 10^-8: 5 x 10^21 lots.
    row = (1e-10,) * 4
    found = Scene(walk, 1).play([row, row], {0: "enter"}, size=5_000, tick=None, lot="0.00000001")
    assert found.held.quantity == pytest.approx(5e13, rel=1e-15)
