"""Conditional orders: they wait beside the book and become ordinary orders."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.exchange.perpetual.desk import D
from tests.exchange.perpetual.floor import Floor

from tradefleet.exchange.engine.events import ConditionalReport
from tradefleet.exchange.engine.orders import OrderStatus, PriceSource, Side, TriggerKind
from tradefleet.exchange.engine.perpetual.algo_orders import ALGO_LIFECYCLE, AlgoStatus
from tradefleet.exchange.engine.rejects import Reject

BUY, SELL = Side.BUY, Side.SELL
TAKE_PROFIT, TRAILING = TriggerKind.TAKE_PROFIT, TriggerKind.TRAILING


def refusal(action: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(Reject) as caught:
        action()
    return caught.value.code, caught.value.message


def test_a_stop_becomes_a_market_order_with_an_id_of_its_own() -> None:
    floor = Floor()
    floor.order(BUY, "0.1")
    algo = floor.stop(SELL, "9500", "0.1", client_id="my-stop")
    assert (algo.order.id, algo.status, algo.triggered) == (1, AlgoStatus.NEW, None)
    floor.price("9500.1")
    assert floor.statuses() == ["NEW"]
    floor.price("9400")
    assert floor.statuses() == ["NEW", "TRIGGERING", "TRIGGERED", "FINISHED"]
    assert floor.amount() == 0
    made = algo.triggered
    assert made is not None
    assert (made.id, made.client_id, made.request.type) == (2, "my-stop", "MARKET")
    assert made.average_price == 9400
    reports = floor.heard(ConditionalReport)
    assert [report.triggered is made for report in reports] == [False, False, True, True]
    assert algo.trigger_time == floor.now
    assert algo.order.status is OrderStatus.FILLED


def test_a_take_profit_with_a_limit_rests_until_it_fills_and_finishes_with_it() -> None:
    floor = Floor()
    floor.order(BUY, "0.1")
    algo = floor.stop(SELL, "10500", "0.1", kind=TAKE_PROFIT, limit="10600")
    floor.price("10500")
    assert algo.status is AlgoStatus.TRIGGERED
    assert [order.request.type for order in floor.engine.open_orders("ann")] == ["LIMIT"]
    floor.price("10600.1")
    assert algo.status is AlgoStatus.FINISHED
    assert floor.amount() == 0


def test_cancelling_the_order_it_became_finishes_it() -> None:
    floor = Floor()
    algo = floor.stop(BUY, "10100", "0.1", limit="10000")
    floor.price("10100")
    assert algo.triggered is not None
    floor.engine.cancel("ann", "BTCUSDT", order_id=algo.triggered.id)
    assert (algo.status, algo.order.status) == (AlgoStatus.FINISHED, OrderStatus.CANCELED)


@pytest.mark.parametrize(
    ("side", "kind", "trigger", "source"),
    [
        (BUY, TriggerKind.STOP, "10000", PriceSource.LAST),
        (SELL, TriggerKind.STOP, "10000", PriceSource.LAST),
        (BUY, TAKE_PROFIT, "10100", PriceSource.LAST),
        (SELL, TAKE_PROFIT, "9900", PriceSource.LAST),
        (SELL, TriggerKind.STOP, "10010", PriceSource.MARK),
    ],
)
def test_what_its_price_has_reached_already_is_refused(
    side: Side, kind: TriggerKind, trigger: str, source: PriceSource
) -> None:
    floor = Floor()
    place = lambda: floor.stop(side, trigger, "0.1", kind=kind, source=source)  # noqa: E731
    assert refusal(place) == (-2021, "Order would immediately trigger.")
    assert floor.engine.algos.orders("ann") == []


def test_a_stop_on_the_mark_price_does_not_look_at_trades() -> None:
    floor = Floor()
    floor.order(BUY, "0.1")
    algo = floor.stop(SELL, "9500", "0.1", source=PriceSource.MARK)
    floor.price("9400", mark="9600")
    assert algo.waiting
    floor.engine.mark("BTCUSDT", D("9500"))
    assert algo.status is AlgoStatus.FINISHED


def test_a_trailing_stop_follows_the_best_price() -> None:
    floor = Floor()
    floor.order(BUY, "0.1")
    algo = floor.stop(SELL, None, "0.1", kind=TRAILING, trail="0.01")
    for price in ("9950", "11000", "10900"):
        floor.price(price)
        assert algo.waiting
    floor.price("10890")
    assert algo.status is AlgoStatus.FINISHED


def test_nothing_is_asked_for_until_it_is_triggered() -> None:
    floor = Floor()
    algo = floor.stop(BUY, "10100", "100")
    assert floor.engine.perpetual.margins.available("ann", "USDT") == 1000
    floor.price("10100")
    assert (algo.status, algo.reason) == (AlgoStatus.REJECTED, "Margin is insufficient.")
    assert floor.statuses() == ["NEW", "TRIGGERING", "REJECTED"]
    assert algo.order.status is OrderStatus.REJECTED
    assert floor.engine.orders("ann", "BTCUSDT") == []


def test_reduce_only_without_a_position_is_rejected_when_it_is_triggered() -> None:
    floor = Floor()
    algo = floor.stop(SELL, "9500", "0.1", reduce_only=True)
    floor.price("9400")
    assert (algo.status, algo.reason) == (AlgoStatus.REJECTED, "Reduce Only reject")


def test_close_position_closes_what_there_is_then() -> None:
    floor = Floor()
    floor.order(BUY, "0.1")
    algo = floor.stop(SELL, "9500")
    floor.order(BUY, "0.2")
    floor.price("9500")
    assert floor.amount() == 0
    assert algo.triggered is not None
    assert (algo.triggered.quantity, algo.triggered.request.reduce_only) == (D("0.3"), True)


def test_close_position_needs_a_position_and_only_one_of_a_kind() -> None:
    floor = Floor()
    no_position = (
        -4509,
        "Time in Force (TIF) GTE can only be used with open positions. Please ensure that positions are available.",
    )
    assert refusal(lambda: floor.stop(SELL, "9500")) == no_position
    floor.order(BUY, "0.1")
    assert refusal(lambda: floor.stop(BUY, "10500")) == no_position
    floor.stop(SELL, "9500")
    assert refusal(lambda: floor.stop(SELL, "9600")) == (
        -4130,
        "An open stop or take profit order with GTE and closePosition in the direction is existing.",
    )
    floor.stop(SELL, "10500", kind=TAKE_PROFIT)
    floor.stop(SELL, "9600", "0.1")


def test_close_position_expires_with_its_position() -> None:
    floor = Floor()
    floor.order(BUY, "0.1")
    stop, target = floor.stop(SELL, "9500"), floor.stop(SELL, "10500", kind=TAKE_PROFIT)
    plain = floor.stop(SELL, "9400", "0.1", reduce_only=True)
    floor.order(SELL, "0.05")
    assert stop.waiting
    floor.order(SELL, "0.05")
    assert [stop.status, target.status, plain.status] == [AlgoStatus.EXPIRED, AlgoStatus.EXPIRED, AlgoStatus.NEW]
    assert floor.engine.algos.open_orders("ann") == [plain]


def test_close_position_expires_when_its_position_is_turned() -> None:
    floor = Floor()
    floor.order(BUY, "0.1")
    stop = floor.stop(SELL, "9500")
    floor.order(SELL, "0.3")
    assert stop.status is AlgoStatus.EXPIRED


def test_the_stop_that_closes_takes_the_target_with_it() -> None:
    floor = Floor()
    floor.order(BUY, "0.1")
    floor.stop(SELL, "9500")
    target = floor.stop(SELL, "10500", kind=TAKE_PROFIT)
    floor.price("9400")
    assert target.status is AlgoStatus.EXPIRED
    assert floor.amount() == 0


def test_they_are_found_by_both_ids_and_cancelled_once() -> None:
    floor = Floor("ann", "bob")
    algos = floor.engine.algos
    first = floor.stop(BUY, "10500", "0.1", client_id="mine")
    second = floor.stop(BUY, "10600", "0.1")
    assert algos.order("ann", algo_id=2) is second
    assert algos.order("ann", client_id="mine") is first
    assert refusal(lambda: algos.order("bob", algo_id=1)) == (-2013, "Order does not exist.")
    assert refusal(lambda: algos.cancel("bob", algo_id=1)) == (-2011, "Unknown order sent.")
    assert algos.cancel("ann", client_id="mine").status is AlgoStatus.CANCELED
    assert refusal(lambda: algos.cancel("ann", algo_id=1)) == (-2011, "Unknown order sent.")
    assert algos.open_orders("ann") == [second]
    assert algos.orders("ann") == [first, second]
    floor.price("10500")
    assert first.triggered is None
    assert algos.cancel_all("ann", "BTCUSDT") == [second]


def test_a_client_id_is_free_again_once_its_order_has_ended() -> None:
    floor = Floor()
    floor.stop(BUY, "10500", "0.1", client_id="mine")
    again = lambda: floor.stop(BUY, "10600", "0.1", client_id="mine")  # noqa: E731
    assert refusal(again) == (-4116, "ClientOrderId is duplicated.")
    floor.engine.algos.cancel("ann", client_id="mine")
    second = again()
    assert floor.engine.algos.order("ann", client_id="mine") is second


def test_no_more_than_200_wait() -> None:
    floor = Floor()
    for _ in range(200):
        floor.stop(BUY, "10500", "0.1")
    assert refusal(lambda: floor.stop(BUY, "10500", "0.1")) == (-4045, "Reach max stop order limit.")


def test_the_account_cannot_change_its_modes_while_one_waits() -> None:
    floor = Floor()
    floor.stop(BUY, "10500", "0.1")
    assert refusal(lambda: floor.engine.configuration.set_isolated("ann", "BTCUSDT", True))[0] == -4047
    assert refusal(lambda: floor.engine.configuration.set_hedge("ann", True))[0] == -4067


def test_every_state_but_the_last_leads_to_another_and_no_state_is_forgotten() -> None:
    assert set(ALGO_LIFECYCLE) == set(AlgoStatus)
    reached = {status for following in ALGO_LIFECYCLE.values() for status in following}
    assert reached == set(AlgoStatus) - {AlgoStatus.NEW}
    algo = Floor().stop(BUY, "10500", "0.1")
    with pytest.raises(ValueError, match="cannot go from NEW to FINISHED"):
        algo.move_to(AlgoStatus.FINISHED, 0)
