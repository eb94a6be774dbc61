"""The whole market: orders that reduce, bars that are played, the same run twice."""

from __future__ import annotations

from random import Random

import pytest
from tests.exchange.perpetual.desk import D
from tests.exchange.perpetual.floor import Floor

from tradefleet.exchange.engine.bar_rules import PlayedBar
from tradefleet.exchange.engine.events import BalancesChanged, ExecutionType
from tradefleet.exchange.engine.orders import OrderStatus, Side
from tradefleet.exchange.engine.perpetual.algo_orders import AlgoStatus
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.trace import Trace

BUY, SELL = Side.BUY, Side.SELL


def bar(*prices: str) -> PlayedBar:
    opened, high, low, closed = (D(price) for price in prices)
    return PlayedBar(0, opened, high, low, closed, D(100))


def test_a_resting_order_that_only_reduces_shrinks_and_expires_with_its_position() -> None:
    floor = Floor()
    floor.order(BUY, "0.3")
    target = floor.order(SELL, "0.3", "10500", reduce_only=True, client_id="target")
    floor.forget()
    floor.order(SELL, "0.1")
    assert (target.quantity, target.status) == (D("0.2"), OrderStatus.NEW)
    assert (floor.told[-1].client_id, floor.told[-1].execution) == ("target", ExecutionType.AMENDMENT)

    assert (D("10500"), D("0.2")) in floor.engine.book("BTCUSDT").asks(5)
    floor.order(SELL, "0.2")
    assert target.status is OrderStatus.EXPIRED
    assert floor.told[-1].client_id == "target"


def test_a_shrunk_order_fills_for_what_is_left() -> None:
    floor = Floor()
    floor.order(BUY, "0.3")
    target = floor.order(SELL, "0.3", "10500", reduce_only=True)
    floor.order(SELL, "0.1")
    floor.price("10600")
    assert (target.status, target.filled, floor.amount()) == (OrderStatus.FILLED, D("0.2"), 0)


def test_positions_are_told_with_the_balances_they_changed_with() -> None:
    floor = Floor()
    floor.order(BUY, "0.1")
    [change] = floor.heard(BalancesChanged)
    assert (change.reason, change.changes) == ("ORDER", {"USDT": D("-0.5")})
    assert change.balances == {"USDT": (D("999.5"), D(0))}
    [state] = change.positions
    assert (state.symbol, state.amount, state.entry_price, state.unrealised) == ("BTCUSDT", D("0.1"), 10000, 0)


def test_a_played_bar_takes_a_stop_at_its_level() -> None:
    floor = Floor(by_bars=True)
    floor.order(BUY, "0.1")
    stop = floor.stop(SELL, "9500")
    list(floor.engine.play("BTCUSDT", bar("10000", "10100", "9400", "9900")))
    assert stop.status is AlgoStatus.FINISHED
    assert stop.triggered is not None
    assert stop.triggered.average_price == 9500
    assert floor.amount() == 0


def test_a_played_bar_liquidates_before_a_farther_stop_and_after_a_nearer_one() -> None:
    for level, liquidated in (("9530", True), ("9600", False)):
        floor = Floor(by_bars=True)
        floor.engine.configuration.set_isolated("ann", "BTCUSDT", True)
        floor.order(BUY, "0.5")
        stop = floor.stop(SELL, level)
        list(floor.engine.play("BTCUSDT", bar("10000", "10100", "9400", "9900")))
        assert floor.amount() == 0
        assert stop.status is (AlgoStatus.EXPIRED if liquidated else AlgoStatus.FINISHED)


def test_a_played_bar_that_opens_beyond_bankruptcy_liquidates_there() -> None:
    floor = Floor(by_bars=True)
    floor.engine.configuration.set_isolated("ann", "BTCUSDT", True)
    floor.order(BUY, "0.5")
    before = floor.money()
    floor.price("9000")
    list(floor.engine.play("BTCUSDT", bar("9000", "9100", "8900", "9050")))
    assert floor.amount() == 0
    assert floor.money() == before - 250


def _run(seed: int) -> str:
    random, floor, trace = Random(seed), Floor("ann", "bob"), Trace()
    heard = 0
    for _ in range(200):
        account, side = random.choice(("ann", "bob")), random.choice((BUY, SELL))
        quantity, level = str(random.randrange(1, 20) / D(100)), str(D(random.randrange(90_000, 110_000)) / 10)
        try:
            match random.randrange(4):
                case 0:
                    floor.order(side, quantity, account=account)
                case 1:
                    floor.order(side, quantity, level, account=account)
                case 2:
                    floor.stop(side, level, quantity, account=account)
                case _:
                    floor.price(level)
        except Reject:
            continue
        for event in floor.events[heard:]:
            trace(event)
        heard = len(floor.events)
    return trace.digest()


def test_the_same_run_has_the_same_trace() -> None:
    assert _run(1) == _run(1)
    assert _run(1) != _run(2)


def test_an_order_whose_amendment_is_refused_still_shrinks_with_its_position() -> None:
    floor = Floor()
    floor.engine.configuration.set_hedge("ann", True)
    floor.order(BUY, "0.3", position_side="LONG")
    target = floor.order(SELL, "0.3", "10500", position_side="LONG")
    with pytest.raises(Reject):
        floor.engine.amend("ann", "BTCUSDT", SELL, D("0.4"), D("10400"), order_id=target.id)
    floor.order(SELL, "0.1", position_side="LONG")
    assert target.quantity == D("0.2")
