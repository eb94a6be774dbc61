"""Rule book: the trailing stop."""

from __future__ import annotations

import pytest

from .scene import QUIET, Scene

RISE = (100.0, 110.0, 100.0, 110.0)


def test_trailing_level_follows_the_best_close_not_the_best_price(walk: object) -> None:
    # The bar's high of 150 does not count, its close of 110 does: 10 % below is 99.
    found = Scene(walk, 1).play([QUIET, (100, 150, 100, 110)], {0: "enter"}, trail=0.1)  # type: ignore[arg-type]
    assert found.held.stop == 99


def test_trailing_level_of_a_short_follows_the_lowest_close(walk: object) -> None:
    # Mirrored: low 50, close 90; 10 % above is 99.
    found = Scene(walk, -1).play([QUIET, (100, 150, 100, 110)], {0: "enter"}, trail=0.1)  # type: ignore[arg-type]
    assert found.held.stop == 99


def test_trailing_level_holds_from_the_next_bar(scene: Scene) -> None:
    # Bar 2 closes at 120 (80): its own low of 104 is beyond the new level but not the old one.
    rows = [QUIET, RISE, (110, 120, 104, 120), (120, 120, 118, 118)]
    found = scene.play(rows, {0: "enter"}, trail=0.1)
    assert found.held is not None and found.trades == []
    stopped = scene.play([*rows[:3], (120, 120, 100, 101)], {0: "enter"}, trail=0.1)
    level = round(scene.price(120) * (1 - scene.side * 0.1), 2)
    assert (stopped.only.reason, stopped.only.exit_bar) == ("trailing_stop", 3)
    assert stopped.only.exit_price == level


def test_trailing_works_from_the_close_of_the_entry_bar(scene: Scene) -> None:
    level = round(scene.price(110) * (1 - scene.side * 0.05), 2)
    found = scene.play([QUIET, RISE, (110, 110, 100, 101)], {0: "enter"}, trail=0.05)
    assert (found.only.exit_bar, found.only.exit_price, found.only.reason) == (2, level, "trailing_stop")


def test_trailing_does_not_work_within_the_entry_bar(scene: Scene) -> None:
    assert scene.play([QUIET, (100, 100, 50, 100)], {0: "enter"}, trail=0.05).held is not None


def test_trailing_level_hangs_on_closes_and_not_on_the_entry_price(scene: Scene) -> None:
    # Filled at 100, the entry bar closes at 96 (104): 10 % from there, not from the fill.
    found = scene.play([QUIET, (100, 100, 95, 96)], {0: "enter"}, trail=0.1)
    assert found.held.stop == pytest.approx(scene.price(96) * (1 - scene.side * 0.1), abs=0.005)


def test_trailing_level_never_loosens(scene: Scene) -> None:
    rows = [QUIET, RISE, (110, 110, 105, 105), (105, 105, 104, 104)]
    found = scene.play(rows, {0: "enter"}, trail=0.1)
    assert found.held.stop == round(scene.price(110) * (1 - scene.side * 0.1), 2)


def test_tighter_stop_loss_stays_until_the_trailing_level_passes_it(scene: Scene) -> None:
    # Stop at 99; the trailing level behind a close of 101 lies beyond it.
    rows = [QUIET, (100, 101, 100, 101), (101, 101, 98, 98)]
    found = scene.play(rows, {0: "enter"}, stop=0.01, trail=0.1)
    assert (found.only.reason, found.only.exit_price) == ("stop_loss", scene.price(99))


def test_trailing_level_takes_over_from_a_wider_stop_loss(scene: Scene) -> None:
    found = scene.play([QUIET, RISE, (110, 110, 98, 98)], {0: "enter"}, stop=0.2, trail=0.1)
    level = round(scene.price(110) * (1 - scene.side * 0.1), 2)
    assert (found.only.reason, found.only.exit_price) == ("trailing_stop", level)


def test_trailing_level_passed_by_the_open_is_left_at_the_open(scene: Scene) -> None:
    found = scene.play([QUIET, RISE, (90, 91, 89, 90)], {0: "enter"}, trail=0.1)
    assert (found.only.reason, found.only.exit_price) == ("trailing_stop", scene.price(90))


def test_trailing_level_is_rounded_to_the_nearest_tick(walk: object) -> None:
    # 10 % below 111 is 99.9: nearest to 100 in ticks of 0.5.
    found = Scene(walk, 1).play([QUIET, (100, 111, 100, 111)], {0: "enter"}, trail=0.1, tick="0.5")  # type: ignore[arg-type]
    assert found.held.stop == 100


def test_trailing_exit_pays_the_taker_fee_and_slips(walk: object) -> None:
    rows = [QUIET, (100, 110, 100, 110), (110, 110, 90, 90)]
    found = Scene(walk, 1).play(rows, {0: "enter"}, trail=0.1, fee=0.01, maker=0.0, slippage=0.02)  # type: ignore[arg-type]
    # In at 102, level 99, out at 99 x 0.98 = 97.02.
    assert found.only.exit_price == 97.02
    assert found.only.fees == pytest.approx(10 * (102 + 97.02) * 0.01)


def test_second_trade_trails_from_its_own_closes(scene: Scene) -> None:
    rows = [QUIET, RISE, (110, 110, 110, 110), QUIET, (100, 100, 95, 95)]
    found = scene.play(rows, {0: "enter", 1: "exit", 2: "enter"}, trail=0.1)
    assert found.held.stop == pytest.approx(scene.price(100) * (1 - scene.side * 0.1))
