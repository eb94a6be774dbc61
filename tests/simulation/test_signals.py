"""Rule book: what signals mean for what is held."""

from __future__ import annotations

import pytest

from .scene import QUIET, Scene

FOUR = [QUIET] * 4


def test_entry_in_the_direction_held_is_ignored(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (101, 101, 101, 101), QUIET], {0: "enter", 1: "enter", 2: "enter"})
    assert found.trades == []
    assert (found.held.entry_bar, found.held.quantity) == (1, 10)


def test_entry_and_exit_of_one_side_leave_what_is_held(scene: Scene) -> None:
    found = scene.play(FOUR, {0: "enter", 1: "enter, exit"})
    assert found.only.exit_bar == 2
    assert found.held is None


def test_entry_and_exit_of_one_side_are_nothing_when_flat(scene: Scene) -> None:
    found = scene.play(FOUR, {0: "enter, exit"})
    assert found.held is None and found.trades == []


def test_entry_and_exit_of_the_other_side_are_nothing(scene: Scene) -> None:
    found = scene.play(FOUR, {0: "enter", 1: "other enter, other exit"})
    assert found.trades == []
    assert found.held.side == scene.side


@pytest.mark.parametrize("said", ["other enter", "exit, other enter"])
def test_opposite_entry_reverses_at_one_open(scene: Scene, said: str) -> None:
    found = scene.play([QUIET, QUIET, (103, 103, 103, 103), QUIET], {0: "enter", 1: said})
    assert (found.only.reason, found.only.exit_bar, found.only.exit_price) == ("signal", 2, scene.price(103))
    assert (found.held.side, found.held.entry_bar, found.held.entry_price) == (-scene.side, 2, scene.price(103))


def test_exit_alone_leaves_and_enters_nothing(scene: Scene) -> None:
    found = scene.play(FOUR, {0: "enter", 1: "exit"})
    assert found.only.exit_bar == 2
    assert found.held is None


def test_exit_of_the_other_side_is_nothing(scene: Scene) -> None:
    found = scene.play(FOUR, {0: "enter", 1: "other exit"})
    assert found.trades == [] and found.held is not None


def test_both_entries_are_neither_when_flat(scene: Scene) -> None:
    assert scene.play(FOUR, {0: "enter, other enter"}).held is None


def test_both_entries_leave_an_open_position_alone(scene: Scene) -> None:
    found = scene.play(FOUR, {0: "enter", 1: "enter, other enter"})
    assert found.trades == []
    assert found.held.entry_bar == 1


def test_exit_beside_both_entries_only_leaves(scene: Scene) -> None:
    found = scene.play(FOUR, {0: "enter", 1: "enter, other enter, exit"})
    assert found.only.exit_bar == 2
    assert found.held is None


def test_exit_when_flat_is_nothing(scene: Scene) -> None:
    found = scene.play(FOUR, {0: "exit", 1: "other exit"})
    assert found.trades == [] and found.held is None and found.counts == {}


def test_reversal_that_cannot_be_sized_leaves_all_the_same(scene: Scene) -> None:
    found = scene.play(FOUR, {0: "enter", 1: "other enter"}, stop=[0.1, float("nan"), 0.1, 0.1])
    assert found.only.exit_bar == 2
    assert found.held is None
    assert found.counts == {"invalid_levels": 1}
