"""Who fills first: better prices, then earlier orders; the house's quantity that was there before; outside trades."""

from __future__ import annotations

from tradefleet.exchange.engine.half import UNLIMITED
from tradefleet.exchange.engine.orders import OrderStatus, Side
from tradefleet.exchange.engine.spot import FeeAsset

from .desk import BTC, Desk, d


def test_better_price_of_a_client_comes_before_the_house(desk: Desk) -> None:
    bid = desk.limit("bob", Side.BUY, "1", "99.5")
    taker = desk.market("ann", Side.SELL, "2")
    assert [(fill.price, fill.quantity) for fill in taker.fills] == [(d("99.5"), 1), (d(99), 1)]
    assert bid.status is OrderStatus.FILLED and desk.fills(bid)[0].maker
    assert desk.fills(bid)[0].trade_id == taker.fills[0].trade_id


def test_house_that_was_there_first_is_ahead_of_a_client_at_its_price(desk: Desk) -> None:
    bid = desk.limit("bob", Side.BUY, "1", "99")
    desk.market("ann", Side.SELL, "2")
    assert bid.filled == 0
    desk.market("ann", Side.SELL, "0.4")
    assert bid.filled == d("0.4")


def test_house_that_comes_later_is_behind(desk: Desk) -> None:
    bid = desk.limit("bob", Side.BUY, "1", "99.5")
    desk.quote({"99.5": "5"}, {"101": "1"})
    desk.market("ann", Side.SELL, "3")
    assert bid.filled == 1
    assert desk.engine.book(BTC).bids(1) == [(d("99.5"), d(3))]


def test_house_that_leaves_makes_the_queue_shorter(desk: Desk) -> None:
    bid = desk.limit("bob", Side.BUY, "1", "99")
    desk.quote({"99": "0.5"}, {"101": "1"})
    desk.quote({"99": "9"}, {"101": "1"})
    desk.market("ann", Side.SELL, "1")
    assert bid.filled == d("0.5")


def test_earlier_client_first_at_one_price(desk: Desk) -> None:
    first, second = desk.limit("bob", Side.SELL, "1", "100.5"), desk.limit("bob", Side.SELL, "1", "100.5")
    desk.market("ann", Side.BUY, "1.5")
    assert (first.filled, second.filled) == (1, d("0.5"))


def test_outside_trade_first_fills_what_is_ahead(desk: Desk) -> None:
    bid = desk.limit("bob", Side.BUY, "1", "99")
    desk.print("99", "1.5", buyer_is_maker=True)
    assert bid.filled == 0
    desk.print("99", "0.7", buyer_is_maker=True)
    assert (bid.filled, desk.fills(bid)[0].price, desk.fills(bid)[0].maker) == (d("0.2"), d(99), True)


def test_outside_trade_of_the_other_side_fills_nothing(desk: Desk) -> None:
    bid = desk.limit("bob", Side.BUY, "1", "99.5")
    desk.print("99.5", "5", buyer_is_maker=False)
    assert bid.filled == 0


def test_outside_trade_through_a_price_fills_best_first_as_far_as_it_goes(desk: Desk) -> None:
    low, high = desk.limit("bob", Side.BUY, "1", "99.2"), desk.limit("ann", Side.BUY, "1", "99.6")
    desk.print("99", "1.5", buyer_is_maker=True)
    assert (high.filled, low.filled) == (1, d("0.5"))
    assert desk.fills(high)[0].price == d("99.6")


def test_two_in_one_queue_keep_the_house_between_them(desk: Desk) -> None:
    first = desk.limit("bob", Side.BUY, "1", "98.5")
    desk.quote({"98.5": "3"}, {"101": "1"})
    second = desk.limit("ann", Side.BUY, "1", "98.5")
    desk.print("98.5", "2", buyer_is_maker=True)
    assert (first.filled, second.filled) == (1, 0)
    desk.print("98.5", "2.5", buyer_is_maker=True)
    assert second.filled == d("0.5")


def test_unlimited_house_never_runs_out(desk: Desk) -> None:
    desk.engine.quote(BTC, [(d(99), UNLIMITED)], [(d(100), UNLIMITED)])
    for _ in range(3):
        assert desk.market("ann", Side.BUY, "10").fills[0].quantity == 10
    assert desk.engine.book(BTC).asks(1) == [(d(100), desk.engine.symbols[BTC].max_quantity)]


def test_maker_that_cannot_pay_any_more_expires_and_the_next_one_trades(desk: Desk) -> None:
    desk.accounting.set_fee_asset("cat", FeeAsset.QUOTE)
    desk.fund("cat", USDT="100.1")
    desk.change_symbol(lot=d(1))
    broke, next_one = desk.limit("cat", Side.BUY, "1", "100"), desk.limit("bob", Side.BUY, "1", "99.5")
    desk.change_symbol(lot=d(1), maker=d("0.01"))
    desk.market("ann", Side.SELL, "1")
    assert (broke.status, broke.filled, next_one.filled) == (OrderStatus.EXPIRED, 0, 1)
