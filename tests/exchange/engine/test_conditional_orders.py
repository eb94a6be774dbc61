"""Conditional orders in the engine: they lock, sleep, wake with the outside market's price, then trade as any other."""

from __future__ import annotations

from tradefleet.exchange.engine.events import ExecutionType
from tradefleet.exchange.engine.orders import OrderStatus, Side, Trigger, TriggerKind

from .desk import BTC, Desk, d, limit, refusal, stop


def test_stop_sleeps_until_its_price_then_sells_at_the_book(desk: Desk) -> None:
    order = desk.engine.place("ann", stop(Side.SELL, "1", "95"))
    assert (order.working, order.status, desk.balance("ann", "BTC")) == (False, OrderStatus.NEW, (49, 1))
    assert desk.engine.sleeping(BTC) == [order] and desk.engine.resting(BTC) == []
    desk.quote({"94": "5"}, {"96": "5"})
    desk.print("95.01")
    assert not order.working
    desk.print("95")
    assert (order.status, order.fills[0].price, order.working) == (OrderStatus.FILLED, d(94), True)
    assert desk.engine.sleeping(BTC) == []


def test_stop_limit_rests_once_it_is_triggered(desk: Desk) -> None:
    trigger = Trigger(TriggerKind.STOP, d(105))
    order = desk.engine.place("ann", limit(Side.BUY, "1", "104", type="STOP_LOSS_LIMIT", trigger=trigger))
    assert desk.balance("ann", "USDT") == (9896, 104)
    desk.quote({"104.5": "1"}, {"106": "1"})
    desk.print("105")
    assert (order.working, order.status, order.working_since) == (True, OrderStatus.NEW, desk.now)
    assert desk.engine.resting(BTC) == [order]
    assert [report.execution for report in desk.reports(order)] == [ExecutionType.NEW, ExecutionType.NEW]
    desk.print("103.9", "1")
    assert order.status is OrderStatus.FILLED


def test_stop_that_would_wake_at_once_is_refused(desk: Desk) -> None:
    assert refusal(lambda: desk.engine.place("ann", stop(Side.SELL, "1", "100"))) == (
        -2010,
        "Stop price would trigger immediately.",
    )
    assert desk.balance("ann", "BTC") == (50, 0)


def test_sleeping_order_can_be_cancelled(desk: Desk) -> None:
    order = desk.engine.place("ann", stop(Side.SELL, "1", "95"))
    desk.engine.cancel("ann", BTC, order_id=order.id)
    desk.print("90")
    assert (order.status, order.filled, desk.balance("ann", "BTC")) == (OrderStatus.CANCELED, 0, (50, 0))


def test_fill_at_wakes_a_sleeping_order(desk: Desk) -> None:
    order = desk.engine.place("ann", stop(Side.SELL, "1", "95"))
    desk.engine.fill_at(order, d("94.9"), d(1), False)
    assert (order.status, order.working, desk.engine.sleeping(BTC)) == (OrderStatus.FILLED, True, [])


def test_stop_to_buy_that_wakes_where_money_ends_takes_what_it_pays_for(desk: Desk) -> None:
    desk.fund("cat", USDT="105")
    order = desk.engine.place("cat", stop(Side.BUY, "1", "105"))
    desk.quote({"109": "1"}, {"110": "5"})
    desk.print("105")
    assert (order.status, order.filled) == (OrderStatus.EXPIRED, d("0.954"))
    assert desk.balance("cat", "USDT") == (d("0.06"), 0)
