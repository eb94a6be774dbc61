"""An account that would trade with itself."""

from __future__ import annotations

import pytest

from tradefleet.exchange.engine.events import ExecutionType
from tradefleet.exchange.engine.orders import OrderStatus, Side

from .desk import BTC, FOK, Desk, d

_MATCH, _FILLED, _NEW = OrderStatus.EXPIRED_IN_MATCH, OrderStatus.FILLED, OrderStatus.NEW


@pytest.mark.parametrize(
    ("mode", "maker", "taker", "house_fills"),
    [
        ("EXPIRE_MAKER", _MATCH, _FILLED, 1),
        ("EXPIRE_TAKER", _NEW, _MATCH, 0),
        ("EXPIRE_BOTH", _MATCH, _MATCH, 0),
        ("NONE", _FILLED, _FILLED, 0),
    ],
)
def test_modes(desk: Desk, mode: str, maker: OrderStatus, taker: OrderStatus, house_fills: int) -> None:
    resting = desk.limit("ann", Side.BUY, "1", "100")
    coming = desk.limit("ann", Side.SELL, "1", "99", self_trade_prevention=mode)
    assert (resting.status, coming.status) == (maker, taker)
    assert sum(fill.price == d(99) for fill in coming.fills) == house_fills
    locked = d(100) if maker is _NEW else d(0)
    assert desk.balance("ann", "USDT")[1] == locked and desk.balance("ann", "BTC")[1] == 0


def test_prevention_is_reported_as_such(desk: Desk) -> None:
    resting = desk.limit("ann", Side.BUY, "1", "100")
    desk.limit("ann", Side.SELL, "1", "99")
    assert desk.reports(resting)[-1].execution is ExecutionType.TRADE_PREVENTION


def test_own_orders_do_not_count_for_fill_or_kill(desk: Desk) -> None:
    desk.limit("ann", Side.BUY, "5", "100")
    assert desk.limit("ann", Side.SELL, "3", "99", time_in_force=FOK).status is OrderStatus.EXPIRED
    assert desk.engine.book(BTC).bids(1) == [(d(100), d(5))]
