"""Rule book: the timer."""

from __future__ import annotations

import pytest

from .scene import MINUTE, QUIET, START, Scene


@pytest.mark.parametrize("max_bars", [1, 2, 5])
def test_timer_leaves_at_the_open_after_so_many_bars(scene: Scene, max_bars: int) -> None:
    # Entered at the open of bar 1, held over `max_bars` closes, out at the next open.
    found = scene.play([QUIET] * 8, {0: "enter"}, max_bars=max_bars)
    assert (found.only.reason, found.only.entry_bar, found.only.exit_bar) == ("time", 1, 1 + max_bars)


def test_timer_counts_time_so_that_absent_bars_do_not_prolong_it(scene: Scene) -> None:
    # Three bars of time pass between the open of the entry bar and the close of the bar after it.
    times = [START, START + MINUTE, START + 3 * MINUTE, START + 4 * MINUTE, START + 5 * MINUTE]
    found = scene.play([QUIET] * 5, {0: "enter"}, max_bars=3, times=times)
    assert (found.only.reason, found.only.exit_bar, found.only.exit_time) == ("time", 3, START + 4 * MINUTE)


def test_timer_fills_at_the_next_open_there_is(scene: Scene) -> None:
    times = [START, START + MINUTE, START + 2 * MINUTE, START + 60 * MINUTE]
    found = scene.play([QUIET, QUIET, QUIET, (105, 105, 105, 105)], {0: "enter"}, max_bars=2, times=times)
    assert (found.only.exit_time, found.only.exit_price) == (START + 60 * MINUTE, scene.price(105))


def test_timer_of_part_of_a_bar_ends_at_the_close_that_reaches_it(scene: Scene) -> None:
    assert scene.play([QUIET] * 6, {0: "enter"}, max_bars=1.5).only.exit_bar == 3


def test_timer_pays_the_taker_fee_and_slips(scene: Scene) -> None:
    found = scene.play([QUIET] * 4, {0: "enter"}, max_bars=1, slippage=0.01, fee=0.01, maker=0.0)
    assert (found.only.entry_price, found.only.exit_price) == (scene.price(101), scene.price(99))
    assert found.only.fees == pytest.approx(10 * 200 * 0.01)


def test_stop_before_the_timer_is_taken(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (100, 100, 97, 98), QUIET, QUIET], {0: "enter"}, max_bars=3, stop=0.02)
    assert (found.only.reason, found.only.exit_bar) == ("stop_loss", 2)


def test_timer_decided_goes_before_a_stop_that_the_open_has_passed(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (90, 90, 90, 90)], {0: "enter"}, max_bars=1, stop=0.02)
    assert (found.only.reason, found.only.exit_price) == ("time", scene.price(90))


def test_timer_and_exit_signal_at_one_close_leave_once(scene: Scene) -> None:
    found = scene.play([QUIET] * 4, {0: "enter", 2: "exit"}, max_bars=2)
    assert (found.only.reason, found.only.exit_bar) == ("time", 3)


def test_timer_and_reversal_at_one_close_reverse(scene: Scene) -> None:
    found = scene.play([QUIET] * 4, {0: "enter", 2: "other enter"}, max_bars=2)
    assert found.only.exit_bar == 3
    assert (found.held.side, found.held.entry_bar) == (-scene.side, 3)


def test_entry_in_the_same_direction_does_not_stop_the_timer(scene: Scene) -> None:
    found = scene.play([QUIET] * 5, {0: "enter", 2: "enter"}, max_bars=2)
    assert (found.only.exit_bar, found.held) == (3, None)


def test_timer_starts_anew_with_each_position(scene: Scene) -> None:
    found = scene.play([QUIET] * 8, {0: "enter", 3: "enter"}, max_bars=2)
    assert [(t.entry_bar, t.exit_bar) for t in found.trades] == [(1, 3), (4, 6)]
