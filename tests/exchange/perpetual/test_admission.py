"""Which orders are let in, and what they count for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.perpetual.desk import D, Desk

from tradefleet.exchange.engine.orders import OrderStatus, Side
from tradefleet.exchange.engine.rejects import Reject

BUY, SELL = Side.BUY, Side.SELL


def refused(code: int, message: str, desk: Desk, *terms: object, **options: object) -> None:
    before = desk.available()
    with pytest.raises(Reject) as caught:
        desk.order(*terms, **options)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.message) == (code, message)
    assert desk.available() == before


def test_an_order_takes_its_notional_by_the_leverage() -> None:
    desk = Desk()
    desk.order(BUY, "1", "9000")
    assert desk.available() == 1000 - 9000 / D(20)


def test_what_the_margin_does_not_pay_for_is_refused() -> None:
    desk = Desk()
    refused(-2019, "Margin is insufficient.", desk, BUY, "2", "10000")
    desk.order(BUY, "1.9", "10000")
    refused(-2019, "Margin is insufficient.", desk, BUY, "0.1", "10000")


def test_a_buy_above_the_mark_price_needs_its_loss_too() -> None:
    desk = Desk("600", marks={"BTCUSDT": "10000"})
    refused(-2019, "Margin is insufficient.", desk, BUY, "1", "10200")
    desk.marks["BTCUSDT"] = D("10200")
    desk.order(BUY, "1", "10200")


def test_a_sale_far_below_the_mark_price_counts_at_the_mark_price() -> None:
    desk = Desk("20000")
    desk.order(SELL, "1", "9000")
    assert desk.available() == 20000 - 10000 / D(20)


def test_buys_and_sells_of_one_symbol_share_their_margin() -> None:
    desk = Desk()
    desk.order(BUY, "1", "10000")
    desk.order(SELL, "1", "10000")
    assert desk.available() == 500
    desk.order(SELL, "0.5", "10000")
    assert desk.available() == 250


def test_orders_that_close_a_position_take_nothing() -> None:
    desk = Desk("510")
    desk.trade(BUY, "1", "10000")
    left = desk.available()
    order = desk.order(SELL, "1", "10100")
    assert desk.available() == left
    refused(-2019, "Margin is insufficient.", desk, SELL, "1.1", "10100")
    order.move_to(OrderStatus.CANCELED, 0)
    desk.accounting.release(order)
    assert desk.available() == left


def test_a_position_is_turned_by_one_order_if_the_margin_does() -> None:
    desk = Desk("1020")
    desk.trade(BUY, "1", "10000")
    refused(-2019, "Margin is insufficient.", desk, SELL, "4", "10000")
    desk.trade(SELL, "2", "10000")
    assert desk.accounting.positions.amount("ann", "BTCUSDT", "BOTH") == -1


def test_unrealised_profit_is_available_and_losses_are_not() -> None:
    desk = Desk()
    desk.trade(BUY, "1", "10000")
    before = desk.available()
    desk.marks["BTCUSDT"] = D("10100")
    assert desk.available() == before + 100 - D(100) / 20
    desk.marks["BTCUSDT"] = D("9900")
    assert desk.available() == before - 100 + D(100) / 20


def test_unrealised_profit_may_not_be_withdrawn() -> None:
    desk = Desk()
    desk.trade(BUY, "1", "10000")
    desk.marks["BTCUSDT"] = D("11000")
    with pytest.raises(Reject) as caught:
        desk.accounting.move("ann", "USDT", D(-500), 0, "WITHDRAW")
    assert caught.value.code == -4050
    desk.accounting.move("ann", "USDT", D(-400), 0, "WITHDRAW")
    assert desk.money() == 595


def test_a_filled_part_stops_counting_as_an_order() -> None:
    desk = Desk()
    order = desk.order(BUY, "1", "10000")
    desk.fill(order, "10000", "0.4")
    assert desk.available() == 1000 - 500 - D("0.4") * 10000 * D("0.0005")


def test_a_notional_above_the_leverages_bracket_is_refused() -> None:
    desk = Desk("10000000")
    message = "Exceeded the maximum allowable position at current leverage."
    desk.accounting.settings.of("ann").leverages["BTCUSDT"] = 100
    refused(-2027, message, desk, BUY, "61", "10000")
    desk.trade(BUY, "60", "10000")
    refused(-2027, message, desk, BUY, "0.1", "10000")
    desk.marks["BTCUSDT"] = D("12000")
    desk.order(SELL, "10", "12000")


def test_reduce_only_needs_a_position_against_it() -> None:
    desk = Desk()
    refused(-2022, "ReduceOnly Order is rejected.", desk, SELL, "1", "10000", reduce_only=True)
    desk.trade(BUY, "1", "10000")
    refused(-2022, "ReduceOnly Order is rejected.", desk, BUY, "1", "10000", reduce_only=True)


def test_reduce_only_is_cut_to_the_position() -> None:
    desk = Desk()
    desk.trade(BUY, "1", "10000")
    assert desk.order(SELL, "3", "10000", reduce_only=True).quantity == 1


def test_resting_orders_that_only_reduce_are_too_much_once_the_position_shrinks() -> None:
    desk = Desk()
    desk.trade(BUY, "1", "10000")
    target = desk.order(SELL, "1", "11000", reduce_only=True)
    plain = desk.order(SELL, "1", "11000")
    assert desk.accounting.excess("ann", "BTCUSDT") == []
    desk.trade(SELL, "0.7", "10000")
    assert desk.accounting.excess("ann", "BTCUSDT") == [(target, D("0.3"))]
    assert desk.accounting.fillable(target, D(11000), D(1)) == D("0.3")
    assert desk.accounting.fillable(plain, D(11000), D(1)) == 1


def test_the_position_side_must_be_one_of_the_accounts_mode() -> None:
    desk = Desk()
    message = "Order's position side does not match user's setting."
    refused(-4061, message, desk, BUY, "1", "10000", position_side="LONG")
    desk.accounting.settings.of("ann").hedge = True
    refused(-4061, message, desk, BUY, "1", "10000")
    desk.order(BUY, "1", "10000", position_side="LONG")


def test_hedge_mode_leaves_no_more_than_there_is() -> None:
    desk = Desk()
    desk.accounting.settings.of("ann").hedge = True
    message = "ReduceOnly Order is rejected."
    refused(-2022, message, desk, SELL, "1", "10000", position_side="LONG")
    desk.trade(BUY, "1", "10000", position_side="LONG")
    refused(-2022, message, desk, SELL, "1.1", "10000", position_side="LONG")
    assert desk.accounting.reduces(desk.order(SELL, "1", "10000", position_side="LONG"))


def test_both_sides_of_a_hedge_take_margin() -> None:
    desk = Desk("1010")
    desk.accounting.settings.of("ann").hedge = True
    desk.trade(BUY, "1", "10000", position_side="LONG")
    desk.trade(SELL, "1", "10000", position_side="SHORT")
    assert desk.available() == 0


def test_isolated_margin_leaves_the_cross_wallet_with_the_position() -> None:
    desk = Desk()
    desk.accounting.settings.of("ann").isolated.add("BTCUSDT")
    desk.trade(BUY, "1", "10000")
    assert desk.accounting.balances("ann") == {"USDT": (D(495), D(500))}
    desk.marks["BTCUSDT"] = D("9700")
    assert desk.available() == 495
    desk.trade(SELL, "0.5", "9700")
    assert desk.accounting.balances("ann")["USDT"] == (D(1000) - 5 - 150 - D("2.425") - 250, D(250))
    desk.trade(SELL, "0.5", "9700")
    assert desk.accounting.balances("ann")["USDT"] == (D(1000) - 5 - 300 - D("4.85"), D(0))


@given(
    st.sampled_from(Side),
    st.decimals("0.001", "3", places=3),
    st.decimals("9000", "11000", places=1),
    st.decimals("9000", "11000", places=1),
    st.integers(1, 100),
    st.booleans(),
)
def test_opening_at_the_orders_price_never_leaves_less_than_nothing_available(
    side: Side, quantity: Decimal, price: Decimal, mark: Decimal, leverage: int, isolated: bool
) -> None:
    desk = Desk(marks={"BTCUSDT": str(mark)})
    choices = desk.accounting.settings.of("ann")
    choices.leverages["BTCUSDT"] = leverage
    if isolated:
        choices.isolated.add("BTCUSDT")
    try:
        order = desk.order(side, str(quantity), str(price))
    except Reject:
        return
    # A sale crosses the book at the market or better than its limit; a purchase at its limit at worst.
    desk.fill(order, str(price if side is BUY else max(price, mark)))
    assert desk.available() >= 0
