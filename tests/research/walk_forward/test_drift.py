"""How far chosen parameters wander."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.research.walk_forward.drift import changed, drift_of

GRID = {"fast": [5, 10, 15, 20], "side": ["long", "both"]}


def test_a_choice_that_stays_does_not_drift() -> None:
    (fast,) = drift_of([{"fast": 10}] * 4, GRID)
    assert (fast.changes, fast.mean_step, fast.values) == (0.0, 0.0, (10, 10, 10, 10))


def test_steps_are_places_on_the_grid() -> None:
    fast, side = drift_of(
        [{"fast": 5, "side": "long"}, {"fast": 20, "side": "both"}, {"fast": 15, "side": "both"}], GRID
    )
    assert (fast.changes, fast.mean_step) == (1.0, 2.0)
    assert (side.changes, side.mean_step) == (0.5, 0.5)


def test_skipped_windows_are_passed_over() -> None:
    (fast,) = drift_of([None, {"fast": 5}, None, {"fast": 10}], GRID)
    assert (fast.values, fast.changes, fast.mean_step) == ((None, 5, None, 10), 1.0, 1.0)


def test_without_a_grid_there_is_no_step() -> None:
    (fast,) = drift_of([{"fast": 5}, {"fast": 7}], {})
    assert fast.changes == 1.0
    assert math.isnan(fast.mean_step)


def test_one_window_has_no_drift() -> None:
    (fast,) = drift_of([{"fast": 5}], GRID)
    assert math.isnan(fast.changes)
    assert drift_of([None], GRID) == ()


@given(st.lists(st.sampled_from(GRID["fast"]), min_size=2))
def test_changes_are_a_share(values: list[int]) -> None:
    loop = sum(values[i] != values[i - 1] for i in range(1, len(values))) / (len(values) - 1)
    assert changed(values) == pytest.approx(loop)
