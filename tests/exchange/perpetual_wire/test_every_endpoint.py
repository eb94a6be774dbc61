"""Whatever is sent, an endpoint answers or refuses; and the table is Binance's."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exchange.perpetual_wire.stall import Stall

from tradefleet.exchange.engine.ledger import Ledger
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.wire.endpoint import Endpoint, Security
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.perpetual.endpoints import ENDPOINTS

_NAMES = [
    "symbol", "pair", "side", "type", "timeInForce", "quantity", "price", "positionSide", "reduceOnly", "closePosition",
    "priceMatch", "goodTillDate", "newOrderRespType", "newClientOrderId", "selfTradePreventionMode", "orderId",
    "origClientOrderId", "batchOrders", "orderIdList", "origClientOrderIdList", "algoType", "triggerPrice", "algoId",
    "clientAlgoId", "callbackRate", "activatePrice", "workingType", "limit", "startTime", "endTime", "fromId", "page",
    "interval", "contractType", "leverage", "marginType", "amount", "dualSidePosition", "countdownTime", "incomeType",
]  # fmt: skip
_LIKELY = [
    "BTCUSDT", "ETHUSDT", "NOPE", "BUY", "SELL", "LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT",
    "TRAILING_STOP_MARKET", "GTC", "IOC", "FOK", "GTX", "GTD", "LONG", "SHORT", "BOTH", "true", "false", "OPPONENT",
    "QUEUE_20", "ACK", "RESULT", "EXPIRE_BOTH", "CONDITIONAL", "MARK_PRICE", "1m", "1s", "PERPETUAL", "ISOLATED",
    "CROSSED", "0", "1", "2", "5", "100", "0.1", "0.001", "29000", "30500", "1e5", "-1", "NaN", "", " ",
    "99999999999999999999",
    "99999999999999999999.99999999999999999999", "0.00000000000000000001", "[]", "[1]", "[[[[", "{}", '["a"]', "null",
    json.dumps([{"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": 0.1}]),
    json.dumps([{"symbol": ["x"], "side": {}, "type": None}]), "é", "\x00", "a" * 40,
]  # fmt: skip
_sent = st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(_LIKELY) | st.text(max_size=8), max_size=9)
_requests = st.lists(st.tuples(st.sampled_from(ENDPOINTS), _sent, st.booleans()), min_size=1, max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_requests)
def test_anything_is_answered_or_refused(requests: list[tuple[Endpoint, dict[str, str], bool]]) -> None:
    stall = Stall()
    for endpoint, sent, usual in requests:
        asked = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.1", **sent} if usual else sent
        endpoint.cost(Parameters(asked))
        try:
            stall.ask(endpoint.method, endpoint.path.removeprefix("/fapi"), **asked)
        except Reject as refusal:
            assert refusal.code < 0
            assert refusal.message
    ledger: Ledger = stall.engine.perpetual.ledger
    assert not sum(amount for (_, asset), amount in ledger.balances().items() if asset == "USDT")


@pytest.mark.parametrize(
    ("path", "sent", "weight"),
    [
        ("/v1/depth", {}, 10),
        ("/v1/depth", {"limit": "50"}, 2),
        ("/v1/depth", {"limit": "1000"}, 20),
        ("/v1/klines", {"limit": "99"}, 1),
        ("/v1/klines", {"limit": "100"}, 2),
        ("/v1/klines", {}, 5),
        ("/v1/klines", {"limit": "1000"}, 5),
        ("/v1/klines", {"limit": "1001"}, 10),
        ("/v1/ticker/24hr", {}, 40),
        ("/v1/ticker/24hr", {"symbol": "BTCUSDT"}, 1),
        ("/v1/openOrders", {}, 40),
        ("/v3/account", {}, 5),
        ("/v1/income", {}, 30),
    ],
)
def test_weights(path: str, sent: dict[str, str], weight: int) -> None:
    (endpoint,) = [each for each in ENDPOINTS if (each.method, each.path) == ("GET", f"/fapi{path}")]
    assert endpoint.cost(Parameters(sent)) == weight


def test_table_names_each_endpoint_once_and_guards_accounts() -> None:
    keys = [(endpoint.method, endpoint.path) for endpoint in ENDPOINTS]
    assert len(keys) == len(set(keys))
    open_ones = {endpoint.path for endpoint in ENDPOINTS if endpoint.security is Security.NONE}
    private = (
        "order",
        "Order",
        "account",
        "balance",
        "position",
        "leverage",
        "margin",
        "income",
        "listenKey",
        "userTrades",
    )
    assert not [path for path in open_ones if any(word in path for word in private)]
    assert all(endpoint.security is not Security.NONE for endpoint in ENDPOINTS if endpoint.method != "GET")
