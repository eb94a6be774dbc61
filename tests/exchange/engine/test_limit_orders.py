"""Limit orders: how long they wait, what they take, post-only, cancelling."""

from __future__ import annotations

import pytest

from tradefleet.exchange.engine.events import ExecutionType
from tradefleet.exchange.engine.orders import OrderStatus, Side, TimeInForce
from tradefleet.exchange.engine.symbols import Market

from .desk import BTC, FOK, IOC, Desk, d, limit, maker, refusal


def test_waits_in_the_book_and_locks_its_cost(desk: Desk) -> None:
    order = desk.limit("ann", Side.BUY, "3", "98.5")
    assert (order.status, order.working, order.working_since) == (OrderStatus.NEW, True, desk.now)
    assert desk.engine.book(BTC).bids(2) == [(d(99), d(2)), (d("98.5"), d(3))]
    assert desk.balance("ann", "USDT") == (d("9704.5"), d("295.5"))


def test_takes_what_crosses_and_waits_with_the_rest(desk: Desk) -> None:
    order = desk.limit("ann", Side.BUY, "5", "102")
    assert (order.status, order.filled) == (OrderStatus.PARTIALLY_FILLED, 4)
    assert [fill.maker for fill in order.fills] == [False, False]
    assert desk.engine.book(BTC).bids(1) == [(d(102), d(1))]
    assert desk.balance("ann", "USDT") == (d(10000) - 2 * 101 - 2 * 102 - 102, d(102))


def test_better_price_frees_the_difference_at_once(desk: Desk) -> None:
    desk.limit("ann", Side.BUY, "2", "150")
    assert desk.balance("ann", "USDT") == (d(10000 - 202), 0)


@pytest.mark.parametrize(("side", "price"), [(Side.BUY, "101"), (Side.SELL, "99")])
def test_immediate_or_cancel_leaves_nothing(desk: Desk, side: Side, price: str) -> None:
    order = desk.limit("ann", side, "3", price, time_in_force=IOC)
    assert (order.status, order.filled) == (OrderStatus.EXPIRED, 2)
    assert desk.balance("ann", "USDT")[1] == desk.balance("ann", "BTC")[1] == 0


@pytest.mark.parametrize(("quantity", "status", "filled"), [("4", "FILLED", 4), ("4.001", "EXPIRED", 0)])
def test_fill_or_kill_is_all_or_nothing(desk: Desk, quantity: str, status: str, filled: int) -> None:
    order = desk.limit("ann", Side.BUY, quantity, "102", time_in_force=FOK)
    assert (order.status, order.filled) == (status, filled)
    assert len(desk.engine.book(BTC).asks(5)) == (1 if filled else 3)


@pytest.mark.parametrize(("side", "price"), [(Side.BUY, "101"), (Side.BUY, "120"), (Side.SELL, "99")])
def test_post_only_that_would_take_is_refused(desk: Desk, side: Side, price: str) -> None:
    assert refusal(lambda: desk.engine.place("ann", maker(side, "1", price))) == (
        -2010,
        "Order would immediately match and take.",
    )
    assert desk.balance("ann", "USDT") == (d(10000), 0)
    assert desk.events == []


def test_post_only_that_does_not_take_waits(desk: Desk) -> None:
    assert desk.engine.place("ann", maker(Side.BUY, "1", "100.99")).status is OrderStatus.NEW


def test_cancel_frees_and_reports(desk: Desk) -> None:
    order = desk.limit("ann", Side.SELL, "3", "105")
    assert desk.balance("ann", "BTC") == (47, 3)
    desk.now += 5
    assert desk.engine.cancel("ann", BTC, order_id=order.id, cancel_id="mine") is order
    assert desk.balance("ann", "BTC") == (50, 0)
    last = desk.reports(order)[-1]
    assert (last.execution, last.status, last.cancel_id) == (ExecutionType.CANCELED, OrderStatus.CANCELED, "mine")
    assert (last.time, order.updated, order.created) == (desk.now, desk.now, desk.now - 5)
    assert desk.engine.book(BTC).asks(9)[-1] == (d(103), d(2))


def test_cancel_of_a_partial_fill_keeps_what_was_filled(desk: Desk) -> None:
    order = desk.limit("ann", Side.BUY, "3", "101")
    desk.engine.cancel("ann", BTC, client_id=order.client_id)
    assert (order.status, order.filled) == (OrderStatus.CANCELED, 2)
    assert desk.balance("ann", "USDT") == (d(10000 - 202), 0)


def test_unknown_filled_and_foreign_orders_cannot_be_cancelled(desk: Desk) -> None:
    filled, foreign = desk.market("ann", Side.BUY, "1"), desk.limit("bob", Side.BUY, "1", "90")
    for number in (filled.id, foreign.id, 99):
        assert refusal(lambda number=number: desk.engine.cancel("ann", BTC, order_id=number)) == (  # type: ignore[misc]
            -2011,
            "Unknown order sent.",
        )


def test_cancel_all_takes_one_symbols_orders(desk: Desk) -> None:
    first, second = desk.limit("ann", Side.BUY, "1", "90"), desk.limit("ann", Side.SELL, "1", "110")
    bobs = desk.limit("bob", Side.BUY, "1", "90")
    desk.events.clear()
    assert desk.engine.cancel_all("ann", BTC) == [first, second]
    assert len(desk.balance_events("ann")) == 1
    assert desk.engine.open_orders("ann") == [] and desk.engine.open_orders("bob") == [bobs]


def test_good_till_date_ends_at_its_time(desk: Desk) -> None:
    order = desk.limit("ann", Side.BUY, "1", "90", time_in_force=TimeInForce.GTD, good_till=desk.now + 10)
    desk.now += 9
    desk.print("100")
    assert order.open
    desk.now += 1
    desk.print("100")
    assert order.status is OrderStatus.EXPIRED and desk.balance("ann", "USDT") == (10000, 0)


def test_quote_that_comes_to_a_waiting_order_fills_it_as_maker_at_its_price(desk: Desk) -> None:
    order = desk.limit("ann", Side.BUY, "3", "100")
    desk.quote({"95": "1"}, {"98": "2", "102": "5"})
    assert [(fill.price, fill.quantity, fill.maker) for fill in desk.fills(order)] == [(d(100), 2, True)]
    assert desk.engine.book(BTC).asks(1) == [(d(102), d(5))]
    assert desk.balance("ann", "USDT") == (d(9700), d(100))


def test_check_says_what_filters_say_and_does_nothing(desk: Desk) -> None:
    assert refusal(lambda: desk.engine.check("ann", limit(Side.BUY, "0.0001", "100")))[0] == -1013
    desk.engine.check("nobody", limit(Side.BUY, "1", "100"))
    assert desk.events == [] and desk.engine.orders("nobody", BTC) == []


def test_perpetuals_refuse_in_words_of_their_own() -> None:
    desk = Desk(market=Market.PERPETUAL).fund("ann", USDT="10000", BTC="10")
    desk.quote({"99": "2"}, {"101": "2"})
    post_only = limit(Side.BUY, "1", "101", post_only=True, time_in_force=TimeInForce.GTX, client_id="x")
    assert refusal(lambda: desk.engine.place("ann", post_only)) == (
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected. "
        "The order will not be recorded in the order history.",
    )
    desk.limit("ann", Side.BUY, "1", "90", client_id="x")
    assert refusal(lambda: desk.limit("ann", Side.BUY, "1", "90", client_id="x")) == (
        -4116,
        "ClientOrderId is duplicated.",
    )
