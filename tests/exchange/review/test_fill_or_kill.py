"""An order that fills whole or not at all, with an order of its own account in its way."""

from __future__ import annotations

import pytest
from tests.exchange.engine.desk import FOK, Desk, d

from tradefleet.exchange.engine.orders import Side


@pytest.mark.parametrize("mode", ["EXPIRE_TAKER", "EXPIRE_BOTH"])
def test_it_does_not_fill_in_part_where_its_own_order_ends_it(mode: str) -> None:
    desk = Desk().fund("ann", USDT="10000", BTC="10")
    desk.quote({"100": "1", "98": "5"}, {"101": "5"})
    own = desk.limit("ann", Side.BUY, "1", "99")
    order = desk.limit("ann", Side.SELL, "3", "98", time_in_force=FOK, self_trade_prevention=mode)
    assert not order.open and order.filled == 0
    assert own.open
    assert desk.balance("ann", "BTC") == (d(10), d(0))
