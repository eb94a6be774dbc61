"""The plain walk, the compiled one and the one in chunks give the same bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.kernels import compiled_walk
from tradefleet.simulation.walk import walk as plain_walk

from .cases import Case, random_case, random_cases
from .scene import DAY, Outcome, Scene, run_walk


def run(walk: Callable[..., Any], case: Case, cuts: Any = ()) -> Outcome:
    return run_walk(walk, case.bars, case.decisions, case.market, case.cash, cuts)


def flat_values(value: Any) -> list[Any]:
    """A nested state as plain Python numbers."""
    return [v for part in value for v in flat_values(part)] if isinstance(value, tuple) else [value]


def assert_same_bits(one: Outcome, other: Outcome) -> None:
    numbers = [[float(v) for v in flat_values(outcome.state)] for outcome in (one, other)]
    assert np.array(numbers[0]).tobytes() == np.array(numbers[1]).tobytes()
    trades, days = one.state.trades, one.state.days
    for name, rows in (("trade_numbers", trades), ("trade_marks", trades), ("day_times", days), ("day_equity", days)):
        assert getattr(one.journal, name)[:rows].tobytes() == getattr(other.journal, name)[:rows].tobytes(), name
    assert one.journal.bar_equity.tobytes() == other.journal.bar_equity.tobytes()
    assert one.journal.counts.tolist() == other.journal.counts.tolist()


@settings(max_examples=300, deadline=None)
@given(random_cases(150))
def test_plain_and_compiled_walk_give_the_same_bits(case: Case) -> None:
    assert_same_bits(run(plain_walk, case), run(compiled_walk(), case))


@settings(max_examples=200, deadline=None)
@given(random_cases(), st.lists(st.integers(0, 80), max_size=12))
def test_walk_in_chunks_gives_the_same_bits(case: Case, cuts: list[int]) -> None:
    cuts = [min(cut, len(case.bars.time)) for cut in cuts]
    assert_same_bits(run(compiled_walk(), case), run(compiled_walk(), case, cuts))


@pytest.mark.parametrize("seed", range(5))
def test_walk_bar_by_bar_gives_the_same_bits(walk: Callable[..., Any], seed: int) -> None:
    case = random_case(seed, 60)
    assert_same_bits(run(walk, case), run(walk, case, range(1, 60)))


@pytest.mark.parametrize("shift", [1, 7, 86_399_999_999_999])
def test_walks_agree_on_times_that_no_float_holds(shift: int) -> None:
    # Nanoseconds beyond 2^53 that are no multiple of a second.
    case = random_case(11, 200)
    moved = replace(case, bars=case.bars._replace(time=case.bars.time + DAY * 20_000 + shift))
    assert_same_bits(run(plain_walk, moved), run(compiled_walk(), moved))


@pytest.mark.parametrize("scale", [1e-9, 1e-6, 1e6, 1e9])
def test_walks_agree_on_very_small_and_large_prices(scale: float) -> None:
    case = next(c for c in (random_case(seed, 300) for seed in range(50)) if c.costs.tick is None)
    prices = {name: getattr(case.bars, name) * scale for name in ("open", "high", "low", "close")}
    scaled = replace(case, bars=case.bars._replace(**prices))
    assert_same_bits(run(plain_walk, scaled), run(compiled_walk(), scaled))
    assert run(plain_walk, scaled).trades


def test_quantity_of_more_lots_than_an_integer_holds_is_kept(walk: Callable[..., Any]) -> None:
    # 5 x 10^13 pieces in lots of 10^-8: 5 x 10^21 lots.
    row = (1e-10,) * 4
    found = Scene(walk, 1).play([row, row], {0: "enter"}, size=5_000, tick=None, lot="0.00000001")
    assert found.held.quantity == pytest.approx(5e13, rel=1e-15)
