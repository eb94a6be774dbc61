"""Conditional orders of perpetuals over their endpoints."""

from __future__ import annotations

import pytest
from tests.exchange.perpetual_wire.stall import Stall

MISSING = "Mandatory parameter '{}' was not sent, was empty/null, or malformed."
INVALID = "Data sent for parameter '{}' is not valid."


@pytest.fixture
def stall() -> Stall:
    stall = Stall()
    stall.order("BUY", "0.1")
    stall.told()
    return stall


def test_stop_waits_and_is_found_by_either_id(stall: Stall) -> None:
    placed = stall.stop(clientAlgoId="stop-1", workingType="MARK_PRICE", reduceOnly="true")
    assert (placed["algoStatus"], placed["orderType"], placed["triggerPrice"]) == ("NEW", "STOP_MARKET", "29000.00")
    assert (placed["workingType"], placed["reduceOnly"], placed["clientAlgoId"]) == ("MARK_PRICE", True, "stop-1")
    by_id = stall.ask("GET", "/v1/algoOrder", algoId=placed["algoId"])
    assert by_id == stall.ask("GET", "/v1/algoOrder", clientAlgoId="stop-1")
    assert stall.ask("GET", "/v1/openAlgoOrders") == [by_id]
    assert stall.ask("GET", "/v1/openAlgoOrders", symbol="BTCUSDT", algoId=placed["algoId"]) == [by_id]
    assert stall.ask("GET", "/v1/openAlgoOrders", symbol="ETHUSDT") == []
    # It is no ordinary order, and takes none of the account's margin.
    assert stall.ask("GET", "/v1/openOrders") == []
    assert stall.ask("GET", "/v3/positionRisk")[0]["openOrderInitialMargin"] == "0"


def test_triggered_stop_becomes_an_order_of_its_own(stall: Stall) -> None:
    placed = stall.stop(clientAlgoId="stop-1", reduceOnly="true")
    stall.price("28999")
    done = stall.ask("GET", "/v1/algoOrder", algoId=placed["algoId"])
    assert (done["algoStatus"], done["actualType"], done["actualQty"]) == ("FINISHED", "MARKET", "0.100")
    assert done["triggerTime"] > 0
    order = stall.ask("GET", "/v1/order", symbol="BTCUSDT", orderId=done["actualOrderId"])
    assert (order["status"], order["avgPrice"]) == ("FILLED", done["actualPrice"])
    assert stall.ask("GET", "/v1/openAlgoOrders") == []
    assert stall.ask("GET", "/v1/allAlgoOrders", symbol="BTCUSDT") == [done]
    statuses = [payload["o"]["X"] for payload in stall.told() if payload["e"] == "ALGO_UPDATE"]
    assert statuses == ["NEW", "TRIGGERING", "TRIGGERED", "FINISHED"]


def test_cancelled_stop_is_open_no_more(stall: Stall) -> None:
    placed = stall.stop()
    assert stall.ask("DELETE", "/v1/algoOrder", algoId=placed["algoId"])["algoStatus"] == "CANCELED"
    assert stall.refused("DELETE", "/v1/algoOrder", algoId=placed["algoId"]) == (-2011, "Unknown order sent.")
    assert stall.refused("GET", "/v1/algoOrder", clientAlgoId="nope") == (-2013, "Order does not exist.")
    assert stall.refused("DELETE", "/v1/algoOrder") == (
        -1102, "Param 'clientAlgoId' or 'algoId' must be sent, but both were empty/null!",
    )  # fmt: skip


def test_all_stops_of_a_symbol_are_cancelled(stall: Stall) -> None:
    stall.stop()
    stall.stop(trigger="28000")
    for _ in range(2):
        answer = stall.ask("DELETE", "/v1/algoOpenOrders", symbol="BTCUSDT")
        assert answer["code"] == 200
    assert stall.ask("GET", "/v1/openAlgoOrders") == []


def test_closing_stop_has_no_quantity(stall: Stall) -> None:
    placed = stall.stop(closePosition="true")
    assert placed["closePosition"] is True
    stall.price("28999")
    assert stall.ask("GET", "/v3/positionRisk") == []


def test_limit_stop_and_take_profit(stall: Stall) -> None:
    stop = stall.stop(type="STOP", price="28990", timeInForce="GTC")
    assert (stop["price"], stop["triggerPrice"]) == ("28990.00", "29000.00")
    take = stall.stop(trigger="31000", type="TAKE_PROFIT", price="31010", reduceOnly="true")
    stall.price("31000")
    assert stall.ask("GET", "/v1/algoOrder", algoId=take["algoId"])["algoStatus"] == "TRIGGERED"
    (order,) = stall.ask("GET", "/v1/openOrders")
    assert (order["type"], order["price"], order["reduceOnly"]) == ("LIMIT", "31010.00", True)


@pytest.mark.parametrize("name", ["activatePrice", "activationPrice"])
def test_trailing_stop_follows(stall: Stall, name: str) -> None:
    placed = stall.stop(type="TRAILING_STOP_MARKET", callbackRate="1", **{name: "30500"})
    assert (placed["activatePrice"], placed["callbackRate"]) == ("30500", "1")
    for price in ("30600", "31000"):
        stall.price(price)
        assert stall.ask("GET", "/v1/algoOrder", algoId=placed["algoId"])["algoStatus"] == "NEW"
    stall.price("30690")
    assert stall.ask("GET", "/v1/algoOrder", algoId=placed["algoId"])["algoStatus"] == "FINISHED"


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        ({"triggerPrice": "31000"}, -2021, "Order would immediately trigger."),
        ({"algoType": "VP"}, -1130, INVALID.format("algoType")),
        ({"type": "LIMIT"}, -1116, "Invalid orderType."),
        ({"workingType": "INDEX"}, -4031, "Invalid parameter working type: INDEX"),
        ({"type": "TRAILING_STOP_MARKET"}, -1102, MISSING.format("callbackRate")),
        ({"type": "TRAILING_STOP_MARKET", "callbackRate": "10.1"}, -1130, INVALID.format("callbackRate")),
        ({"type": "STOP"}, -1102, MISSING.format("price")),
        ({"price": "28900"}, -1106, "Parameter 'price' sent when not required."),
        ({"closePosition": "true", "quantity": "0.1"}, -4137, "Quantity must be zero with closePosition equals true"),
        ({"closePosition": "true", "reduceOnly": "true"}, -1106, "Parameter 'reduceonly' sent when not required."),
        (
            {"closePosition": "true", "type": "STOP", "price": "1"},
            -4136,
            "Target strategy invalid for orderType STOP,closePosition true",
        ),
        ({"positionSide": "LONG"}, -4061, "Order's position side does not match user's setting."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(stall: Stall, changed: dict[str, str], code: int, message: str) -> None:
    asked = {
        "symbol": "BTCUSDT",
        "side": "SELL",
        "algoType": "CONDITIONAL",
        "type": "STOP_MARKET",
        "triggerPrice": "29000",
    }
    quantity = {} if "closePosition" in changed else {"quantity": "0.1"}
    assert stall.refused("POST", "/v1/algoOrder", **{**asked, **quantity, **changed}) == (code, message)


def test_second_closing_stop_in_a_direction_is_refused(stall: Stall) -> None:
    stall.stop(closePosition="true")
    code, message = stall.refused(
        "POST", "/v1/algoOrder", symbol="BTCUSDT", side="SELL", algoType="CONDITIONAL", type="STOP_MARKET",
        triggerPrice="28000", closePosition="true",
    )  # fmt: skip
    assert code == -4130
    assert message.startswith("An open stop or take profit order with GTE and closePosition")
