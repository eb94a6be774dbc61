"""The websocket API of perpetuals: its methods by hand, and CCXT's orders over it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import ccxt.pro
import pytest
import pytest_asyncio
from tests.exchange.wire.whole import Whole, whole

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.wire.routes import find_socket
from tradefleet.exchange.wire.ws_methods import PERPETUAL

pytestmark = pytest.mark.asyncio
ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.02"}


@pytest_asyncio.fixture
async def place() -> AsyncIterator[Whole]:
    async with whole() as made:
        await made.control("POST", "/step")
        yield made


class Line:
    """A connection that asks and waits for the answer."""

    def __init__(self, place: Whole, stream: Any) -> None:
        self.place = place
        self.stream = stream

    async def signed(self, method: str, **parameters: object) -> Any:
        await self.stream.send_json(self.place.wire("ann", method, **parameters))
        return await self.stream.receive_json(timeout=5)

    async def ask(self, method: str, **parameters: object) -> Any:
        await self.stream.send_json({"id": 1, "method": method, "params": parameters})
        return await self.stream.receive_json(timeout=5)


@asynccontextmanager
async def lined(place: Whole) -> AsyncIterator[Line]:
    async with place.client.ws_connect(f"{place.url}/ws-fapi/v1") as stream:
        yield Line(place, stream)


async def test_its_place_is_known_by_its_path() -> None:
    socket = find_socket("/ws-fapi/v1", "returnRateLimits=false", "127.0.0.1")
    assert socket is not None and socket.api and socket.market is Market.PERPETUAL


async def test_the_life_of_an_order(place: Whole) -> None:
    low, lower = place.price("0.95", Market.PERPETUAL), place.price("0.94", Market.PERPETUAL)
    async with lined(place) as line:
        placed = await line.signed("order.place", **ORDER, price=low)
        assert (placed["status"], placed["result"]["status"]) == (200, "NEW")
        # Weight first, then orders; an order weighs nothing.
        kinds = [each["rateLimitType"] for each in placed["rateLimits"]]
        assert kinds == ["REQUEST_WEIGHT", "ORDERS", "ORDERS"]
        ids = {"symbol": "BTCUSDT", "orderId": placed["result"]["orderId"]}
        changed = await line.signed("order.modify", **ids, side="BUY", quantity="0.03", price=lower)
        assert (changed["result"]["origQty"], Decimal(changed["result"]["price"])) == ("0.030", Decimal(lower))
        assert (await line.signed("order.status", **ids))["result"]["status"] == "NEW"
        assert (await line.signed("v1/order.cancel", **ids))["result"]["status"] == "CANCELED"
        again = await line.signed("order.cancel", **ids)
        assert (again["status"], again["error"]) == (400, {"code": -2011, "msg": "Unknown order sent."})


async def test_a_conditional_order_comes_and_goes(place: Whole) -> None:
    stop = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "quantity": "0.02", "algoType": "CONDITIONAL"}
    async with lined(place) as line:
        placed = await line.signed("algoOrder.place", **stop, triggerPrice=place.price("0.9", Market.PERPETUAL))
        assert placed["result"]["algoStatus"] == "NEW"
        gone = await line.signed("algoOrder.cancel", algoId=placed["result"]["algoId"])
        assert gone["status"] == 200 and gone["result"]["algoId"] == placed["result"]["algoId"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("account.balance", "/fapi/v2/balance"),
        ("v2/account.balance", "/fapi/v3/balance"),
        ("account.status", "/fapi/v2/account"),
        ("v2/account.status", "/fapi/v3/account"),
        ("account.position", "/fapi/v2/positionRisk"),
        ("v2/account.position", "/fapi/v3/positionRisk"),
    ],
)
async def test_accounts_read_as_over_http(place: Whole, method: str, path: str) -> None:
    async with lined(place) as line:
        order = {**ORDER, "type": "MARKET"}
        del order["timeInForce"]
        await line.signed("order.place", **order)
        answer = await line.signed(method)
    _, same = await place.signed("GET", path)
    assert answer["status"] == 200 and answer["result"] == same


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("ticker.price", "/fapi/v1/ticker/price"),
        ("ticker.book", "/fapi/v1/ticker/bookTicker"),
        ("depth", "/fapi/v1/depth"),
    ],
)
async def test_prices_read_as_over_http(place: Whole, method: str, path: str) -> None:
    async with lined(place) as line:
        answer = await line.ask(method, symbol="BTCUSDT")
    _, same = await place.ask("GET", f"{path}?symbol=BTCUSDT")
    assert (answer["id"], answer["result"]) == (1, same)


async def test_a_listen_key_starts_lives_and_ends(place: Whole) -> None:
    key = place.running.exchange.accounts["ann"].api_key
    async with lined(place) as line:
        started = (await line.ask("userDataStream.start", apiKey=key))["result"]["listenKey"]
        assert (await line.ask("userDataStream.ping", apiKey=key))["result"] == {"listenKey": started}
        async with place.client.ws_connect(f"{place.url}/private/ws?listenKey={started}") as stream:
            await line.signed("order.place", **ORDER, price=place.price("0.95", Market.PERPETUAL))
            assert (await stream.receive_json(timeout=5))["e"] == "ORDER_TRADE_UPDATE"
        assert (await line.ask("userDataStream.stop", apiKey=key))["result"] == {}
        assert (await line.ask("userDataStream.ping", apiKey=key))["error"]["code"] == -1125


async def test_what_spot_alone_has_is_not_there(place: Whole) -> None:
    async with lined(place) as line:
        for method in ("userDataStream.subscribe.signature", "orderList.place", "myTrades", "nothing"):
            answer = await line.ask(method)
            assert (answer["status"], answer["error"]["code"]) == (400, -1020), method
        assert (await line.ask("session.status"))["result"]["apiKey"] is None


async def test_a_key_without_perpetuals_may_not(place: Whole) -> None:
    place.running.exchange.accounts["ann"].permissions.perpetual = False
    async with lined(place) as line:
        answer = await line.signed("v2/account.position")
        assert (answer["status"], answer["error"]["code"]) == (401, -2015)


async def test_every_method_stands_for_an_endpoint() -> None:
    assert len(PERPETUAL.endpoints) >= 19
    assert all(endpoint.path.startswith("/fapi/") for endpoint in PERPETUAL.endpoints.values())


def _local(addresses: Any, port: int) -> Any:
    if isinstance(addresses, dict):
        return {name: _local(address, port) for name, address in addresses.items()}
    return re.sub(
        r"^(https?|wss?)://[^/]+", lambda found: f"{found[1].removesuffix('s')}://127.0.0.1:{port}", addresses
    )


async def test_ccxt_trades_over_it(place: Whole) -> None:
    account = place.running.exchange.accounts["ann"]
    client = ccxt.pro.binanceusdm({"apiKey": account.api_key, "secret": account.secret, "enableRateLimit": False})
    client.urls["api"] = _local(client.urls["api"], place.running.port)
    symbol, low = "BTC/USDT:USDT", float(place.price("0.95", Market.PERPETUAL))
    try:
        await client.load_markets()
        placed = await client.create_order_ws(symbol, "limit", "buy", 0.02, low)
        assert (placed["status"], placed["symbol"]) == ("open", symbol)
        edited = await client.edit_order_ws(placed["id"], symbol, "limit", "buy", 0.03, low)
        assert edited["amount"] == 0.03
        assert (await client.fetch_order_ws(placed["id"], symbol))["status"] == "open"
        assert (await client.cancel_order_ws(placed["id"], symbol))["status"] == "canceled"
        stop = await client.create_order_ws(symbol, "market", "sell", 0.02, None, {"stopLossPrice": low})
        assert stop["triggerPrice"] == low
        gone = await client.cancel_order_ws(stop["id"], symbol, {"trigger": True})
        assert gone["id"] == stop["id"]
        bought = await client.create_order_ws(symbol, "market", "buy", 0.02)
        assert bought["id"]
        positions = await client.fetch_positions_ws([symbol])
        assert [each["contracts"] for each in positions] == [0.02]
        assert (await client.fetch_balance_ws())["USDT"]["total"] > 0
        with pytest.raises(ccxt.ExchangeError, match="-2019"):
            await client.create_order_ws(symbol, "limit", "buy", 900, low)
    finally:
        await client.close()
