"""What an amended order leaves behind in the book."""

from __future__ import annotations

import pytest
from tests.exchange.perpetual.desk import D
from tests.exchange.perpetual.floor import Floor

from tradefleet.exchange.engine.orders import Side
from tradefleet.exchange.engine.rejects import Reject


def _two_at_one_price() -> tuple[Floor, int]:
    floor = Floor("ann", "bob", money="100000")
    floor.engine.quote("BTCUSDT", [(D("10000"), D(5))], [(D("10010"), D(5))])
    first = floor.order(Side.BUY, "1", "9900", account="ann")
    floor.order(Side.BUY, "1", "9900", account="bob")
    return floor, first.id


def test_the_quantity_at_a_price_is_that_of_its_orders_after_one_was_amended() -> None:
    floor, number = _two_at_one_price()
    floor.engine.amend("ann", "BTCUSDT", Side.BUY, D(2), D("9900"), order_id=number)
    assert floor.engine.book("BTCUSDT").bids(2)[1] == (D("9900"), D(3))
    floor.engine.amend("ann", "BTCUSDT", Side.BUY, D("0.5"), D("9800"), order_id=number)
    assert floor.engine.book("BTCUSDT").bids(3)[1:] == [(D("9900"), D(1)), (D("9800"), D("0.5"))]
    floor.engine.cancel("ann", "BTCUSDT", order_id=number)
    assert floor.engine.book("BTCUSDT").bids(3)[1:] == [(D("9900"), D(1))]


def test_a_refused_amendment_leaves_the_book_as_it_was() -> None:
    floor, number = _two_at_one_price()
    with pytest.raises(Reject):
        floor.engine.amend("ann", "BTCUSDT", Side.BUY, D(500), D("9900"), order_id=number)
    floor.engine.cancel("ann", "BTCUSDT", order_id=number)
    assert floor.engine.book("BTCUSDT").bids(2)[1] == (D("9900"), D(1))
