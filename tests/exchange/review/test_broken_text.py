"""Texts that are not UTF-8, nested without end, and a market that breaks."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from tests.exchange.review.plain import plain_venue

from tradefleet.exchange.serving import Running

NOT_TEXT = b'{"id": 1, "method": "\xff"}'


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with plain_venue() as running, aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session:
        yield session


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "code"), [("/ws", 3), ("/ws-api/v3", -1135)])
async def test_a_websocket_message_that_is_not_utf8_is_invalid_json(
    session: aiohttp.ClientSession, path: str, code: int
) -> None:
    async with session.ws_connect(path) as socket:
        await socket.send_frame(NOT_TEXT, aiohttp.WSMsgType.TEXT)
        assert (await socket.receive_json(timeout=5))["error"]["code"] == code
        # The connection is still good.
        await socket.send_json({"id": 2, "method": "LIST_SUBSCRIPTIONS"})
        assert (await socket.receive_json(timeout=5))["id"] == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/control/faults", b'{"what": "\xff"}'),
        ("/control/faults", b"[" * 500_000),
        ("/control/accounts/ann", b'{"fees": "\xff"}'),
    ],
)
async def test_a_body_of_the_control_interface_that_is_no_json_is_the_callers_error(
    session: aiohttp.ClientSession, path: str, body: bytes
) -> None:
    async with session.post(path, data=body) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]["kind"] == "parameter"


@pytest.mark.asyncio
async def test_a_market_that_breaks_is_told(caplog: pytest.LogCaptureFixture) -> None:
    def breaks(*_: Any, **__: Any) -> Any:
        raise ArithmeticError("no such price")

    async def serve() -> Running:
        async with plain_venue() as running:
            await running.driver.step()
            running.exchange.spot.quote = breaks  # type: ignore[method-assign]
            await running.driver.step()
            await running.driver.done.wait()
        return running

    with caplog.at_level(logging.ERROR, "tradefleet.exchange"), pytest.raises(ArithmeticError):
        await serve()
    assert "the market has stopped" in caplog.text


@pytest.mark.asyncio
@pytest.mark.parametrize("field", ["tick", "lot"])
async def test_steps_that_no_price_can_have_are_refused(session: aiohttp.ClientSession, field: str) -> None:
    asked = {"symbol": "BTCUSDT", field: "1e-300"}
    async with session.post("/control/symbols", json=asked) as answer:
        assert answer.status == 400
