"""PUT /fapi/v1/order: another quantity and price under the same id."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.exchange.perpetual_wire.stall import Stall
from tests.exchange.recordings import documented
from tests.exchange.shapes import differences


@pytest.fixture
def stall() -> Stall:
    return Stall()


def amend(stall: Stall, order: dict[str, Any], quantity: str, price: str, **more: object) -> Any:
    asked = {
        "symbol": "BTCUSDT",
        "side": order["side"],
        "orderId": order["orderId"],
        "quantity": quantity,
        "price": price,
    }
    return stall.ask("PUT", "/v1/order", **{**asked, **more})


def refused(stall: Stall, order: dict[str, Any], quantity: str, price: str, **more: object) -> int:
    asked = {
        "symbol": "BTCUSDT",
        "side": order["side"],
        "orderId": order["orderId"],
        "quantity": quantity,
        "price": price,
    }
    return stall.refused("PUT", "/v1/order", **{**asked, **more})[0]


def test_order_keeps_its_id_and_has_its_new_terms(stall: Stall) -> None:
    order = stall.order("BUY", "0.1", price="29000")
    stall.told()
    amended = amend(stall, order, "0.2", "29500")
    assert (amended["orderId"], amended["price"], amended["origQty"]) == (order["orderId"], "29500.00", "0.200")
    (open_one,) = stall.ask("GET", "/v1/openOrders")
    assert (open_one["price"], open_one["status"]) == ("29500.00", "NEW")
    book = stall.ask("GET", "/v1/depth", symbol="BTCUSDT")["bids"]
    assert ["29500.00", "0.200"] in book
    assert not [level for level in book if level[0] == "29000.00"]
    assert stall.ask("GET", "/v3/positionRisk")[0]["bidNotional"] == "5900.00000000"
    assert [payload["o"]["x"] for payload in stall.told()] == ["AMENDMENT"]


def test_order_that_crosses_now_fills(stall: Stall) -> None:
    order = stall.order("BUY", "0.1", price="29000")
    assert amend(stall, order, "0.1", "30001")["status"] == "FILLED"


@pytest.mark.parametrize(
    ("quantity", "price", "code"),
    [("0.1", "29000", -5027), ("0.1", "29000.05", -4014), ("0.0001", "29000", -1111), ("50", "29000", -2019)],
)
def test_refused_amendment_leaves_the_order_as_it_is(stall: Stall, quantity: str, price: str, code: int) -> None:
    order = stall.order("BUY", "0.1", price="29000")
    before = stall.ask("GET", "/v1/openOrders"), stall.ask("GET", "/v3/account")
    assert refused(stall, order, quantity, price) == code
    assert (stall.ask("GET", "/v1/openOrders"), stall.ask("GET", "/v3/account")) == before
    # Its place in the book is still its own.
    stall.ask("DELETE", "/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    assert stall.ask("GET", "/v3/positionRisk") == []


def test_other_side_and_ended_orders_are_refused(stall: Stall) -> None:
    order = stall.order("BUY", "0.1", price="29000")
    assert refused(stall, order, "0.2", "29000", side="SELL") == -1130
    stall.ask("DELETE", "/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    assert refused(stall, order, "0.2", "29000") == -2013


def test_quantity_that_has_filled_cancels(stall: Stall) -> None:
    order = stall.order("BUY", "0.1", price="30000")
    stall.order("SELL", "0.04", who="bob")
    more = amend(stall, order, "0.05", "30000")
    assert (more["status"], more["executedQty"], more["origQty"]) == ("PARTIALLY_FILLED", "0.040", "0.050")
    done = amend(stall, order, "0.04", "30000")
    assert (done["status"], done["executedQty"]) == ("CANCELED", "0.040")


def test_post_only_order_that_would_take_is_cancelled(stall: Stall) -> None:
    order = stall.order("BUY", "0.1", price="29000", timeInForce="GTX")
    assert amend(stall, order, "0.1", "30001")["status"] == "CANCELED"


def test_batch(stall: Stall) -> None:
    order = stall.order("BUY", "0.1", price="29000")
    row = {"symbol": "BTCUSDT", "side": "BUY", "orderId": order["orderId"], "quantity": "0.1", "price": "29100"}
    answers = stall.ask("PUT", "/v1/batchOrders", batchOrders=json.dumps([row, {**row, "orderId": 99}]))
    assert answers[0]["price"] == "29100.00"
    assert answers[1] == {"code": -2013, "msg": "Order does not exist."}
    theirs = documented("Endpoints/UsdFutures/Trading/EditMultipleOrders").answer
    optional = {"[].cumQuote": "of contracts that are margined in dollars"}
    assert not differences(answers, theirs, optional=optional, decimals=False)


def test_shape(stall: Stall) -> None:
    order = stall.order("BUY", "0.1", price="29000")
    theirs = documented("Endpoints/UsdFutures/Trading/EditOrder").answer
    optional = {
        "cumBase": "of contracts that are margined in coins; these have cumQuote",
        "cumQuote": "of contracts that are margined in dollars",
    }
    assert not differences(amend(stall, order, "0.1", "29100"), theirs, optional=optional, decimals=False)
