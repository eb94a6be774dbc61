"""Rule book: the quantity of an entry."""

from __future__ import annotations

import pytest

from tradefleet.simulation.entries import free_cash

from .scene import QUIET, Scene

UP = (125.0, 125.0, 125.0, 125.0)


def test_quantity_is_fixed_at_the_close_of_the_decision(scene: Scene) -> None:
    # Half of 10,000 at the close of 100 is 50 pieces; at the open of 125 (75) it would be 40 (66.7).
    found = scene.play([QUIET, UP], {0: "enter"}, size=0.5, sizing="fraction")
    assert found.held.quantity == 50


def test_fraction_is_of_equity_with_what_is_open_marked_to_the_close(scene: Scene) -> None:
    # 50 pieces from 100 to 125 (75): equity 11,250 at the close of bar 1, when the reversal is decided.
    found = scene.play([QUIET, (100, 125, 100, 125), UP], {0: "enter", 1: "other enter"}, size=0.5, sizing="fraction")
    assert found.held.quantity == pytest.approx(0.5 * 11_250 / scene.price(125))


def test_amount_is_money_whatever_the_equity(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET], {0: "enter"}, size=2500, sizing="amount", cash=1e6)
    assert found.held.quantity == 25


def test_risk_loses_its_fraction_of_equity_at_the_stop(scene: Scene) -> None:
    # 1 % of 10,000 is 100; a stop 4 % of 100 away loses 4 a piece: 25 pieces.
    found = scene.play([QUIET, QUIET, (100, 100, 95, 95)], {0: "enter"}, size=0.01, stop=0.04, sizing="risk")
    assert found.only.quantity == 25
    assert found.only.profit == pytest.approx(-100)


def test_risk_with_a_tight_stop_is_cut_to_cash(scene: Scene) -> None:
    # 1 % of equity at a stop of 0.1 % asks for ten times the equity.
    found = scene.play([QUIET, QUIET], {0: "enter"}, size=0.01, stop=0.001, sizing="risk")
    assert found.held.quantity == pytest.approx(100)
    assert found.counts == {"cut_to_cash": 1}


def test_risk_without_a_stop_enters_nothing(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET], {0: "enter"}, size=0.01, stop=0.0, sizing="risk")
    assert found.held is None
    assert found.counts == {"below_minimum": 1}


def test_quantity_is_rounded_down_to_the_lot(scene: Scene) -> None:
    # 999 / 100 is 9.99 pieces: nearest would be 10.
    assert scene.play([QUIET, QUIET], {0: "enter"}, size=999, lot="0.5").held.quantity == 9.5


def test_quantity_on_the_lot_is_kept(scene: Scene) -> None:
    # 30 / 100 = 0.3, and 0.3 / 0.1 is 2.9999999999999996 in floating point.
    assert scene.play([QUIET, QUIET], {0: "enter"}, size=30, lot="0.1").held.quantity == 0.3


def test_small_lots_of_a_large_quantity_are_rounded_down_too(scene: Scene) -> None:
    # 123.456789018 pieces in lots of 10^-8 is 12,345,678,901.8 lots.
    found = scene.play([QUIET, QUIET], {0: "enter"}, size=12_345.6789018, lot="0.00000001", cash=1e6)
    assert found.held.quantity == 123.45678901


def test_quantity_below_a_lot_is_no_order_and_counted(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET], {0: "enter"}, size=49, lot="0.5")
    assert found.held is None
    assert found.counts == {"below_minimum": 1}


@pytest.mark.parametrize(("size", "held"), [(999.0, False), (1000.0, True)])
def test_minimum_is_a_notional_at_the_close_and_itself_enough(scene: Scene, size: float, held: bool) -> None:
    found = scene.play([QUIET, QUIET], {0: "enter"}, size=size, minimum=1000.0)
    assert (found.held is not None) is held
    assert found.counts == ({} if held else {"below_minimum": 1})


def test_minimum_applies_after_rounding_to_the_lot(scene: Scene) -> None:
    # 1,040 is above the minimum, but the 10 pieces left by the lot of 1 are worth 1,000.
    found = scene.play([QUIET, QUIET], {0: "enter"}, size=1040, lot="1", minimum=1010.0)
    assert found.held is None
    assert found.counts == {"below_minimum": 1}


def test_cost_above_cash_is_cut_to_what_cash_pays_fee_included(walk: object) -> None:
    # 99 pieces at the open of 125 cost 12,375; 10,000 / (125 x 1.01) = 79.2 pay for 79 whole ones.
    found = Scene(walk, 1).play([QUIET, UP], {0: "enter"}, size=9900, fee=0.01, lot="1")  # type: ignore[arg-type]
    assert found.held.quantity == 79
    assert free_cash(found.state.wallet) == pytest.approx(10_000 - 79 * 125 * 1.01)
    assert found.counts == {"cut_to_cash": 1}


def test_cost_above_cash_is_cut_for_a_short_too(walk: object) -> None:
    found = Scene(walk, -1).play([QUIET, (75.0,) * 4], {0: "enter"}, size=9900, fee=0.01, lot="1")  # type: ignore[arg-type]
    # Mirrored: the open is 125.
    assert found.held.quantity == 79
    assert found.counts == {"cut_to_cash": 1}


def test_cost_of_exactly_the_cash_is_not_cut(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET], {0: "enter"}, size=10_000, lot="1")
    assert found.held.quantity == 100
    assert found.counts == {}


def test_cut_below_the_minimum_enters_nothing_and_is_counted(scene: Scene) -> None:
    found = scene.play([QUIET, QUIET], {0: "enter"}, size=2000, minimum=1500.0, cash=1000.0)
    assert found.held is None
    assert found.counts == {"not_affordable": 1}
    assert free_cash(found.state.wallet) == 1000.0


def test_size_is_read_at_the_close_of_the_decision(scene: Scene) -> None:
    sizes = [100.0, 700.0, 200.0, 300.0]
    assert scene.play([QUIET] * 4, {1: "enter"}, size=sizes).held.quantity == 7


@pytest.mark.parametrize("size", [float("nan"), -1.0])
def test_size_that_is_no_amount_enters_nothing_and_is_counted(scene: Scene, size: float) -> None:
    found = scene.play([QUIET, QUIET], {0: "enter"}, size=size)
    assert found.held is None
    assert found.counts == {"invalid_levels": 1}


def test_ruined_account_enters_nothing(walk: object) -> None:
    # 100 pieces sold at 100 and the price goes to 250: 10,000 + 10,000 - 25,000 leave a debt of 5,000.
    rows = [QUIET, QUIET, (-50.0,) * 4, (-50.0,) * 4]
    found = Scene(walk, -1).play(rows, {0: "enter", 1: "exit", 2: "enter"}, size=1.0, sizing="fraction")  # type: ignore[arg-type]
    assert found.state.equity == pytest.approx(-5_000)
    assert found.held is None
    assert found.counts == {"below_minimum": 1}
