"""Orders over the spot endpoints: what is read, what is refused and in which words, what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.spot.stand import Stand

from tradefleet.exchange.engine.rejects import Reject

_LIMIT = {"type": "LIMIT", "side": "BUY", "timeInForce": "GTC", "quantity": "1", "price": "95"}
_MARKET = {"type": "MARKET", "side": "BUY", "quantity": "1"}
_STOP = {"type": "STOP_LOSS", "side": "SELL", "quantity": "1", "stopPrice": "90"}


def _missing(name: str) -> tuple[int, str]:
    return -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."


def _needless(name: str) -> tuple[int, str]:
    return -1106, f"Parameter '{name}' sent when not required."


def _without(parameters: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in parameters.items() if key != name}


_NUMBER = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
_REFUSED: list[tuple[dict[str, str], tuple[int, str]]] = [
    (_without(_LIMIT, "price"), _missing("price")),
    (_without(_LIMIT, "quantity"), _missing("quantity")),
    (_without(_LIMIT, "timeInForce"), _missing("timeInForce")),
    (_without(_LIMIT, "side"), _missing("side")),
    (_without(_LIMIT, "type"), _missing("type")),
    ({**_LIMIT, "price": ""}, _missing("price")),
    ({**_LIMIT, "side": "LONG"}, (-1117, "Invalid side.")),
    ({**_LIMIT, "type": "STOP"}, (-1116, "Invalid orderType.")),
    ({**_LIMIT, "timeInForce": "GTX"}, (-1115, "Invalid timeInForce.")),
    ({**_LIMIT, "stopPrice": "90"}, _needless("stopPrice")),
    ({**_LIMIT, "quoteOrderQty": "10"}, _needless("quoteOrderQty")),
    ({**_LIMIT, "type": "LIMIT_MAKER"}, _needless("timeInForce")),
    ({**_MARKET, "price": "95"}, _needless("price")),
    ({**_MARKET, "timeInForce": "GTC"}, _needless("timeInForce")),
    ({**_MARKET, "quoteOrderQty": "10"}, _needless("quoteOrderQty")),
    ({**_STOP, "price": "95"}, _needless("price")),
    (
        _without(_MARKET, "quantity"),
        (-1102, "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!"),
    ),
    (
        _without(_STOP, "stopPrice"),
        (-1102, "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!"),
    ),
    ({**_STOP, "trailingDelta": "5"}, (-1013, "Filter failure: TRAILING_DELTA")),
    (
        {**_LIMIT, "quantity": "-1"},
        (-1100, f"Illegal characters found in parameter 'quantity'; legal range is '{_NUMBER}'."),
    ),
    ({**_LIMIT, "newOrderRespType": "SHORT"}, (-1130, "Data sent for parameter 'newOrderRespType' is not valid.")),
    ({**_LIMIT, "icebergQty": "0.05"}, (-1013, "Filter failure: ICEBERG_PARTS")),
    ({**_LIMIT, "icebergQty": "2"}, (-2010, "IcebergQty exceeds QTY.")),
    ({**_LIMIT, "icebergQty": "0.5", "timeInForce": "FOK"}, (-1014, "Unsupported order combination.")),
    (
        {**_LIMIT, "reduceOnly": "true"},
        (-1104, "Not all sent parameters were read; read '6' parameter(s) but was sent '7'."),
    ),
    ({**_LIMIT, "symbol": "NOPE"}, (-1121, "Invalid symbol.")),
]


def _refusal(stand: Stand, *request: str, **parameters: object) -> tuple[int, str]:
    with pytest.raises(Reject) as caught:
        stand.call(*request, **parameters)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(("parameters", "refusal"), _REFUSED, ids=[f"{r[0]} {n}" for n, (_, r) in enumerate(_REFUSED)])
def test_what_an_order_may_not_be_is_refused_in_binances_words(
    stand: Stand, parameters: dict[str, str], refusal: tuple[int, str]
) -> None:
    assert _refusal(stand, "POST", "order", **{"symbol": "BTCUSDT", **parameters}) == refusal
    assert stand.call("GET", "allOrders", symbol="BTCUSDT") == []


@given(
    given=st.dictionaries(
        st.sampled_from(["symbol", "side", "type", "timeInForce", "quantity", "price", "stopPrice", "newClientOrderId",
                         "trailingDelta", "icebergQty", "quoteOrderQty", "strategyType", "selfTradePreventionMode"]),
        st.one_of(st.text(max_size=8), st.sampled_from(["BTCUSDT", "BUY", "LIMIT", "MARKET", "GTC", "1", "95"])),
    )
)  # fmt: skip
def test_nonsense_is_refused_and_never_breaks_anything(given: dict[str, str]) -> None:
    try:
        Stand().call("POST", "order", **given)
    except Reject as reject:
        assert -2100 < reject.code < -1000


_ACK = {"symbol", "orderId", "orderListId", "clientOrderId", "transactTime"}


@pytest.mark.parametrize(
    ("parameters", "fields"),
    [(_LIMIT, "fills"), (_MARKET, "fills"), (_STOP, None), ({**_STOP, "newOrderRespType": "RESULT"}, "status")],
)
def test_how_much_an_answer_says_depends_on_the_type(
    stand: Stand, parameters: dict[str, str], fields: str | None
) -> None:
    answer = stand.call("POST", "order", symbol="BTCUSDT", **parameters)
    assert set(answer) == _ACK if fields is None else fields in answer
    assert ("fills" in answer) == (fields == "fills")


def test_a_market_order_tells_its_fills_and_their_fees(stand: Stand) -> None:
    answer = stand.order("BUY", "MARKET", quantity="6")
    assert [(fill["price"], fill["qty"]) for fill in answer["fills"]] == [
        ("101.10000000", "5.00000000"),
        ("101.20000000", "1.00000000"),
    ]
    assert [fill["commission"] for fill in answer["fills"]] == ["0.00500000", "0.00100000"]
    assert (answer["executedQty"], answer["cummulativeQuoteQty"]) == ("6.00000000", "606.70000000")
    assert (answer["status"], answer["price"], answer["timeInForce"]) == ("FILLED", "0.00000000", "GTC")


def test_a_conditional_order_is_told_as_one_that_does_not_work_yet(stand: Stand) -> None:
    stand.order("SELL", "STOP_LOSS_LIMIT", timeInForce="GTC", quantity="1", price="89", stopPrice="90", strategyId="7")
    (order,) = stand.call("GET", "openOrders", symbol="BTCUSDT")
    assert (order["isWorking"], order["workingTime"], order["stopPrice"]) == (False, -1, "90.00000000")
    assert order["strategyId"] == 7
    assert "strategyType" not in order


def test_a_trailing_order_tells_its_distance(stand: Stand) -> None:
    answer = stand.order("SELL", "STOP_LOSS", quantity="1", trailingDelta="150", newOrderRespType="RESULT")
    assert answer["trailingDelta"] == 150
    assert "stopPrice" not in answer


def test_an_order_is_found_by_either_id(stand: Stand) -> None:
    number = stand.limit(newClientOrderId="mine")["orderId"]
    by_id = stand.call("GET", "order", symbol="BTCUSDT", orderId=number)
    assert stand.call("GET", "order", symbol="BTCUSDT", origClientOrderId="mine") == by_id
    assert by_id["clientOrderId"] == "mine"
    assert _refusal(stand, "GET", "order", symbol="BTCUSDT", orderId=99) == (-2013, "Order does not exist.")
    assert _refusal(stand, "GET", "order", symbol="BTCUSDT")[0] == -1102
    assert _refusal(stand, "GET", "order", who="bob", symbol="BTCUSDT", orderId=number)[0] == -2013


def test_a_cancellation_tells_both_ids(stand: Stand) -> None:
    stand.limit(newClientOrderId="mine")
    stand.told()
    answer = stand.call("DELETE", "order", symbol="BTCUSDT", origClientOrderId="mine", newClientOrderId="bye")
    assert (answer["origClientOrderId"], answer["clientOrderId"], answer["status"]) == ("mine", "bye", "CANCELED")
    report, position = stand.told()
    assert (report["x"], report["c"], report["C"], report["w"]) == ("CANCELED", "bye", "mine", False)
    assert position["B"] == [{"a": "USDT", "f": "100000.00000000", "l": "0.00000000"}]
    assert _refusal(stand, "DELETE", "order", symbol="BTCUSDT", orderId=1) == (-2011, "Unknown order sent.")


def test_a_cancellation_may_be_restricted_to_a_state(stand: Stand) -> None:
    stand.limit()
    words = "Order was not canceled due to cancel restrictions."
    parameters = {"symbol": "BTCUSDT", "orderId": 1}
    restricted = {**parameters, "cancelRestrictions": "ONLY_PARTIALLY_FILLED"}
    assert _refusal(stand, "DELETE", "order", **restricted) == (-2011, words)
    assert _refusal(stand, "DELETE", "order", **{**parameters, "cancelRestrictions": "NEVER"})[0] == -1145
    assert stand.call("DELETE", "order", **parameters, cancelRestrictions="ONLY_NEW")["status"] == "CANCELED"


def test_a_test_order_leaves_nothing_behind(stand: Stand) -> None:
    stand.told()
    assert stand.call("POST", "order/test", symbol="BTCUSDT", **_LIMIT) == {}
    assert _refusal(stand, "POST", "order/test", symbol="BTCUSDT", **{**_LIMIT, "price": "0.001"})[0] == -1013
    assert stand.call("GET", "allOrders", symbol="BTCUSDT") == []
    assert stand.told() == []


def _replace(stand: Stand, **parameters: object) -> Any:
    asked = {"symbol": "BTCUSDT", **_LIMIT, "cancelReplaceMode": "STOP_ON_FAILURE", **parameters}
    return stand.call("POST", "order/cancelReplace", **asked)


def test_an_order_is_replaced(stand: Stand) -> None:
    stand.limit(newClientOrderId="old")
    answer = _replace(stand, cancelOrigClientOrderId="old", price="94", newClientOrderId="new")
    assert (answer["cancelResult"], answer["newOrderResult"]) == ("SUCCESS", "SUCCESS")
    (order,) = stand.call("GET", "openOrders")
    assert (order["clientOrderId"], order["price"]) == ("new", "94.00000000")


def test_half_a_replacement_tells_which_half(stand: Stand) -> None:
    stand.limit()
    with pytest.raises(Reject) as caught:
        _replace(stand, cancelOrderId=1, quantity="5000")
    assert (caught.value.code, caught.value.status) == (-2021, 409)
    data: Any = caught.value.data
    assert (data["cancelResult"], data["newOrderResult"]) == ("SUCCESS", "FAILURE")
    assert data["newOrderResponse"]["code"] == -2010
    assert stand.call("GET", "openOrders") == []


@pytest.mark.parametrize(("mode", "placed"), [("STOP_ON_FAILURE", "NOT_ATTEMPTED"), ("ALLOW_FAILURE", "SUCCESS")])
def test_a_replacement_of_an_unknown_order_goes_on_or_stops(stand: Stand, mode: str, placed: str) -> None:
    with pytest.raises(Reject) as caught:
        _replace(stand, cancelOrderId=99, cancelReplaceMode=mode)
    data: Any = caught.value.data
    assert caught.value.code == (-2021 if placed == "SUCCESS" else -2022)
    assert (data["cancelResult"], data["newOrderResult"]) == ("FAILURE", placed)
    assert len(stand.call("GET", "openOrders")) == (placed == "SUCCESS")


def test_cancelling_everything_where_there_is_nothing_is_refused(stand: Stand) -> None:
    assert _refusal(stand, "DELETE", "openOrders", symbol="BTCUSDT") == (-2011, "Unknown order sent.")


_PAIR = {
    "symbol": "BTCUSDT", "side": "SELL", "quantity": "1", "aboveType": "LIMIT_MAKER", "abovePrice": "110",
    "belowType": "STOP_LOSS", "belowStopPrice": "95",
}  # fmt: skip
_WRONG_PAIRS: list[tuple[dict[str, str], int]] = [
    ({"aboveType": "LIMIT"}, -1158),
    ({"belowType": "LIMIT_MAKER", "belowPrice": "90", "belowStopPrice": ""}, -1168),
    ({"side": "BUY"}, -1165),
    ({"aboveType": "STOP_LOSS", "aboveStopPrice": "110"}, -1197),
    ({"belowType": "TAKE_PROFIT"}, -1199),
]


@pytest.mark.parametrize(("change", "code"), _WRONG_PAIRS)
def test_orders_that_cannot_be_a_pair_are_refused(stand: Stand, change: dict[str, str], code: int) -> None:
    assert _refusal(stand, "POST", "orderList/oco", **{**_PAIR, **change})[0] == code
    assert stand.call("GET", "openOrders") == []


@pytest.mark.parametrize("form", ["old", "new"])
def test_both_forms_make_the_same_pair(stand: Stand, form: str) -> None:
    if form == "new":
        answer = stand.call("POST", "orderList/oco", listClientOrderId="pair", **_PAIR)
    else:
        answer = stand.call(
            "POST", "order/oco", symbol="BTCUSDT", side="SELL", quantity="1", price="110", stopPrice="95",
            listClientOrderId="pair",
        )  # fmt: skip
    assert [(each["type"], each["orderListId"]) for each in answer["orderReports"]] == [
        ("LIMIT_MAKER", 1),
        ("STOP_LOSS", 1),
    ]
    found = stand.call("GET", "orderList", origClientOrderId="pair")
    assert found["orders"] == answer["orders"]
    assert found["listOrderStatus"] == "EXECUTING"


def test_cancelling_a_list_ends_both_orders(stand: Stand) -> None:
    stand.call("POST", "orderList/oco", **_PAIR)
    answer = stand.call("DELETE", "orderList", symbol="BTCUSDT", orderListId=1, newClientOrderId="bye")
    assert answer["listOrderStatus"] == "ALL_DONE"
    assert [(each["status"], each["clientOrderId"]) for each in answer["orderReports"]] == [("CANCELED", "bye")] * 2
    assert stand.call("GET", "openOrderList") == []
    assert _refusal(stand, "DELETE", "orderList", symbol="BTCUSDT", orderListId=1)[0] == -2011
    assert _refusal(stand, "GET", "orderList", orderListId=9) == (-2018, "Order list does not exist.")


def test_an_order_waits_for_another(stand: Stand) -> None:
    answer = stand.call(
        "POST", "orderList/oto", symbol="BTCUSDT", workingType="LIMIT", workingSide="BUY", workingPrice="101.1",
        workingQuantity="1", workingTimeInForce="GTC", pendingType="LIMIT", pendingSide="SELL", pendingQuantity="1",
        pendingPrice="120", pendingTimeInForce="GTC",
    )  # fmt: skip
    assert [each["status"] for each in answer["orderReports"]] == ["FILLED", "NEW"]
    assert _refusal(stand, "POST", "orderList/oto", symbol="BTCUSDT", workingType="MARKET")[0] == -1102
