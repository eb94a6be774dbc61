"""Rule book: stop-loss and take-profit levels, and when they are taken."""

from __future__ import annotations

import pytest

from .scene import QUIET, Scene


def test_levels_hang_on_the_entry_fill_price(scene: Scene) -> None:
    # Decided at 100, filled at 110 (90): the levels are fractions of the fill, slippage included.
    found = scene.play([QUIET, (110, 110, 110, 110)], {0: "enter"}, stop=0.1, target=0.2, slippage=0.02)
    fill = scene.price(110) * (1 + scene.side * 0.02)
    assert found.held.entry_price == pytest.approx(fill)
    assert found.held.stop == pytest.approx(fill * (1 - scene.side * 0.1), abs=0.005)
    assert found.held.target == pytest.approx(fill * (1 + scene.side * 0.2), abs=0.005)


def test_levels_are_rounded_to_the_nearest_tick(scene: Scene) -> None:
    # 1.2 % of 100 in ticks of 0.5: 98.8 is nearest to 99, 101.2 to 101.
    found = scene.play([QUIET, QUIET], {0: "enter"}, stop=0.012, target=0.012, tick="0.5")
    assert found.held.stop == scene.price(99)
    assert found.held.target == scene.price(101)


@pytest.mark.parametrize("entry", [100.1, 100.3, 100.5, 100.7, 100.9])
def test_level_halfway_between_ticks_goes_up(walk: object, entry: float) -> None:
    # 5 % below 100.10 is 95.095: as doubles some of these halves fall short of themselves.
    row = (entry,) * 4
    found = Scene(walk, 1).play([row, row], {0: "enter"}, stop=0.05)  # type: ignore[arg-type]
    assert found.held.stop == round(entry * 0.95 + 0.005, 2)


def test_fractions_are_read_at_the_decision_and_then_fixed(scene: Scene) -> None:
    stops, targets = [0.5, 0.05, 0.01, 0.001], [0.6, 0.07, 0.01, 0.001]
    rows = [QUIET, QUIET, (100, 101, 99, 100), (100, 101, 99, 100)]
    found = scene.play(rows, {1: "enter"}, stop=stops, target=targets)
    assert (found.held.stop, found.held.target) == (scene.price(95), scene.price(107))


def test_zero_is_no_level(scene: Scene) -> None:
    wild = (100, 190, 10, 100)
    assert scene.play([QUIET, wild, wild], {0: "enter"}).held is not None


@pytest.mark.parametrize("name", ["stop", "target", "trail", "max_bars"])
@pytest.mark.parametrize("value", [float("nan"), -0.01])
def test_level_that_is_not_a_number_or_negative_is_no_entry_and_counted(scene: Scene, name: str, value: float) -> None:
    found = scene.play([QUIET, QUIET], {0: "enter"}, **{name: value})
    assert found.held is None
    assert found.counts == {"invalid_levels": 1}


def test_level_that_is_not_a_number_without_an_entry_does_not_matter(scene: Scene) -> None:
    nan = float("nan")
    found = scene.play([QUIET, QUIET, QUIET], {1: "enter"}, stop=[nan, 0.1, nan])
    assert found.held.stop == scene.price(90)
    assert found.counts == {}


def test_stop_is_taken_at_its_level_when_touched(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (100, 100, 98, 99)], {0: "enter"}, stop=0.02)
    assert (found.only.reason, found.only.exit_bar, found.only.exit_price) == ("stop_loss", 2, scene.price(98))


def test_stop_one_tick_away_is_not_taken(scene: Scene) -> None:
    assert scene.play([QUIET, QUIET, (100, 100, 98.01, 99)], {0: "enter"}, stop=0.02).held is not None


def test_stop_is_taken_at_the_open_when_the_bar_opens_beyond(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (95, 96, 94, 96)], {0: "enter"}, stop=0.02)
    assert (found.only.reason, found.only.exit_price) == ("stop_loss", scene.price(95))


def test_stop_works_on_the_entry_bar(scene: Scene) -> None:
    found = scene.play([QUIET, (100, 100, 97, 99)], {0: "enter"}, stop=0.02)
    assert (found.only.entry_bar, found.only.exit_bar, found.only.exit_price) == (1, 1, scene.price(98))


def test_stop_that_slippage_put_beyond_the_open_is_taken_at_the_open(scene: Scene) -> None:
    # Filled 10 % away from the open, the stop 2 % behind the fill lies beyond the open already.
    found = scene.play([QUIET, (100, 105, 95, 100)], {0: "enter"}, stop=0.02, slippage=0.1, tick=None)
    assert found.only.reason == "stop_loss"
    assert found.only.exit_price == pytest.approx(100 * (1 - scene.side * 0.1))


def test_target_is_filled_at_its_price_when_the_bar_trades_through(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (100, 102.01, 100, 101)], {0: "enter"}, target=0.02)
    assert (found.only.reason, found.only.exit_bar, found.only.exit_price) == ("take_profit", 2, scene.price(102))


def test_target_only_touched_is_not_filled(scene: Scene) -> None:
    assert scene.play([QUIET, QUIET, (100, 102, 100, 101)], {0: "enter"}, target=0.02).held is not None


def test_target_is_filled_at_the_open_when_the_bar_opens_beyond(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (104, 105, 103, 104)], {0: "enter"}, target=0.02)
    assert (found.only.reason, found.only.exit_price) == ("take_profit", scene.price(104))


def test_target_met_by_the_open_alone_is_not_filled(scene: Scene) -> None:
    assert scene.play([QUIET, QUIET, (102, 102, 101, 101)], {0: "enter"}, target=0.02).held is not None


def test_target_works_on_the_entry_bar_of_a_market_entry(scene: Scene) -> None:
    found = scene.play([QUIET, (100, 103, 100, 101)], {0: "enter"}, target=0.02)
    assert (found.only.entry_bar, found.only.exit_bar, found.only.exit_price) == (1, 1, scene.price(102))


@pytest.mark.parametrize("level", ["stop", "trail", "target"])
def test_level_that_no_price_reaches_is_no_entry(scene: Scene, level: str) -> None:
    # 2 meant as 2 %: a long's stop, or a short's target, would lie below zero.
    found = scene.play([QUIET, QUIET], {0: "enter"}, **{level: 2.0})
    reachable = (level == "target") == (scene.side > 0)
    assert found.counts == ({} if reachable else {"invalid_levels": 1})
    assert (found.held is not None) is reachable
