"""Ordinary orders of perpetuals over their endpoints."""

from __future__ import annotations

import json

import pytest
from tests.exchange.perpetual_wire.stall import MS, Stall

LIMIT = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1", "price": "29000"}
MARKET = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.1"}


@pytest.fixture
def stall() -> Stall:
    return Stall()


def without(parameters: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if name not in names}


def test_market_order_is_answered_with_its_result(stall: Stall) -> None:
    order = stall.order("BUY", "0.1")
    assert order["status"] == "FILLED"
    assert order["avgPrice"] == "30001.00000"
    assert order["executedQty"] == order["cumQty"] == "0.100"
    assert order["cumQuote"] == "3000.10000"
    assert order["type"] == order["origType"] == "MARKET"


def test_ack_tells_the_order_as_it_was_taken(stall: Stall) -> None:
    order = stall.ask("POST", "/v1/order", **MARKET)
    assert (order["status"], order["executedQty"], order["avgPrice"]) == ("NEW", "0.000", "0.00")
    assert stall.ask("GET", "/v1/order", symbol="BTCUSDT", orderId=order["orderId"])["status"] == "FILLED"


def test_limit_order_rests_and_is_found_by_either_id(stall: Stall) -> None:
    order = stall.order(price="29000", newClientOrderId="mine-1", selfTradePreventionMode="EXPIRE_BOTH")
    assert (order["status"], order["price"], order["clientOrderId"]) == ("NEW", "29000.00", "mine-1")
    assert order["selfTradePreventionMode"] == "EXPIRE_BOTH"
    by_id = stall.ask("GET", "/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    by_name = stall.ask("GET", "/v1/openOrder", symbol="BTCUSDT", origClientOrderId="mine-1")
    assert by_id == by_name
    assert by_id["time"] == by_id["updateTime"] == MS
    assert stall.ask("GET", "/v1/openOrders") == stall.ask("GET", "/v1/openOrders", symbol="BTCUSDT") == [by_id]
    assert stall.ask("GET", "/v1/openOrders", symbol="ETHUSDT") == []
    assert stall.ask("GET", "/v1/openOrders", who="bob") == []


def test_cancelled_order_is_open_no_more(stall: Stall) -> None:
    order = stall.order(price="29000")
    cancelled = stall.ask("DELETE", "/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    assert cancelled["status"] == "CANCELED"
    assert stall.refused("GET", "/v1/openOrder", symbol="BTCUSDT", orderId=order["orderId"])[0] == -2013
    again = stall.refused("DELETE", "/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    assert again == (-2011, "Unknown order sent.")
    assert stall.refused("GET", "/v1/order", symbol="BTCUSDT", orderId=99) == (-2013, "Order does not exist.")


def test_all_open_orders_of_a_symbol_are_cancelled(stall: Stall) -> None:
    stall.order(price="29000")
    stall.order(price="28900")
    for _ in range(2):
        answer = stall.ask("DELETE", "/v1/allOpenOrders", symbol="BTCUSDT")
        assert answer == {"code": 200, "msg": "The operation of cancel all open order is done."}
    assert stall.ask("GET", "/v1/openOrders") == []


def test_order_test_has_no_effect_but_refuses(stall: Stall) -> None:
    assert stall.ask("POST", "/v1/order/test", **LIMIT) == {}
    assert stall.ask("GET", "/v1/allOrders", symbol="BTCUSDT") == []
    assert stall.refused("POST", "/v1/order/test", **{**LIMIT, "price": "29000.05"})[0] == -4014


@pytest.mark.parametrize("kind", ["STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"])
def test_conditional_orders_have_an_endpoint_of_their_own(stall: Stall, kind: str) -> None:
    asked = {"symbol": "BTCUSDT", "side": "SELL", "type": kind, "quantity": "0.1", "stopPrice": "29000"}
    assert stall.refused("POST", "/v1/order", **asked) == (
        -4120, "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["symbol", "side", "type", "timeInForce", "quantity", "price"])
def test_missing_parameters_are_named(stall: Stall, name: str) -> None:
    assert stall.refused("POST", "/v1/order", **without(LIMIT, name)) == (
        -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        ({"symbol": "NOPEUSDT"}, -1121, "Invalid symbol."),
        ({"side": "HOLD"}, -1117, "Invalid side."),
        ({"type": "STOP_LOSS"}, -1116, "Invalid orderType."),
        ({"timeInForce": "DAY"}, -1115, "Invalid timeInForce."),
        ({"newOrderRespType": "FULL"}, -1136, "Invalid newOrderRespType."),
        ({"positionSide": "UP"}, -4060, "Invalid position side."),
        ({"selfTradePreventionMode": "DECREMENT"}, -5039, "Invalid self trade prevention mode"),
        ({"newClientOrderId": "x" * 37}, -4015, "Client order id length should not be more than 36 chars"),
        ({"positionSide": "LONG", "reduceOnly": "true"}, -1106, "Parameter 'reduceonly' sent when not required."),
        ({"positionSide": "LONG"}, -4061, "Order's position side does not match user's setting."),
        ({"priceMatch": "OPPONENT"}, -1106, "Parameter 'price' sent when not required."),
        (
            {"timeInForce": "GTD"},
            -1102,
            "Mandatory parameter 'goodTillDate' was not sent, was empty/null, or malformed.",
        ),
        ({"closePosition": "true"}, -4136, "Target strategy invalid for orderType LIMIT,closePosition true"),
    ],
)
def test_what_does_not_fit_is_refused(stall: Stall, changed: dict[str, str], code: int, message: str) -> None:
    assert stall.refused("POST", "/v1/order", **{**LIMIT, **changed}) == (code, message)


@pytest.mark.parametrize("name", ["price", "timeInForce"])
def test_market_orders_take_no_price_and_no_time_in_force(stall: Stall, name: str) -> None:
    refused = stall.refused("POST", "/v1/order", **MARKET, **{name: LIMIT[name]})
    assert refused == (-1106, f"Parameter '{name}' sent when not required.")


def test_illegal_characters_are_refused(stall: Stall) -> None:
    code, message = stall.refused("POST", "/v1/order", **{**LIMIT, "quantity": "1e3"})
    assert code == -1100
    assert message.startswith("Illegal characters found in parameter 'quantity'")
    assert stall.refused("POST", "/v1/order", **{**LIMIT, "newClientOrderId": "a b"})[0] == -1100


@pytest.mark.parametrize(
    ("rule", "side", "price"),
    [
        ("OPPONENT", "BUY", "30001.00"),
        ("OPPONENT", "SELL", "29999.00"),
        ("QUEUE", "BUY", "29999.00"),
        ("QUEUE", "SELL", "30001.00"),
    ],
)
def test_price_may_be_taken_from_the_book(stall: Stall, rule: str, side: str, price: str) -> None:
    asked = {**without(LIMIT, "price"), "side": side, "priceMatch": rule}
    order = stall.ask("POST", "/v1/order", **asked)
    assert (order["price"], order["priceMatch"]) == (price, rule)


def test_book_without_that_level_has_no_price(stall: Stall) -> None:
    asked = without(LIMIT, "price")
    assert stall.refused("POST", "/v1/order", **asked, priceMatch="QUEUE_20")[0] == -5041
    assert stall.refused("POST", "/v1/order", **asked, priceMatch="BEST")[0] == -5037


def test_good_till_date_must_be_ten_minutes_away(stall: Stall) -> None:
    asked = {**LIMIT, "timeInForce": "GTD"}
    assert stall.refused("POST", "/v1/order", **asked, goodTillDate=MS + 600_000)[0] == -5040
    order = stall.ask("POST", "/v1/order", **asked, goodTillDate=MS + 700_123)
    assert order["goodTillDate"] == (MS + 700_123) // 1000 * 1000


def test_post_only_order_does_not_take(stall: Stall) -> None:
    refused = stall.refused("POST", "/v1/order", **{**LIMIT, "timeInForce": "GTX", "price": "30100"})
    assert refused[0] == -5022


def test_margin_and_reduce_only_are_refused_as_on_binance(stall: Stall) -> None:
    assert stall.refused("POST", "/v1/order", **{**MARKET, "quantity": "100"}) == (-2019, "Margin is insufficient.")
    refused = stall.refused("POST", "/v1/order", **MARKET, reduceOnly="true")
    assert refused == (-2022, "ReduceOnly Order is rejected.")


def test_orders_are_listed_from_an_id_in_a_window_or_from_the_end(stall: Stall) -> None:
    for minute in range(3):
        stall.time += 60_000_000_000
        stall.order(price=f"{29000 - minute}")
    ids = [order["orderId"] for order in stall.ask("GET", "/v1/allOrders", symbol="BTCUSDT")]
    assert len(ids) == 3
    assert [o["orderId"] for o in stall.ask("GET", "/v1/allOrders", symbol="BTCUSDT", limit=2)] == ids[-2:]
    assert [o["orderId"] for o in stall.ask("GET", "/v1/allOrders", symbol="BTCUSDT", orderId=ids[1])] == ids[1:]
    window = {"startTime": MS + 90_000, "endTime": MS + 150_000}
    assert [o["orderId"] for o in stall.ask("GET", "/v1/allOrders", symbol="BTCUSDT", **window)] == ids[1:2]
    assert stall.refused("GET", "/v1/allOrders", symbol="BTCUSDT", startTime=2, endTime=1)[0] == -1023
    far = {"startTime": MS - 8 * 86_400_000, "endTime": MS}
    assert stall.refused("GET", "/v1/allOrders", symbol="BTCUSDT", **far)[0] == -4165


def test_own_trades(stall: Stall) -> None:
    stall.order("BUY", "0.1")
    order = stall.order("SELL", "0.04")
    first, second = stall.ask("GET", "/v1/userTrades", symbol="BTCUSDT")
    assert (first["buyer"], first["maker"], first["qty"], first["realizedPnl"]) == (True, False, "0.100", "0.00000000")
    assert second["realizedPnl"] == "-0.08000000"
    assert stall.ask("GET", "/v1/userTrades", symbol="BTCUSDT", orderId=order["orderId"]) == [second]
    assert stall.ask("GET", "/v1/userTrades", symbol="BTCUSDT", fromId=second["id"]) == [second]
    assert stall.ask("GET", "/v1/userTrades", symbol="BTCUSDT", limit=1) == [second]
    assert stall.refused("GET", "/v1/userTrades", symbol="BTCUSDT", fromId=1, startTime=1)[0] == -1128


def test_trades_older_than_a_week_are_not_told_unless_asked_for(stall: Stall) -> None:
    stall.order("BUY", "0.1")
    stall.time += 8 * 86_400_000_000_000
    assert stall.ask("GET", "/v1/userTrades", symbol="BTCUSDT") == []
    assert len(stall.ask("GET", "/v1/userTrades", symbol="BTCUSDT", startTime=MS)) == 1


def test_batch_answers_each_order_for_itself(stall: Stall) -> None:
    batch = [{**LIMIT, "newClientOrderId": "one"}, {**LIMIT, "price": "1"}, {**LIMIT, "newClientOrderId": "three"}]
    answers = stall.ask("POST", "/v1/batchOrders", batchOrders=json.dumps(batch))
    assert [answer.get("clientOrderId") for answer in answers] == ["one", None, "three"]
    assert answers[1]["code"] < 0
    ids = [answers[0]["orderId"], 77]
    cancelled = stall.ask("DELETE", "/v1/batchOrders", symbol="BTCUSDT", orderIdList=json.dumps(ids))
    assert cancelled[0]["status"] == "CANCELED"
    assert cancelled[1] == {"code": -2011, "msg": "Unknown order sent."}
    names = json.dumps(["three"])
    assert (
        stall.ask("DELETE", "/v1/batchOrders", symbol="BTCUSDT", origclientorderidlist=names)[0]["status"] == "CANCELED"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[", -1130),
        ("{}", -1130),
        ("[1]", -1130),
        ("[" * 100_000, -1130),
        ("[]", -4082),
        (json.dumps([LIMIT] * 6), -4082),
    ],
)
def test_malformed_batches_are_refused(stall: Stall, text: str, code: int) -> None:
    assert stall.refused("POST", "/v1/batchOrders", batchOrders=text)[0] == code


def test_numbers_and_booleans_of_a_batch_are_taken_as_they_are(stall: Stall) -> None:
    row = {**LIMIT, "price": 29000, "quantity": 0.1, "reduceOnly": False, "positionSide": None}
    (answer,) = stall.ask("POST", "/v1/batchOrders", batchOrders=json.dumps([row]))
    assert (answer["status"], answer["origQty"]) == ("NEW", "0.100")


def test_countdown_cancels_when_nobody_calls_again(stall: Stall) -> None:
    stall.order(price="29000")
    answer = stall.ask("POST", "/v1/countdownCancelAll", symbol="BTCUSDT", countdownTime=5000)
    assert answer == {"symbol": "BTCUSDT", "countdownTime": "5000"}
    ((seconds, act),) = stall.desk.later.values()
    assert seconds == 5
    act()
    assert stall.ask("GET", "/v1/openOrders") == []
    stall.ask("POST", "/v1/countdownCancelAll", symbol="BTCUSDT", countdownTime=0)
    assert not stall.desk.later


def test_listen_keys_are_the_servers(stall: Stall) -> None:
    assert stall.ask("POST", "/v1/listenKey") == {"listenKey": "key of ann"}
    assert stall.ask("PUT", "/v1/listenKey") == {"listenKey": "key of ann"}
    assert stall.ask("DELETE", "/v1/listenKey") == {}
    assert [what for what, _ in stall.desk.listen_keys.asked] == ["create", "keep alive", "delete"]
