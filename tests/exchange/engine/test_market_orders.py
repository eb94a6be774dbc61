"""Market orders: through the book, for an amount of money, out of cash, into an empty book."""

from __future__ import annotations

import pytest

from tradefleet.exchange.engine.events import BalancesChanged, BookChanged, ExecutionType, OrderReport
from tradefleet.exchange.engine.orders import OrderStatus, Side

from .desk import BTC, ETH, Desk, d, market, market_for, refusal


def test_buy_takes_level_after_level_each_its_own_trade(desk: Desk) -> None:
    order = desk.market("ann", Side.BUY, "3")
    assert [(fill.price, fill.quantity, fill.trade_id) for fill in order.fills] == [(d(101), 2, 2), (d(102), 1, 3)]
    assert (order.status, order.filled_quote) == (OrderStatus.FILLED, d(304))
    said = desk.reports(order)
    assert [report.execution for report in said] == [ExecutionType.NEW, ExecutionType.TRADE, ExecutionType.TRADE]
    assert [report.status for report in said] == [OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED]
    assert [report.filled for report in said] == [0, 2, 3]


def test_what_is_taken_is_gone_from_the_book(desk: Desk) -> None:
    desk.market("ann", Side.SELL, "3")
    assert desk.engine.book(BTC).bids(5) == [(d(98), d(1)), (d(97), d(2))]


def test_fee_is_taken_from_what_is_received(desk: Desk) -> None:
    bought = desk.market("ann", Side.BUY, "1").fills[0]
    sold = desk.market("bob", Side.SELL, "1").fills[0]
    assert (bought.fee, bought.fee_asset) == (d("0.001"), "BTC")
    assert (sold.fee, sold.fee_asset) == (d("0.099"), "USDT")
    assert desk.balance("ann", "BTC") == (d("50.999"), 0)
    assert desk.balance("ann", "USDT") == (d("9899"), 0)
    assert desk.balance("bob", "USDT") == (d("10098.901"), 0)


def test_balances_come_once_and_after_the_reports(desk: Desk) -> None:
    desk.market("ann", Side.BUY, "3")
    assert [type(event) for event in desk.events] == [OrderReport] * 3 + [BalancesChanged, BookChanged]
    change = desk.balance_events("ann")[0]
    assert change.changes == {"USDT": d(-304), "BTC": d("2.997")}
    assert change.balances == {"USDT": (d(9696), 0), "BTC": (d("52.997"), 0)}
    assert change.reason == "ORDER"


@pytest.mark.parametrize(("money", "quantity"), [("101", "1"), ("304", "3"), ("250", "2.47"), ("10.2", "0.1")])
def test_buy_for_an_amount_buys_whole_lots(desk: Desk, money: str, quantity: str) -> None:
    desk.change_symbol(lot=d("0.01"))
    order = desk.engine.place("ann", market_for(Side.BUY, money))
    assert (order.filled, order.quantity, order.status) == (d(quantity), d(quantity), OrderStatus.FILLED)
    assert order.filled_quote <= d(money)


def test_sell_for_an_amount(desk: Desk) -> None:
    order = desk.engine.place("ann", market_for(Side.SELL, "297"))
    assert (order.filled, order.filled_quote) == (d("3.010"), d("296.98"))


def test_rest_expires_where_the_book_ends(desk: Desk) -> None:
    order = desk.market("ann", Side.BUY, "10")
    assert (order.status, order.filled) == (OrderStatus.EXPIRED, 6)
    assert desk.reports(order)[-1].execution is ExecutionType.EXPIRED
    assert desk.balance("ann", "USDT")[1] == 0


def test_without_liquidity_it_expires_unfilled(desk: Desk) -> None:
    order = desk.engine.place("ann", market(Side.BUY, "1", symbol=ETH))
    assert (order.status, order.filled) == (OrderStatus.EXPIRED, 0)
    assert desk.engine.open_orders("ann") == []


def test_buy_that_money_does_not_pay_for_is_refused(desk: Desk) -> None:
    desk.fund("cat", USDT="202.99")
    assert refusal(lambda: desk.market("cat", Side.BUY, "2.010")) == (
        -2010,
        "Account has insufficient balance for requested action.",
    )
    assert desk.engine.orders("cat", BTC) == []
    assert desk.market("cat", Side.BUY, "2.000").status is OrderStatus.FILLED


def test_sell_of_what_is_not_there_is_refused(desk: Desk) -> None:
    assert refusal(lambda: desk.market("ann", Side.SELL, "50.001"))[0] == -2010


def test_unknown_symbol() -> None:
    assert refusal(lambda: Desk().engine.place("ann", market(Side.BUY, "1", symbol="NONE"))) == (
        -1121,
        "Invalid symbol.",
    )
