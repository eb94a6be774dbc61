"""What the exchange itself fails at is answered in Binance's words, told in the log, and survived."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from tests.exchange.wire.small import KEY, SPOT, served, tables
from tests.exchange.wire.whole import whole

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.wire.endpoint import Call, Endpoint

pytestmark = pytest.mark.asyncio
FAILED = {"code": -1000, "msg": "An unknown error occurred while processing the request."}


def _broken(call: Call) -> object:
    raise ZeroDivisionError("planted")


def _unwritable(call: Call) -> object:
    return object()


BROKEN = tuple(
    Endpoint("GET", f"/api/v3/{name}", answer) for name, answer in (("broken", _broken), ("unwritable", _unwritable))
)


@pytest.mark.parametrize("name", ["broken", "unwritable"])
async def test_an_endpoint_that_fails_is_answered_and_the_connection_goes_on(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = tables()
    planted = replace(made, endpoints={**made.endpoints, Market.SPOT: (*SPOT, *BROKEN)})
    monkeypatch.setattr("tests.exchange.wire.small.tables", lambda: planted)
    async with served() as scene:
        connector = aiohttp.TCPConnector(limit=1)
        async with aiohttp.ClientSession(connector=connector) as client:
            ports = set()
            for path, expected in ((name, 500), ("ping", 200), (name, 500)):
                async with client.get(f"{scene.url}/api/v3/{path}?secret=hush") as response:
                    assert response.status == expected
                    assert "X-MBX-USED-WEIGHT-1M" in response.headers
                    assert await response.json() == (FAILED if expected == 500 else {})
                    assert response.connection is None or response.connection.transport is not None
                ports |= {id(each) for pool in connector._conns.values() for each, _ in pool}
            assert len(ports) == 1
    told = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(told) == 2 and all(record.exc_info is not None for record in told)
    assert f"/api/v3/{name}" in caplog.text and "hush" not in caplog.text


async def test_a_method_of_the_websocket_api_that_fails_is_answered(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with whole() as place:

        def fail(*_: object, **__: object) -> None:
            raise ZeroDivisionError("planted")

        monkeypatch.setattr(place.running.exchange.spot, "order", fail)
        async with place.client.ws_connect(f"{place.url}/ws-api/v3") as stream:
            await stream.send_json(place.wire("ann", "order.status", symbol="BTCUSDT", orderId=1))
            answer: Mapping[str, Any] = await stream.receive_json(timeout=5)
            assert (answer["id"], answer["status"], answer["error"]) == ("7", 500, FAILED)
            await stream.send_json({"id": 8, "method": "ping"})
            assert (await stream.receive_json(timeout=5))["result"] == {}
    assert "ZeroDivisionError" in caplog.text and "order.status" in caplog.text
    assert place.running.exchange.accounts["ann"].api_key not in caplog.text


async def test_the_control_interface_survives_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with whole() as place:
        monkeypatch.setattr("tradefleet.exchange.wire.interventions.describe_account", lambda _: 1 // 0)
        status, told = await place.control("GET", "/accounts")
        assert (status, told) == (500, FAILED)
    assert "/control/accounts has failed" in caplog.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_listen_keys_of_spot_are_gone(method: str) -> None:
    async with whole() as place:
        status, text = await place.ask(method, "/api/v3/userDataStream", headers={"X-MBX-APIKEY": KEY})
        assert (status, len(text)) == (410, 136)
        assert "<h1>410 Gone</h1>" in text
