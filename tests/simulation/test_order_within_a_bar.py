"""Rule book: what comes first when several things happen in one bar."""

from __future__ import annotations

from .scene import QUIET, Scene


def test_stop_is_taken_when_stop_and_target_share_a_bar(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (100, 110, 90, 105)], {0: "enter"}, stop=0.02, target=0.02)
    assert (found.only.reason, found.only.exit_price) == ("stop_loss", scene.price(98))


def test_stop_is_taken_when_stop_and_target_share_the_entry_bar(scene: Scene) -> None:
    found = scene.play([QUIET, (100, 110, 90, 105)], {0: "enter"}, stop=0.02, target=0.02)
    assert (found.only.reason, found.only.exit_bar) == ("stop_loss", 1)


def test_target_is_taken_when_the_open_had_passed_it_and_the_stop_is_touched_later(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (103, 104, 90, 91)], {0: "enter"}, stop=0.02, target=0.02)
    assert (found.only.reason, found.only.exit_price) == ("take_profit", scene.price(103))


def test_stop_is_taken_when_the_open_had_passed_it_and_the_target_is_met_later(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (95, 110, 94, 109)], {0: "enter"}, stop=0.02, target=0.02)
    assert (found.only.reason, found.only.exit_price) == ("stop_loss", scene.price(95))


def test_pending_exit_comes_before_a_stop_that_the_open_has_passed(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (95, 96, 94, 95)], {0: "enter", 1: "exit"}, stop=0.02)
    assert (found.only.reason, found.only.exit_price) == ("signal", scene.price(95))


def test_pending_exit_comes_before_a_target_that_the_open_has_passed(scene: Scene) -> None:
    # As a market order: it pays the taker.
    found = scene.play([QUIET, QUIET, (105, 106, 104, 105)], {0: "enter", 1: "exit"}, target=0.02, fee=0.01, maker=0.0)
    assert found.only.reason == "signal"
    assert found.only.fees == 10 * (100 + scene.price(105)) * 0.01


def test_exit_frees_the_cash_of_the_entry_at_the_same_open(scene: Scene) -> None:
    # All the cash is in the first position; the reversal can only be paid for after it is left.
    found = scene.play([QUIET, QUIET, QUIET], {0: "enter", 1: "other enter"}, size=1.0, sizing="fraction")
    assert [t.exit_bar for t in found.trades] == [2]
    assert (found.held.side, found.held.entry_bar, found.held.quantity) == (-scene.side, 2, 100)
    assert found.counts == {}


def test_level_after_a_pending_exit_is_not_looked_at(scene: Scene) -> None:
    # Left at the open, the stop touched within the same bar is no second exit.
    found = scene.play([QUIET, QUIET, (100, 100, 50, 60)], {0: "enter", 1: "exit"}, stop=0.02)
    assert (found.only.reason, found.only.exit_price) == ("signal", scene.price(100))


def test_stopped_out_then_signal_at_that_close_enters_at_the_next_open(scene: Scene) -> None:
    rows = [QUIET, QUIET, (100, 100, 97, 99), (99, 99, 99, 99)]
    found = scene.play(rows, {0: "enter", 2: "enter"}, stop=0.02)
    assert found.only.exit_bar == 2
    assert (found.held.side, found.held.entry_bar, found.held.entry_price) == (scene.side, 3, scene.price(99))


def test_stopped_out_then_exit_signal_at_that_close_does_nothing(scene: Scene) -> None:
    found = scene.play([QUIET, (100, 100, 97, 99), QUIET], {0: "enter", 1: "exit"}, stop=0.02)
    assert found.only.reason == "stop_loss"
    assert found.held is None


def test_stopped_out_reverses_at_the_next_open_as_if_flat(scene: Scene) -> None:
    rows = [QUIET, QUIET, (100, 100, 97, 99), (99, 99, 99, 99)]
    found = scene.play(rows, {0: "enter", 2: "other enter"}, stop=0.02)
    assert found.only.reason == "stop_loss"
    assert (found.held.side, found.held.entry_bar) == (-scene.side, 3)


def test_stop_of_a_reversal_works_on_its_entry_bar(scene: Scene) -> None:
    # Reversed at the open of 100 into the other side, whose stop 2 % above is touched within that bar.
    found = scene.play([QUIET, QUIET, (100, 103, 100, 101)], {0: "enter", 1: "other enter"}, stop=0.02)
    assert [(t.reason, t.entry_bar, t.exit_bar) for t in found.trades] == [("signal", 1, 2), ("stop_loss", 2, 2)]
    assert [t.side for t in found.trades] == [scene.side, -scene.side]
