"""Order ids, client ids, and what can be asked for afterwards."""

from __future__ import annotations

import re

from tradefleet.exchange.engine.orders import Side

from .desk import BTC, ETH, Desk, d, limit, refusal


def test_ids_count_up_and_refused_orders_use_none(desk: Desk) -> None:
    first = desk.limit("ann", Side.BUY, "1", "90")
    refusal(lambda: desk.limit("ann", Side.BUY, "9999", "90"))
    assert (first.id, desk.limit("bob", Side.BUY, "1", "90").id) == (1, 2)


def test_given_client_ids_are_unique_and_the_same_in_every_run() -> None:
    def ids() -> list[str]:
        desk = Desk().fund("ann", USDT="10000")
        return [desk.limit("ann", Side.BUY, "1", "90").client_id for _ in range(50)]

    found = ids()
    assert found == ids() and len(set(found)) == 50
    assert all(re.fullmatch("[A-Za-z0-9]{22}", client_id) for client_id in found)


def test_client_id_is_taken_while_its_order_is_open(desk: Desk) -> None:
    first = desk.limit("ann", Side.BUY, "1", "90", client_id="x")
    assert refusal(lambda: desk.limit("ann", Side.BUY, "1", "90", client_id="x")) == (-2010, "Duplicate order sent.")
    assert desk.limit("bob", Side.BUY, "1", "90", client_id="x").open
    desk.engine.cancel("ann", BTC, client_id="x")
    second = desk.limit("ann", Side.BUY, "1", "101", client_id="x")
    third = desk.limit("ann", Side.BUY, "1", "90", client_id="x")
    assert desk.engine.order("ann", BTC, client_id="x") is third
    assert desk.engine.order("ann", BTC, order_id=first.id) is first and not second.open


def test_order_that_does_not_exist(desk: Desk) -> None:
    foreign = desk.limit("bob", Side.BUY, "1", "90")
    for number in (foreign.id, 77):
        assert refusal(lambda number=number: desk.engine.order("ann", BTC, order_id=number)) == (  # type: ignore[misc]
            -2013,
            "Order does not exist.",
        )
    assert refusal(lambda: desk.engine.order("bob", "NONE", order_id=1)) == (-1121, "Invalid symbol.")


def test_lists_are_oldest_first_over_symbols(desk: Desk) -> None:
    orders = [
        desk.limit("ann", Side.BUY, "1", "90"),
        desk.engine.place("ann", limit(Side.BUY, "1", "80", symbol=ETH)),
        desk.limit("ann", Side.BUY, "1", "101"),
        desk.limit("ann", Side.BUY, "1", "91"),
    ]
    assert desk.engine.open_orders("ann") == [orders[0], orders[1], orders[3]]
    assert desk.engine.open_orders("ann", ETH) == [orders[1]]
    assert desk.engine.orders("ann", BTC) == [orders[0], orders[2], orders[3]]
    assert [fill.order_id for fill in desk.engine.fills("ann")] == [3]
    assert desk.engine.fills("ann", ETH) == []


def test_history_forgets_the_oldest_but_no_open_order() -> None:
    desk = Desk(keep=3).fund("ann", USDT="100000")
    desk.quote({}, {"100": "50"})
    kept = desk.limit("ann", Side.BUY, "1", "90")
    done = [desk.market("ann", Side.BUY, "1") for _ in range(5)]
    assert desk.engine.orders("ann", BTC) == [kept, *done[2:]]
    assert [fill.order_id for fill in desk.engine.fills("ann")] == [order.id for order in done[2:]]
    assert refusal(lambda: desk.engine.order("ann", BTC, client_id=done[0].client_id))[0] == -2013


def test_an_order_of_very_many_fills_stays_small(desk: Desk) -> None:
    desk.fund("ann", USDT="1000000")
    order = desk.limit("ann", Side.BUY, "3", "90")
    for _ in range(3000):
        desk.engine.fill_at(order, d(90), d("0.001"), True)
    assert order.filled == 3 and not order.open
    assert len(order.fills) <= 1000 and len(desk.engine.fills("ann")) == 3000
