"""Orders of perpetuals have Binance's shape, as recorded and documented."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.exchange.perpetual_wire.stall import Stall
from tests.exchange.recordings import documented, nautilus
from tests.exchange.shapes import differences

TRADING = "Endpoints/UsdFutures/Trading"
# The examples are of the time when trailing stops were ordinary orders.
TRAILING = {
    "activatePrice": "trailing stops are conditional orders now",
    "priceRate": "trailing stops are conditional orders now",
}
LIMIT = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1", "price": "29000"}


@pytest.fixture
def stall() -> Stall:
    return Stall()


def listed(optional: dict[str, str]) -> dict[str, str]:
    return {f"[].{name}": reason for name, reason in optional.items()}


def body(name: str) -> Any:
    return documented(f"{TRADING}/{name}").answer


def test_placed_order(stall: Stall) -> None:
    for reply in ("ACK", "RESULT"):
        ours = stall.ask("POST", "/v1/order", **LIMIT, newOrderRespType=reply)
        assert not differences(ours, body("PlaceOrder"), optional=TRAILING, decimals=False)


def test_placed_order_over_the_websocket_interface(stall: Stall) -> None:
    theirs = documented("Socket/UsdFutures/Trading/PlaceOrder").answer["result"]
    assert not differences(stall.ask("POST", "/v1/order", **LIMIT), theirs, decimals=False)


def test_cancelled_order(stall: Stall) -> None:
    order = stall.order(price="29000")
    ours = stall.ask("DELETE", "/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    optional = TRAILING | {"avgPrice": "documented with every other order"}
    assert not differences(ours, body("CancelOrder"), optional=optional, decimals=False)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("GetOrder", "/v1/order"),
        ("GetOpenOrder", "/v1/openOrder"),
        ("GetOpenOrders", "/v1/openOrders"),
        ("GetOrders", "/v1/allOrders"),
    ],
)
def test_queried_orders(stall: Stall, name: str, path: str) -> None:
    order = stall.order(price="29000")
    ours = stall.ask("GET", path, symbol="BTCUSDT", orderId=order["orderId"])
    optional = listed(TRAILING) if isinstance(ours, list) else TRAILING
    assert not differences(ours, body(name), optional=optional, decimals=False)


def test_queried_order_as_another_client_has_it(stall: Stall) -> None:
    order = stall.order(price="29000")
    ours = stall.ask("GET", "/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    assert not differences(ours, nautilus("futures/http_json/order_response.json"), decimals=False)


def test_batches(stall: Stall) -> None:
    rows = json.dumps([LIMIT, {**LIMIT, "reduceOnly": "true"}])
    ours = stall.ask("POST", "/v1/batchOrders", batchOrders=rows)
    optional = {"[].closePosition": "documented with single orders"}
    assert not differences(ours, body("PlaceMultipleOrders"), optional=optional, decimals=False)
    ids = json.dumps([ours[0]["orderId"], 99])
    cancelled = stall.ask("DELETE", "/v1/batchOrders", symbol="BTCUSDT", orderIdList=ids)
    optional = {"[].avgPrice": "documented with every other order"}
    assert not differences(cancelled, body("CancelMultipleOrders"), optional=optional, decimals=False)


def test_answers_without_an_order(stall: Stall) -> None:
    everything = stall.ask("DELETE", "/v1/allOpenOrders", symbol="BTCUSDT")
    assert not differences(everything, body("CancelAllOrders"))
    stops = stall.ask("DELETE", "/v1/algoOpenOrders", symbol="BTCUSDT")
    assert not differences(stops, body("CancelAllConditionalOrders"))
    counted = stall.ask("POST", "/v1/countdownCancelAll", symbol="BTCUSDT", countdownTime=100000)
    assert not differences(counted, body("CancelAllOrdersAfterTimeout"))


def test_own_trades(stall: Stall) -> None:
    stall.order()
    ours = stall.ask("GET", "/v1/userTrades", symbol="BTCUSDT")
    # Recorded, where the documentation is written by hand.
    assert not differences(ours, nautilus("http_responses/http_futures_account_trades.json"), decimals=False)
    optional = {"[].marginAsset": "recorded, not in the documentation"}
    assert not differences(ours, body("GetUserTrades"), optional=optional, decimals=False)


def test_forced_orders(stall: Stall) -> None:
    stall.ask("POST", "/v1/leverage", symbol="BTCUSDT", leverage=100)
    stall.order("BUY", "5")
    stall.price("28000")
    optional = {
        f"[].{name}": "came after the example"
        for name in ("priceProtect", "priceMatch", "goodTillDate", "selfTradePreventionMode")
    }
    assert not differences(
        stall.ask("GET", "/v1/forceOrders"), body("GetForcedOrders"), optional=optional, decimals=False
    )


def test_conditional_orders(stall: Stall) -> None:
    stall.order()
    placed = stall.stop(trigger="31000", type="TAKE_PROFIT", price="31000")
    assert not differences(placed, body("PlaceConditionalOrder"), decimals=False)
    waiting = stall.ask("GET", "/v1/openAlgoOrders")
    assert not differences(waiting, body("GetOpenConditionalOrders"), decimals=False)
    cancelled = stall.ask("DELETE", "/v1/algoOrder", algoId=placed["algoId"])
    assert not differences(cancelled, body("CancelConditionalOrder"), decimals=False)


def test_conditional_orders_that_have_ended_as_recorded(stall: Stall) -> None:
    stall.order()
    placed = stall.stop(reduceOnly="true")
    stall.price("28999")
    ended = stall.ask("GET", "/v1/algoOrder", algoId=placed["algoId"])
    # Recorded of BTCUSDT in 2026, so that the digits count too.
    assert not differences(ended, body("GetConditionalOrder"))
    every = stall.ask("GET", "/v1/allAlgoOrders", symbol="BTCUSDT")
    assert not differences(every, body("GetConditionalOrders"))
