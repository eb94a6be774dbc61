"""Faults of requests that come by a websocket API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from tests.exchange.wire.whole import Whole, whole

from tradefleet.exchange.engine.symbols import Market

pytestmark = pytest.mark.asyncio
PATHS = {Market.SPOT: "/ws-api/v3", Market.PERPETUAL: "/ws-fapi/v1"}
ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}


@pytest_asyncio.fixture
async def place() -> AsyncIterator[Whole]:
    async with whole() as made:
        await made.control("POST", "/step")
        yield made


def opened(place: Whole, market: Market) -> aiohttp.client._WSRequestContextManager:
    return place.client.ws_connect(f"{place.url}{PATHS[market]}")


def orders(place: Whole, market: Market) -> int:
    return len(place.running.exchange.engines[market].orders("ann", "BTCUSDT"))


async def rule(place: Whole, what: str, **more: object) -> None:
    status, told = await place.control("POST", "/faults", {"what": what, **more})
    assert status == 200, told


@pytest.mark.parametrize("market", list(Market))
async def test_an_order_is_executed_and_its_answer_comes_too_late(place: Whole, market: Market) -> None:
    await rule(place, "answer_lost", **{"with": {"seconds": 60}})
    async with opened(place, market) as stream:
        await stream.send_json(place.wire("ann", "order.place", **ORDER))
        # Other requests of the connection do not wait for it.
        await stream.send_json({"id": "later", "method": "depth", "params": {"symbol": "BTCUSDT"}})
        assert (await stream.receive_json(timeout=5))["id"] == "later"
        assert orders(place, market) == 1
        with pytest.raises(TimeoutError):
            await stream.receive(timeout=0.05)


@pytest.mark.parametrize("market", list(Market))
@pytest.mark.parametrize(("what", "placed"), [("cut_after", 1), ("lost_before", 0)])
async def test_the_connection_is_cut(place: Whole, market: Market, what: str, placed: int) -> None:
    await rule(place, what)
    async with opened(place, market) as stream:
        await stream.send_json(place.wire("ann", "order.place", **ORDER))
        assert (await stream.receive(timeout=5)).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        assert stream.close_code == 1006
        assert orders(place, market) == placed


async def test_a_refusal_has_the_form_of_the_api(place: Whole) -> None:
    await rule(place, "insufficient_balance", where="POST /api/v3/order")
    async with opened(place, Market.SPOT) as stream:
        await stream.send_json(place.wire("ann", "order.place", **ORDER))
        answer = await stream.receive_json(timeout=5)
        assert (answer["id"], answer["status"], answer["error"]["code"]) == ("7", 400, -2010)
        assert orders(place, Market.SPOT) == 0


async def test_who_asks_too_often_is_told_when_to_come_back(place: Whole) -> None:
    await rule(place, "too_many_requests", **{"with": {"seconds": 7}})
    async with opened(place, Market.PERPETUAL) as stream:
        await stream.send_json(place.wire("ann", "order.place", **ORDER))
        answer = await stream.receive_json(timeout=5)
        told = answer["error"]
        assert (answer["status"], told["code"]) == (429, -1003)
        assert told["data"]["retryAfter"] - told["data"]["serverTime"] == 7_000


async def test_an_answer_is_cut_in_half(place: Whole) -> None:
    await rule(place, "cut_json")
    async with opened(place, Market.SPOT) as stream:
        await stream.send_json(place.wire("ann", "order.place", **ORDER))
        text = await stream.receive_str(timeout=5)
        with pytest.raises(ValueError):
            json.loads(text)
        assert '"symbol":"BTCUSDT"' in text and orders(place, Market.SPOT) == 1


async def test_a_young_order_is_not_there_yet(place: Whole) -> None:
    await rule(place, "not_found_yet", **{"with": {"seconds": 60}})
    given = {**ORDER, "type": "LIMIT", "timeInForce": "GTC", "price": place.price("0.9")}
    async with opened(place, Market.SPOT) as stream:
        await stream.send_json(place.wire("ann", "order.place", **given))
        placed = await stream.receive_json(timeout=5)
        await stream.send_json(place.wire("ann", "order.status", symbol="BTCUSDT", orderId=placed["result"]["orderId"]))
        answer = await stream.receive_json(timeout=5)
        assert (answer["status"], answer["error"]["code"]) == (400, -2013)


async def test_a_late_answer_is_the_whole_answer(place: Whole) -> None:
    await rule(place, "latency", **{"with": {"seconds": 0.02}})
    async with opened(place, Market.PERPETUAL) as stream:
        await stream.send_json(place.wire("ann", "order.place", **ORDER, newOrderRespType="RESULT"))
        answer: Any = await stream.receive_json(timeout=5)
        assert (answer["status"], answer["result"]["status"]) == (200, "FILLED")
        assert {each["rateLimitType"] for each in answer["rateLimits"]} == {"ORDERS", "REQUEST_WEIGHT"}


async def test_methods_of_the_connection_have_a_path_of_their_own(place: Whole) -> None:
    await rule(place, "refused", where="GET /ws-api/v3/userDataStream.subscribe.signature")
    async with opened(place, Market.SPOT) as stream:
        await stream.send_json(place.wire("ann", "userDataStream.subscribe.signature"))
        assert (await stream.receive_json(timeout=5))["error"]["code"] == -1000
        await stream.send_json({"id": 1, "method": "session.status"})
        assert (await stream.receive_json(timeout=5))["status"] == 200


async def _resting(place: Whole) -> dict[str, object]:
    given = {**ORDER, "type": "LIMIT", "timeInForce": "GTC", "price": place.price("0.9")}
    _, placed = await place.signed("POST", "/api/v3/order", **given)
    return {"symbol": "BTCUSDT", "orderId": placed["orderId"]}


async def test_an_order_fills_before_it_is_cancelled_by_whichever_door(place: Whole) -> None:
    await rule(place, "fills_before_cancel")
    async with opened(place, Market.SPOT) as stream:
        await stream.send_json(place.wire("ann", "order.cancel", **await _resting(place)))
        assert (await stream.receive_json(timeout=5))["error"]["code"] == -2011
    _, refused = await place.signed("DELETE", "/api/v3/order", **await _resting(place))
    assert refused["code"] == -2011
    assert {order.status.value for order in place.running.exchange.spot.orders("ann", "BTCUSDT")} == {"FILLED"}


async def test_nobody_fills_an_order_whose_cancel_does_not_pass_the_door(place: Whole) -> None:
    await rule(place, "fills_before_cancel")
    ids = await _resting(place)
    key = place.running.exchange.accounts["ann"].api_key
    target = f"/api/v3/order?symbol=BTCUSDT&orderId={ids['orderId']}&timestamp=1&signature=00"
    status, _ = await place.ask("DELETE", target, headers={"X-MBX-APIKEY": key})
    assert status == 400
    async with opened(place, Market.SPOT) as stream:
        message = place.wire("ann", "order.cancel", **ids)
        message["params"]["signature"] = "00"  # type: ignore[index]
        await stream.send_json(message)
        assert (await stream.receive_json(timeout=5))["error"]["code"] == -1022
    assert [order.status.value for order in place.running.exchange.spot.orders("ann", "BTCUSDT")] == ["NEW"]


async def test_a_client_that_has_gone_still_trades(place: Whole) -> None:
    await rule(place, "latency", **{"with": {"seconds": 0.1}})
    async with opened(place, Market.SPOT) as stream:
        await stream.send_json(place.wire("ann", "order.place", **ORDER))
        await stream.send_json({"id": 1, "method": "session.status"})
    _, told = await place.ask("GET", "/api/v3/time")
    assert told["serverTime"]
    assert orders(place, Market.SPOT) == 1
