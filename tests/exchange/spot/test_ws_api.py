"""The websocket API: names of methods, envelopes, signatures, limits and user streams of one connection."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest
from tests.exchange.recordings import documented
from tests.exchange.shapes import differences
from tests.exchange.spot.stand import Stand

from tradefleet.exchange.accounts import Account
from tradefleet.exchange.wire.door import Door
from tradefleet.exchange.wire.limits import Limiter, Limits, MarketLimits, Window
from tradefleet.exchange.wire.signing import signature
from tradefleet.exchange.wire.user.sessions import ApiSession
from tradefleet.exchange.wire.ws_api import WsApi


class Session:
    """A connection that remembers what it has been subscribed to."""

    def __init__(self) -> None:
        self.address = "127.0.0.1"
        self.account: Account | None = None
        self.open: dict[int, str] = {}
        self._next = 0

    @property
    def subscriptions(self) -> list[int]:
        return list(self.open)

    def subscribe(self, account: Account) -> int:
        self.open[self._next] = account.name
        self._next += 1
        return self._next - 1

    def subscribed(self, account: Account) -> bool:
        return account.name in self.open.values()

    def unsubscribe(self, number: int | None = None) -> bool:
        ended = [each for each in self.open if number is None or each == number]
        for each in ended:
            del self.open[each]
        return bool(ended)


class Client:
    """Sends requests of an account."""

    def __init__(self, stand: Stand, limits: Limits | None = None) -> None:
        self.stand = stand
        self.session = Session()
        exchange = stand.exchange
        self._api = WsApi(exchange, Door(exchange), Limiter(limits or Limits(), exchange.wire_clock))

    def send(self, message: dict[str, Any]) -> Any:
        answer = self._api.handle(cast(ApiSession, self.session), msgspec.json.decode(msgspec.json.encode(message)))
        return msgspec.json.decode(msgspec.json.encode(answer))

    def ask(self, method: str, **parameters: object) -> Any:
        return self.send({"id": "1", "method": method, "params": parameters})

    def signed(self, method: str, **parameters: object) -> Any:
        return self.signed_by("ann", method, **parameters)

    def signed_by(self, who: str, method: str, **parameters: object) -> Any:
        account = self.stand.accounts[who]
        given: dict[str, object] = {"timestamp": self.stand.time // 1_000_000, "apiKey": account.api_key, **parameters}
        payload = "&".join(f"{name}={_text(given[name])}" for name in sorted(given))
        return self.ask(method, **given, signature=signature(account.secret, payload))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.fixture
def client(stand: Stand) -> Client:
    return Client(stand)


_BTC: dict[str, object] = {"symbol": "BTCUSDT"}
_LIMIT: dict[str, object] = {
    **_BTC,
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "price": "95",
    "quantity": "1",
}


def test_an_answer_has_the_requests_id_and_the_weight_used(client: Client) -> None:
    for number in ("text", 7, None):
        answer = client.send({"id": number, "method": "ping"})
        assert (answer["id"], answer["status"], answer["result"]) == (number, 200, {})
    assert answer["rateLimits"] == [
        {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000, "count": 3}
    ]
    assert "rateLimits" not in client.ask("time", returnRateLimits=False)
    assert client.send({"id": 1, "method": "v3/time"})["status"] == 200


def test_methods_answer_as_the_endpoints_do(client: Client) -> None:
    for method, path, parameters in (
        ("depth", "depth", _BTC),
        ("klines", "klines", {**_BTC, "interval": "1m"}),
        ("ticker.24hr", "ticker/24hr", _BTC),
        ("ticker.book", "ticker/bookTicker", _BTC),
        ("exchangeInfo", "exchangeInfo", {}),
    ):
        assert client.ask(method, **parameters)["result"] == client.stand.call("GET", path, **parameters)
    chosen = client.ask("ticker.price", symbols=["BTCUSDT"])["result"]
    assert chosen == [{"symbol": "BTCUSDT", "price": "101.00000000"}]


def test_orders_are_placed_asked_for_and_cancelled(client: Client) -> None:
    answer = client.signed("order.place", **_LIMIT)
    assert [each["rateLimitType"] for each in answer["rateLimits"]] == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]
    number = answer["result"]["orderId"]
    assert client.signed("order.status", orderId=number, **_BTC)["result"]["status"] == "NEW"
    assert [each["orderId"] for each in client.signed("openOrders.status")["result"]] == [number]
    assert client.signed("order.cancel", orderId=number, **_BTC)["result"]["status"] == "CANCELED"
    again = client.signed("order.cancel", orderId=number, **_BTC)
    assert (again["status"], again["error"]) == (400, {"code": -2011, "msg": "Unknown order sent."})
    assert client.signed_by("bob", "account.status", omitZeroBalances=True)["result"]["balances"] == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"apiKey": "x" * 64}, 401, -2015),
        ({"apiKey": ""}, 401, -2014),
        ({"timestamp": 1}, 400, -1021),
        ({"timestamp": ""}, 400, -1102),
        ({"signature": "0" * 64}, 400, -1022),
        ({"price": "96"}, 400, -1022),
    ],
)
def test_who_is_not_who_they_say_is_refused(client: Client, change: dict[str, object], status: int, code: int) -> None:
    good = client.signed("order.test", **_LIMIT)
    assert good["status"] == 200
    account = client.stand.accounts["ann"]
    given: dict[str, object] = {**_LIMIT, "timestamp": client.stand.time // 1_000_000, "apiKey": account.api_key}
    payload = "&".join(f"{name}={given[name]}" for name in sorted(given))
    answer = client.ask("order.place", **{**given, "signature": signature(account.secret, payload), **change})
    assert (answer["status"], answer["error"]["code"]) == (status, code)
    assert client.stand.call("GET", "allOrders", symbol="BTCUSDT") == []


def test_a_key_without_the_permission_does_not_trade(client: Client) -> None:
    client.stand.accounts["ann"].permissions.spot = False
    assert client.signed("order.place", **_LIMIT)["error"]["code"] == -2015
    assert client.signed("account.status")["status"] == 200


def test_a_number_is_signed_as_it_is_written(client: Client) -> None:
    answer = client.signed("order.place", **{**_LIMIT, "quantity": 0.5, "price": 95.25})
    assert (answer["result"]["origQty"], answer["result"]["price"]) == ("0.50000000", "95.25000000")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"id": 1}, -1135),
        ({"id": 1, "method": 5}, -1135),
        ({"id": 1, "method": "ping", "params": [1]}, -1135),
        ({"id": [1], "method": "ping"}, -1135),
        ({"id": 1, "method": "order.destroy"}, -1020),
        ({"id": 1, "method": "depth", "params": {"symbol": {"a": [None, 1.5]}}}, -1100),
        ({"id": 1, "method": "depth"}, -1102),
    ],
)
def test_nonsense_has_an_error_and_no_result(client: Client, message: dict[str, Any], code: int) -> None:
    answer = client.send(message)
    assert (answer["status"], answer["error"]["code"]) == (400, code)
    assert "result" not in answer


def test_user_streams_are_opened_and_closed(client: Client) -> None:
    assert client.signed("userDataStream.subscribe.signature")["result"] == {"subscriptionId": 0}
    assert client.signed("userDataStream.subscribe.signature")["error"]["code"] == -2035
    assert client.signed_by("bob", "userDataStream.subscribe.signature")["result"] == {"subscriptionId": 1}
    assert client.ask("session.subscriptions")["result"] == [{"subscriptionId": 0}, {"subscriptionId": 1}]
    assert client.ask("userDataStream.unsubscribe", subscriptionId=0)["result"] == {}
    assert client.session.open == {1: "bob"}
    assert client.ask("userDataStream.unsubscribe")["status"] == 200
    assert client.ask("userDataStream.unsubscribe")["error"]["code"] == -2036


def test_only_who_is_logged_on_subscribes_without_a_signature(client: Client) -> None:
    assert client.ask("userDataStream.subscribe")["status"] == 401
    client.session.account = client.stand.accounts["ann"]
    assert client.ask("userDataStream.subscribe")["result"] == {"subscriptionId": 0}
    assert (
        client.ask("order.cancel", timestamp=client.stand.time // 1_000_000, orderId=5, **_BTC)["error"]["code"]
        == -2011
    )
    assert client.ask("session.logout")["result"]["apiKey"] is None
    assert client.session.account is None


def test_keys_of_this_kind_do_not_log_on(client: Client) -> None:
    answer = client.signed("session.logon")
    assert answer["error"] == {"code": -4056, "msg": "HMAC_SHA256 API key is not supported."}


def test_who_asks_too_much_is_told_when_to_come_back(stand: Stand) -> None:
    few = MarketLimits(
        Window("MINUTE", 1, 10), Window("MINUTE", 5, 1_000), (Window("SECOND", 10, 1),), messages=5, streams=5
    )
    client = Client(stand, Limits(spot=few))
    assert client.signed("order.place", **_LIMIT)["status"] == 200
    refused = client.signed("order.place", **_LIMIT)
    assert (refused["status"], refused["error"]["code"]) == (429, -1015)
    assert len(stand.call("GET", "openOrders")) == 1
    client.ask("depth", **_BTC)
    refused = client.ask("depth", **_BTC)
    now = stand.time // 1_000_000
    assert (refused["status"], refused["error"]["code"]) == (429, -1003)
    assert refused["error"]["data"] == {"serverTime": now, "retryAfter": now + 40_000}


def test_half_a_replacement_is_told_with_its_halves(client: Client) -> None:
    client.signed("order.place", **_LIMIT)
    answer = client.signed(
        "order.cancelReplace", **{**_LIMIT, "quantity": "5000"}, cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=1
    )
    assert (answer["status"], answer["error"]["code"]) == (409, -2021)
    assert answer["error"]["data"]["cancelResult"] == "SUCCESS"


_DOCUMENTED: dict[str, tuple[str, dict[str, object]]] = {
    "Account/GetAccountInfo": ("account.status", {}),
    "ExchangeData/GetCurrentAvgPrice": ("avgPrice", _BTC),
    "ExchangeData/GetOrderBook": ("depth", _BTC),
    "ExchangeData/GetRecentTrades": ("trades.recent", _BTC),
    "ExchangeData/GetTradeHistory": ("trades.historical", _BTC),
    "ExchangeData/GetAggregatedTradeHistory": ("trades.aggregate", _BTC),
    "ExchangeData/GetKlines": ("klines", {**_BTC, "interval": "1m"}),
    "ExchangeData/GetUIKlines": ("uiKlines", {**_BTC, "interval": "1m"}),
    "ExchangeData/GetTickers": ("ticker.24hr", {"symbols": ["BTCUSDT"]}),
    "ExchangeData/GetRollingWindowTickers": ("ticker", {"symbols": ["BTCUSDT"]}),
    "ExchangeData/GetBookTickers": ("ticker.book", {}),
    "Trading/GetOpenOrders": ("openOrders.status", {}),
    "Trading/GetOrder": ("order.status", {**_BTC, "orderId": 1}),
    "Trading/GetUserTrades": ("myTrades", _BTC),
    "Trading/GetOcoOrder": ("orderList.status", {"orderListId": 1}),
    "Trading/GetOpenOcoOrders": ("openOrderLists.status", {}),
    "Trading/CancelOcoOrder": ("orderList.cancel", {**_BTC, "orderListId": 1}),
    "Trading/PlaceOrder": ("order.place", {**_LIMIT, "price": "101.5"}),
}
_TRAILING = dict.fromkeys(("trailingDelta", "trailingTime", "strategyId", "strategyType"), "not of this order")
_PREVENTED = dict.fromkeys(("preventedMatchId", "preventedQuantity"), "not of this order")
_REASONS: dict[str, dict[str, str]] = {
    "Trading/GetOrder": {f"result.{name}": why for name, why in {**_TRAILING, **_PREVENTED}.items()},
    "Trading/CancelOcoOrder": {"result.orderReports[].origClientOrderId": "documented with another field's value"},
    "Trading/PlaceOrder": {
        "result.selfTradePreventionMode": "documented before it came",
    },
}


@pytest.mark.parametrize("name", _DOCUMENTED)
def test_answers_are_what_is_documented(client: Client, name: str) -> None:
    client.stand.order("BUY", "MARKET", quantity="6")
    client.stand.call(
        "POST", "orderList/oco", side="SELL", quantity="1", aboveType="LIMIT_MAKER", abovePrice="110",
        belowType="STOP_LOSS_LIMIT", belowStopPrice="95", belowPrice="94", belowTimeInForce="GTC", **_BTC,
    )  # fmt: skip
    method, parameters = _DOCUMENTED[name]
    answer = client.signed(method, **parameters) if name[0] in "AT" else client.ask(method, **parameters)
    theirs = documented(f"Socket/Spot/{name}").answer
    assert differences(answer, theirs, optional=_REASONS.get(name), decimals=False) == []
