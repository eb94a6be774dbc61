"""Rule book: decision, market order, slippage and fee, missing bars, end of data."""

from __future__ import annotations

import pytest

from tradefleet.simulation.entries import free_cash

from .scene import HOUR, MINUTE, QUIET, START, Scene


def test_decision_at_a_close_fills_at_the_next_open(scene: Scene) -> None:
    # The open of bar 1 differs from the close of bar 0, so the price tells which of the two was taken.
    found = scene.play(
        [QUIET, (101, 103, 100, 102), (102, 104, 101, 103), (104, 105, 103, 104)], {0: "enter", 2: "exit"}
    )
    trade = found.only
    assert (trade.entry_bar, trade.entry_price) == (1, scene.price(101))
    assert (trade.exit_bar, trade.exit_price) == (3, scene.price(104))
    assert (trade.reason, trade.side) == ("signal", scene.side)
    assert trade.entry_time == START + MINUTE and trade.exit_time == START + 3 * MINUTE


def test_profit_is_the_move_in_our_direction(scene: Scene) -> None:
    found = scene.play([QUIET, (101, 101, 101, 101), (104, 104, 104, 104)], {0: "enter", 1: "exit"})
    # 10 pieces, fixed at the close of 100, bought (or sold) at 101 (99): 3 each.
    assert found.only.quantity == 10
    assert found.only.profit == pytest.approx(30)
    assert free_cash(found.state.wallet) == pytest.approx(10_030)


def test_slippage_is_against_us_on_entry_and_exit(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, QUIET], {0: "enter", 1: "exit"}, slippage=0.01)
    assert found.only.entry_price == scene.price(101)
    assert found.only.exit_price == scene.price(99)


def test_price_after_slippage_is_rounded_against_us_to_the_tick(scene: Scene) -> None:
    # 100 x 1.0012 = 100.12 lies between the ticks 100.1 and 100.15: a buyer pays the higher, a seller gets the lower.
    found = scene.play([QUIET, QUIET, QUIET], {0: "enter", 1: "exit"}, slippage=0.0012, tick="0.05")
    assert found.only.entry_price == scene.price(100.15)
    assert found.only.exit_price == scene.price(99.85)


def test_price_on_the_tick_is_left_there(scene: Scene) -> None:
    # 100 x 1.001 is 100.1, a tick, although the nearest double lies below it; 100 x 0.999 is 99.9.
    found = scene.play([QUIET, QUIET, QUIET], {0: "enter", 1: "exit"}, slippage=0.001, tick="0.1")
    assert (found.only.entry_price, found.only.exit_price) == (scene.price(100.1), scene.price(99.9))


def test_small_fraction_of_a_tick_is_still_rounded_against_us(walk: object) -> None:
    # 60000.01 x 1.0005 = 60030.010005: half a thousandth above the tick, one part in 10^8 of the price.
    row = (60_000.01,) * 4
    found = Scene(walk, 1).play([row, row], {0: "enter"}, slippage=0.0005)  # type: ignore[arg-type]
    assert found.held.entry_price == 60_030.02


def test_signal_entry_and_exit_pay_the_taker_fee(scene: Scene) -> None:
    found = scene.play(
        [QUIET, (110, 110, 110, 110), (120, 120, 120, 120)], {0: "enter", 1: "exit"}, fee=0.01, maker=0.0
    )
    # 10 pieces, 1 % of both notionals.
    paid = 10 * (scene.price(110) + scene.price(120)) * 0.01
    assert found.only.fees == pytest.approx(paid)
    assert found.only.profit == pytest.approx(100 - paid)
    assert free_cash(found.state.wallet) == pytest.approx(10_100 - paid)


def test_stop_pays_the_taker_fee_and_slips(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (100, 100, 97, 97)], {0: "enter"}, stop=0.02, fee=0.01, maker=0.0)
    assert found.only.fees == pytest.approx(10 * (100 + scene.price(98)) * 0.01)
    # Entered at 101 for the slippage of 1 %; the level is 2 % below, the fill another 1 % below that.
    slipped = scene.play([QUIET, QUIET, (100, 100, 90, 97)], {0: "enter"}, stop=0.02, slippage=0.01, tick=None)
    entry = 100 * (1 + scene.side * 0.01)
    assert slipped.only.exit_price == pytest.approx(entry * (1 - scene.side * 0.02) * (1 - scene.side * 0.01))


def test_target_pays_the_maker_fee_and_does_not_slip(scene: Scene) -> None:
    rows = [QUIET, QUIET, (100, 110, 100, 110)]
    found = scene.play(rows, {0: "enter"}, target=0.05, fee=0.01, maker=0.002)
    assert found.only.exit_price == scene.price(105)
    assert found.only.fees == pytest.approx(10 * (100 * 0.01 + scene.price(105) * 0.002))
    slipped = scene.play(rows, {0: "enter"}, target=0.05, slippage=0.01)
    # 5 % from the entry at 101 (99), not a cent less.
    assert slipped.only.exit_price == round(scene.price(101) * (1 + scene.side * 0.05), 2)


def test_target_passed_by_the_open_pays_the_maker_fee_at_the_open(scene: Scene) -> None:
    rows = [QUIET, QUIET, (107, 108, 106, 107)]
    found = scene.play(rows, {0: "enter"}, target=0.05, fee=0.01, maker=0.002, slippage=0.0)
    assert found.only.exit_price == scene.price(107)
    assert found.only.fees == pytest.approx(10 * (100 * 0.01 + scene.price(107) * 0.002))
    slipped = scene.play(rows, {0: "enter"}, target=0.05, slippage=0.01)
    assert slipped.only.exit_price == scene.price(107)


def test_maker_rebate_is_earned(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (100, 110, 100, 110)], {0: "enter"}, target=0.05, fee=0.0, maker=-0.001)
    assert found.only.fees == pytest.approx(-10 * scene.price(105) * 0.001)
    assert found.only.profit == pytest.approx(50 - found.only.fees)


def test_order_waits_over_missing_bars_for_the_next_one_there_is(scene: Scene) -> None:
    times = [START, START + 5 * HOUR, START + 9 * HOUR]
    found = scene.play([QUIET, (101, 101, 101, 101), (103, 103, 103, 103)], {0: "enter", 1: "exit"}, times=times)
    assert (found.only.entry_time, found.only.exit_time) == (START + 5 * HOUR, START + 9 * HOUR)
    assert found.only.entry_price == scene.price(101)
    assert len(found.journal.bar_equity) == 3


def test_position_open_at_the_end_of_data_stays_open(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET, (100, 104, 100, 103)], {0: "enter"})
    assert found.trades == []
    assert found.held.quantity == 10
    assert found.state.equity == pytest.approx(10_030)


def test_decision_at_the_last_close_is_not_filled(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET], {1: "enter"})
    assert found.held is None and found.trades == []
    assert found.leg.entry.side == scene.side
