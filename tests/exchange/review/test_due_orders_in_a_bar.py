"""Orders whose time ends within a bar that is played."""

from __future__ import annotations

from tests.exchange.perpetual.desk import D
from tests.exchange.perpetual.floor import Floor

from tradefleet.exchange.engine.bar_play import PlayedBar
from tradefleet.exchange.engine.orders import Execution, OrderRequest, OrderStatus, Side, TimeInForce


def test_an_order_that_is_due_does_not_stand_in_the_way_of_a_stop() -> None:
    floor = Floor("ann", "bob", by_bars=True)
    floor.order(Side.BUY, "0.1", account="ann")
    stop = floor.stop(Side.SELL, "9900", "0.1", account="ann", reduce_only=True)
    due = floor.now + 1_000
    resting = floor.engine.place(
        "bob",
        OrderRequest(
            "BTCUSDT", Side.BUY, "LIMIT", Execution.LIMIT, D("0.01"),
            limit_price=D("9600"), time_in_force=TimeInForce.GTD, good_till=due,
        ),
    )  # fmt: skip
    floor.now = due
    bar = PlayedBar(due, D("10000"), D("10010"), D("9800"), D("9850"), D(1))
    list(floor.engine.play("BTCUSDT", bar))
    assert resting.status is OrderStatus.EXPIRED
    assert stop.triggered is not None and stop.triggered.status is OrderStatus.FILLED
    assert floor.engine.book("BTCUSDT").bids(5)[0][0] < D("10000")
    assert floor.engine.resting("BTCUSDT") == []
