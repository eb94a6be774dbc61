"""Orders of a symbol that halts wait until it trades again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.exchange.perpetual.desk import BTC, D
from tests.exchange.perpetual.floor import Floor

from tradefleet.exchange.engine.bar_play import PlayedBar
from tradefleet.exchange.engine.orders import OrderStatus, PriceSource, Side
from tradefleet.exchange.engine.perpetual.algo_orders import AlgoStatus


@pytest.mark.parametrize("source", PriceSource)
def test_nothing_fills_or_wakes_while_a_symbol_halts_and_nothing_is_lost(source: PriceSource) -> None:
    floor = Floor("ann", money="100000")
    order = floor.order(Side.BUY, "1", "9900")
    stop = floor.stop(Side.BUY, "10500", "0.1", source=source)
    floor.engine.replace_symbol(replace(BTC, status="HALT"))
    for price in ("9800", "10600"):
        floor.price(price)
    assert (order.status, stop.status) == (OrderStatus.NEW, AlgoStatus.NEW)
    floor.engine.replace_symbol(BTC)
    floor.price("10600")
    assert (order.status, stop.status) == (OrderStatus.NEW, AlgoStatus.FINISHED)
    floor.price("9800")
    assert order.status is OrderStatus.FILLED


def test_a_bar_of_a_symbol_that_halts_touches_no_order() -> None:
    floor = Floor("ann", money="100000", by_bars=True)
    order = floor.order(Side.BUY, "1", "9900")
    bar = PlayedBar(floor.now, D("10000"), D("10100"), D("9800"), D("10000"), D(1))
    floor.engine.replace_symbol(replace(BTC, status="HALT"))
    assert list(floor.engine.play("BTCUSDT", bar)) == []
    assert order.status is OrderStatus.NEW
    floor.engine.replace_symbol(BTC)
    list(floor.engine.play("BTCUSDT", bar))
    assert order.status is OrderStatus.FILLED
