"""Order lists: one cancels the other, one starts the others, and both reserve as one."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.exchange.engine.events import ExecutionType, ListReport, OrderReport
from tradefleet.exchange.engine.order_lists import Contingency, OrderList, OrderListRequest
from tradefleet.exchange.engine.orders import Execution, Order, OrderRequest, OrderStatus, Side, Trigger, TriggerKind
from tradefleet.exchange.engine.rejects import Reject

from ..engine.desk import BTC, Desk, limit, maker, market, stop

BUY, SELL = Side.BUY, Side.SELL
NEW, FILLED, EXPIRED, CANCELED = OrderStatus.NEW, OrderStatus.FILLED, OrderStatus.EXPIRED, OrderStatus.CANCELED
PENDING = OrderStatus.PENDING_NEW
WRONG_PRICES = "-2010 The relationship of the prices for the orders is not correct."
POOR = "-2010 Account has insufficient balance for requested action."


@pytest.fixture
def desk() -> Desk:
    """Ann has 500 dollars and 2 bitcoins; the last price is 100."""
    made = Desk().fund("ann", USDT="500", BTC="2").fund("bob", USDT="10000", BTC="50")
    made.quote({"99": "50"}, {"101": "50"})
    made.print("100")
    made.events.clear()
    return made


def stop_limit(side: Side, quantity: str, level: str, price: str, kind: TriggerKind = TriggerKind.STOP) -> OrderRequest:
    name = "STOP_LOSS_LIMIT" if kind is TriggerKind.STOP else "TAKE_PROFIT_LIMIT"
    trigger = Trigger(kind, Decimal(level))
    return OrderRequest(BTC, side, name, Execution.LIMIT, Decimal(quantity), None, Decimal(price), trigger)


def oco(desk: Desk, *requests: OrderRequest, **others: Any) -> OrderList:
    return desk.engine.place_list("ann", OrderListRequest(BTC, Contingency.OCO, requests, **others))


def oto(desk: Desk, *requests: OrderRequest) -> OrderList:
    return desk.engine.place_list("ann", OrderListRequest(BTC, Contingency.OTO, requests))


def sell_pair(desk: Desk, quantity: str = "2") -> OrderList:
    return oco(desk, maker(SELL, quantity, "110"), stop(SELL, quantity, "90"))


def buy_pair(desk: Desk, quantity: str = "4") -> OrderList:
    return oco(desk, stop_limit(BUY, quantity, "110", "111"), maker(BUY, quantity, "95"))


def statuses(pair: OrderList) -> list[OrderStatus]:
    return [order.status for order in pair.orders]


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(report.status_type, report.order_status) for report in desk.said(ListReport)]


# -- one cancels the other --------------------------------------------------------------------------------------------


def test_pair_sells_what_it_reserves_once(desk: Desk) -> None:
    pair = sell_pair(desk)
    assert statuses(pair) == [NEW, NEW]
    assert [order.list_id for order in pair.orders] == [pair.id, pair.id] == [1, 1]
    assert desk.balance("ann", "BTC") == (0, 2)
    assert told(desk) == [("EXEC_STARTED", "EXECUTING")]


def test_pair_buys_for_the_dearer_of_both(desk: Desk) -> None:
    buy_pair(desk)
    assert desk.balance("ann", "USDT") == (56, 444)
    with pytest.raises(Reject, match=POOR):
        buy_pair(desk, "1")


def test_limit_that_fills_in_part_expires_the_stop(desk: Desk) -> None:
    pair = sell_pair(desk)
    desk.print("111", "0.5", buyer_is_maker=False)
    assert statuses(pair) == [OrderStatus.PARTIALLY_FILLED, EXPIRED]
    assert desk.balance("ann", "BTC") == (0, Decimal("1.5"))
    assert pair.open
    desk.print("80", "5")
    desk.print("111", "5", buyer_is_maker=False)
    assert statuses(pair) == [FILLED, EXPIRED]
    assert desk.balance("ann", "BTC") == (0, 0)
    assert told(desk) == [("EXEC_STARTED", "EXECUTING"), ("ALL_DONE", "ALL_DONE")]


def test_stop_that_is_triggered_expires_the_limit(desk: Desk) -> None:
    pair = sell_pair(desk)
    desk.print("90")
    assert statuses(pair) == [EXPIRED, FILLED]
    assert desk.balance("ann", "BTC") == (0, 0)
    kinds = [(report.order.id, report.execution) for report in desk.said(OrderReport)][2:]
    assert kinds == [(1, ExecutionType.EXPIRED), (2, ExecutionType.TRADE)]
    assert told(desk)[-1] == ("ALL_DONE", "ALL_DONE")


def test_stop_limit_goes_on_with_what_is_reserved(desk: Desk) -> None:
    pair = buy_pair(desk)
    desk.quote({"111": "50"}, {"112": "50"})
    desk.print("110", buyer_is_maker=False)
    assert statuses(pair) == [NEW, EXPIRED]
    assert desk.balance("ann", "USDT") == (56, 444)
    assert pair.open
    desk.print("110.5", "50")
    assert statuses(pair) == [FILLED, EXPIRED]
    assert desk.balance("ann", "USDT") == (56, 0)
    assert not pair.open


def test_limit_that_buys_frees_what_the_stop_would_have_cost(desk: Desk) -> None:
    buy_pair(desk)
    desk.print("94", "50")
    assert desk.balance("ann", "USDT") == (120, 0)


@pytest.mark.parametrize("which", [0, 1])
def test_cancelling_one_cancels_both(desk: Desk, which: int) -> None:
    pair = sell_pair(desk)
    desk.engine.cancel("ann", BTC, order_id=pair.orders[which].id)
    assert statuses(pair) == [CANCELED, CANCELED]
    assert desk.balance("ann", "BTC") == (2, 0)
    assert not pair.open


def test_list_is_cancelled_by_either_of_its_names(desk: Desk) -> None:
    for name in ({"list_id": 1}, {"client_id": "mine"}):
        pair = oco(desk, maker(SELL, "2", "110"), stop(SELL, "2", "90"), client_id="mine")
        name = {"list_id": pair.id} if "list_id" in name else name
        assert desk.engine.cancel_list("ann", BTC, cancel_id="gone", **name) is pair  # type: ignore[arg-type]
        assert statuses(pair) == [CANCELED, CANCELED]
    assert [report.cancel_id for report in desk.said(OrderReport)][-2:] == ["gone", "gone"]


def test_cancel_all_takes_lists_too(desk: Desk) -> None:
    pair = sell_pair(desk)
    desk.engine.cancel_all("ann", BTC)
    assert statuses(pair) == [CANCELED, CANCELED]
    assert told(desk)[-1] == ("ALL_DONE", "ALL_DONE")


def test_a_list_that_is_over_cannot_be_cancelled_but_found(desk: Desk) -> None:
    pair = sell_pair(desk)
    desk.print("90")
    with pytest.raises(Reject, match=r"-2011 Unknown order list sent."):
        desk.engine.cancel_list("ann", BTC, list_id=pair.id)
    assert desk.engine.order_list("ann", list_id=pair.id) is pair
    assert desk.engine.order_list("ann", client_id=pair.client_id) is pair
    for account, number in (("bob", pair.id), ("ann", 7)):
        with pytest.raises(Reject, match=r"-2018 Order list does not exist."):
            desk.engine.order_list(account, list_id=number)
    assert desk.engine.order_lists("ann") == [pair]
    assert desk.engine.order_lists("ann", open_only=True) == desk.engine.order_lists("bob") == []


def test_account_sells_no_more_than_it_has(desk: Desk) -> None:
    with pytest.raises(Reject, match=POOR):
        sell_pair(desk, "2.001")
    assert desk.events == []
    assert desk.balance("ann", "BTC") == (2, 0)
    # Neither an order nor a list id is used up.
    assert [order.id for order in sell_pair(desk).orders] == [1, 2]


@pytest.mark.parametrize(
    "requests",
    [
        (maker(SELL, "1", "100"), stop(SELL, "1", "90")),
        (maker(SELL, "1", "110"), stop(SELL, "1", "100")),
        (stop(SELL, "1", "90"), maker(SELL, "1", "110")),
        (maker(BUY, "1", "110"), stop(BUY, "1", "90")),
        (stop(BUY, "1", "100"), maker(BUY, "1", "95")),
        (stop(BUY, "1", "105"), maker(SELL, "1", "95")),
        (maker(SELL, "1", "110"), maker(SELL, "1", "90")),
        (stop(SELL, "1", "90", kind=TriggerKind.TAKE_PROFIT), stop(SELL, "1", "90")),
    ],
    ids=lambda requests: "-".join(f"{one.side.value} {one.type}" for one in requests),
)
def test_prices_stand_on_both_sides_of_the_last(desk: Desk, requests: tuple[OrderRequest, ...]) -> None:
    with pytest.raises(Reject, match=WRONG_PRICES):
        oco(desk, *requests)
    assert desk.events == []


def test_take_profit_and_trailing_stop_make_a_pair(desk: Desk) -> None:
    trailing = Trigger(TriggerKind.TRAILING, None, Decimal("0.1"))
    pair = oco(
        desk,
        stop(SELL, "2", "120", kind=TriggerKind.TAKE_PROFIT),
        OrderRequest(BTC, SELL, "STOP_LOSS", Execution.MARKET, Decimal(2), trigger=trailing),
    )
    for price in ("118", "107", "106.2"):
        desk.print(price)
    assert statuses(pair) == [EXPIRED, FILLED]


def test_the_same_name_twice_is_refused(desk: Desk) -> None:
    with pytest.raises(Reject, match=r"-2010 Duplicate order sent."):
        oco(desk, maker(SELL, "1", "110", client_id="x"), limit(SELL, "1", "90", client_id="x"))
    oco(desk, maker(SELL, "1", "110"), stop(SELL, "1", "90"), client_id="mine")
    with pytest.raises(Reject, match=r"-2010 Duplicate order sent."):
        oco(desk, maker(SELL, "1", "110"), stop(SELL, "1", "90"), client_id="mine")


# -- one starts the others --------------------------------------------------------------------------------------------


def test_order_waits_until_all_of_the_first_has_filled(desk: Desk) -> None:
    pair = oto(desk, limit(BUY, "2", "98"), limit(SELL, "2", "120"))
    assert statuses(pair) == [NEW, PENDING]
    assert desk.balance("ann", "BTC") == (2, 0)
    desk.print("97", "1")
    assert statuses(pair)[1] is PENDING
    desk.print("97", "1")
    assert statuses(pair) == [FILLED, NEW]
    assert desk.balance("ann", "BTC")[1] == 2
    desk.print("121", "5", buyer_is_maker=False)
    assert statuses(pair) == [FILLED, FILLED]
    assert told(desk) == [("EXEC_STARTED", "EXECUTING")] * 2 + [("ALL_DONE", "ALL_DONE")]


def test_waiting_market_order_trades_as_soon_as_it_starts(desk: Desk) -> None:
    pair = oto(desk, limit(BUY, "1", "101"), market(SELL, "1"))
    assert statuses(pair) == [FILLED, FILLED]


def test_waiting_pair_starts_as_rivals(desk: Desk) -> None:
    pair = oto(desk, limit(BUY, "2", "98"), maker(SELL, "2", "110"), stop(SELL, "2", "90"))
    assert statuses(pair) == [NEW, PENDING, PENDING]
    desk.print("97", "5")
    assert statuses(pair) == [FILLED, NEW, NEW]
    assert desk.balance("ann", "BTC")[1] == 2
    desk.print("89")
    assert statuses(pair) == [FILLED, EXPIRED, FILLED]
    assert not pair.open


@pytest.mark.parametrize("which", [0, 1])
def test_cancelling_one_of_two_in_a_row_cancels_both(desk: Desk, which: int) -> None:
    pair = oto(desk, limit(BUY, "2", "98"), stop(SELL, "2", "90"))
    desk.engine.cancel("ann", BTC, order_id=pair.orders[which].id)
    assert statuses(pair) == [CANCELED, CANCELED]
    assert desk.balance("ann", "USDT") == (500, 0)


def test_orders_that_may_not_start_expire(desk: Desk) -> None:
    pair = oto(desk, limit(BUY, "2", "98"), maker(SELL, "2", "110"), stop(SELL, "2", "97"))
    desk.print("96", "5")
    assert statuses(pair) == [FILLED, EXPIRED, EXPIRED]
    assert not pair.open
    assert desk.balance("ann", "BTC")[1] == 0


# -- always -----------------------------------------------------------------------------------------------------------

ACTIONS = st.one_of(
    st.tuples(st.just("sell"), st.integers(101, 115), st.integers(85, 99), st.sampled_from(["0.5", "1"])),
    st.tuples(st.just("buy"), st.integers(101, 115), st.integers(85, 99), st.sampled_from(["0.5", "1"])),
    st.tuples(st.just("oto"), st.integers(101, 115), st.integers(85, 99), st.sampled_from(["0.5", "1"])),
    st.tuples(st.just("print"), st.integers(80, 120), st.sampled_from(["0.25", "1", "50"]), st.booleans()),
    st.tuples(st.just("quote"), st.integers(80, 118), st.sampled_from(["0.25", "50"]), st.just(0)),
    st.tuples(st.just("cancel"), st.integers(0, 9), st.integers(0, 2), st.just(0)),
)


def act(desk: Desk, name: str, first: int, second: Any, third: Any) -> None:
    if name == "sell":
        oco(desk, maker(SELL, third, str(first)), stop(SELL, third, str(second)))
    elif name == "buy":
        oco(desk, stop_limit(BUY, third, str(first), str(first + 1)), maker(BUY, third, str(second)))
    elif name == "oto":
        oto(desk, limit(BUY, third, str(second)), maker(SELL, third, str(first)), stop(SELL, third, str(second - 3)))
    elif name == "print":
        desk.print(str(first), second, third)
    elif name == "quote":
        desk.quote({str(first): second}, {str(first + 2): second})
    elif lists := desk.engine.order_lists("ann", open_only=True):
        orders = [order for order in lists[first % len(lists)].orders if order.open]
        desk.engine.cancel("ann", BTC, order_id=orders[second % len(orders)].id)


@given(st.lists(ACTIONS, max_size=25))
def test_lists_keep_their_promises(actions: list[tuple[str, int, Any, Any]]) -> None:
    desk = Desk().fund("ann", USDT="500", BTC="2")
    desk.quote({"99": "50"}, {"101": "50"})
    desk.print("100")
    for action in actions:
        with suppress(Reject):
            act(desk, *action)
        check(desk)


def check(desk: Desk) -> None:
    orders: list[Order] = desk.engine.open_orders("ann")
    for asset in ("USDT", "BTC"):
        free, locked = desk.balance("ann", asset)
        assert free >= 0
        assert locked == sum(order.reserved for order in orders if order.reserved_asset == asset)
    for found in desk.engine.order_lists("ann"):
        assert found.open is any(order.open for order in found.orders)
        rivals = found.rivals
        # At most one of two rivals ever traded, and once one has, only it is open.
        traded = [order for order in rivals if order.filled]
        assert len(traded) < 2
        assert not traded or all(order in traded for order in rivals if order.open)
        waiting = [order for order in found.orders if order.status is PENDING]
        assert not waiting or found.orders[0].open
