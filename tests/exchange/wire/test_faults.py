"""Faults at their points in the server: what a client sees, and what the exchange has done meanwhile."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.faults.kinds import Canned, MessageFault, RequestFault

from .small import Scene, served

pytestmark = pytest.mark.asyncio
WAIT = 3.0


class Script:
    """One fault after another, each for one request or message; None for none."""

    def __init__(self, *faults: RequestFault | MessageFault | None) -> None:
        self.faults = deque(faults)
        self.asked: list[tuple[object, ...]] = []

    def _next(self) -> Any:
        return self.faults.popleft() if self.faults else None

    idle = False

    def on_request(
        self, method: str, path: str, account: str | None, parameters: Mapping[str, str]
    ) -> RequestFault | None:
        self.asked.append((method, path, account))
        found: RequestFault | None = self._next()
        return found

    def on_message(self, kind: str, stream: str, account: str | None) -> MessageFault | None:
        self.asked.append((kind, stream, account))
        found: MessageFault | None = self._next()
        return found


async def place(scene: Scene, number: int = 1) -> tuple[int, Any, Mapping[str, str]]:
    path = f"/api/v3/order?{scene.signed(symbol='BTCUSDT', orderId=number)}"
    return await scene.ask("POST", path, headers=scene.headers)


def orders_counted(scene: Scene) -> int:
    return scene.server.order_counts(Market.SPOT, "ann")[0].used


async def test_nothing_happens_without_a_fault_and_the_plan_knows_who_asks() -> None:
    script = Script()
    async with served(faults=script) as scene:
        assert (await place(scene))[0] == 200
    assert script.asked == [("POST", "/api/v3/order", "ann")]


async def test_a_plan_that_is_idle_is_not_asked() -> None:
    script = Script(RequestFault(cut="before"))
    script.idle = True
    async with served(faults=script) as scene:
        assert (await place(scene))[0] == 200
    assert script.asked == []


@pytest.mark.parametrize(("cut", "executed"), [("before", 0), ("after", 1)])
async def test_the_connection_is_cut_before_or_after_the_engine(cut: str, executed: int) -> None:
    async with served(faults=Script(RequestFault(cut=cut))) as scene:
        with pytest.raises(aiohttp.ClientError):
            await place(scene)
        assert orders_counted(scene) == executed


async def test_an_answer_may_come_instead_of_the_engine_or_after_it() -> None:
    canned = Canned(503, b"<html>", {"X-Trouble": "yes"}, "text/html")
    async with served(faults=Script(RequestFault(answer=canned), RequestFault(replace=canned))) as scene:
        for executed in (0, 1):
            status, text, headers = await place(scene)
            assert (status, text, headers["X-Trouble"], headers["Content-Type"]) == (503, "<html>", "yes", "text/html")
            assert orders_counted(scene) == executed


async def test_an_answer_may_be_cut_in_half() -> None:
    async with served(faults=Script(RequestFault(truncate=True))) as scene:
        path = f"/api/v3/order?{scene.signed(symbol='BTCUSDT')}"
        async with scene.client.post(scene.url + path, headers=scene.headers) as response:
            assert await response.text() == '{"symbol":"BTCUSDT","orderId":1,"who":"ann"}'[:22]


async def test_an_answer_may_be_late_on_both_ways() -> None:
    async with served(faults=Script(RequestFault(delay_before=0.2), RequestFault(delay_after=0.2))) as scene:
        for executed_meanwhile in (0, 2):
            placing = asyncio.create_task(place(scene))
            await asyncio.sleep(0.1)
            assert orders_counted(scene) == executed_meanwhile
            assert (await placing)[0] == 200


async def test_a_caller_that_never_gets_an_answer_does_not_keep_the_server_from_stopping() -> None:
    async with served(faults=Script(RequestFault(delay_after=10_000))) as scene:
        placing = asyncio.create_task(place(scene))
        await asyncio.sleep(0.1)
        async with asyncio.timeout(WAIT):
            await scene.server.stop()
        assert (await asyncio.gather(placing, return_exceptions=True))[0] is not None


async def test_an_address_may_be_banned() -> None:
    async with served(faults=Script(RequestFault(ban=60))) as scene:
        status, found, headers = await place(scene)
        assert (status, found["code"], headers["Retry-After"]) == (418, -1003, "60")
        assert (await place(scene))[0] == 418
        scene.clock[0] += 60 * 10**9
        assert (await place(scene))[0] == 200


async def test_young_orders_are_hidden_from_reads_for_a_while() -> None:
    hidden = RequestFault(hide_for=0.3)
    async with served(faults=Script(None, hidden, hidden, hidden)) as scene:
        await place(scene, 2)
        read = f"/api/v3/order?{scene.signed(symbol='BTCUSDT', orderId=2)}"
        listed = f"/api/v3/openOrders?{scene.signed()}"
        found = await scene.get(read, headers=scene.headers)
        assert found[:2] == (400, {"code": -2013, "msg": "Order does not exist."})
        assert [each["orderId"] for each in (await scene.get(listed, headers=scene.headers))[1]] == [1]
        await asyncio.sleep(0.35)
        assert (await scene.get(read, headers=scene.headers))[0] == 200


async def listening(scene: Scene) -> aiohttp.ClientWebSocketResponse:
    return await scene.client.ws_connect(f"{scene.url}/ws/btcusdt@trade")


async def heard(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[int]:
    return [(await socket.receive_json(timeout=WAIT))["t"] for _ in range(count)]


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ([MessageFault(drop=True)], [2, 3, 4]),
        ([MessageFault(duplicate=2)], [1, 1, 1, 2, 3, 4]),
        ([MessageFault(delay=0.1)], [2, 3, 4, 1]),
        ([MessageFault(hold_back=1)], [2, 1, 3, 4]),
        ([MessageFault(hold_back=2)], [2, 3, 1, 4]),
        ([MessageFault(hold_back=3), MessageFault(hold_back=1)], [3, 2, 4, 1]),
        ([MessageFault(hold_back=100)], [2, 3, 4, 1]),
        ([MessageFault(batch=3)], [1, 2, 3, 4]),
        ([MessageFault(batch=100)], [1, 2, 3, 4]),
        ([MessageFault(replace=b'{"t":99}')], [99, 2, 3, 4]),
    ],
)
async def test_messages_go_wrong_and_the_others_arrive(faults: list[MessageFault], expected: list[int]) -> None:
    async with served(faults=Script(*faults)) as scene:
        socket = await listening(scene)
        for _ in range(4):
            scene.print_trade()
        assert await heard(socket, len(expected)) == expected
        scene.print_trade()
        assert await heard(socket, 1) == [5]


async def test_a_message_may_be_the_last_before_a_close() -> None:
    script = Script(MessageFault(close=1008), MessageFault(close=1006))
    async with served(faults=script) as scene:
        socket = await listening(scene)
        scene.print_trade()
        assert await heard(socket, 1) == [1]
        assert (await socket.receive(timeout=WAIT)).data == 1008
        socket = await listening(scene)
        scene.print_trade()
        assert (await socket.receive(timeout=WAIT)).type in (WSMsgType.CLOSED, WSMsgType.CLOSE, WSMsgType.ERROR)
        assert socket.close_code == 1006
    assert script.asked == [("market", "btcusdt@trade", None)] * 2


async def test_a_frozen_connection_says_nothing_and_hears_nothing() -> None:
    async with served(faults=Script(MessageFault(freeze=0.3))) as scene:
        socket = await scene.client.ws_connect(f"{scene.url}/ws/btcusdt@trade", autoping=False)
        scene.print_trade()
        scene.print_trade()
        await socket.ping()
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.2)
        await asyncio.sleep(0.2)
        scene.print_trade()
        assert await heard(socket, 1) == [3]
        await socket.ping()
        assert (await socket.receive(timeout=WAIT)).type is WSMsgType.PONG


async def test_a_user_stream_may_be_terminated() -> None:
    script = Script(None, MessageFault(terminate=True))
    async with served(faults=script) as scene:
        socket = await scene.client.ws_connect(f"{scene.url}/ws-api/v3")
        await socket.send_json({"id": 1, "method": "subscribe", "params": {"account": "ann"}})
        await socket.receive_json(timeout=WAIT)
        for _ in range(3):
            scene.change_balances("ann")
        kinds = [(await socket.receive_json(timeout=WAIT))["event"]["e"] for _ in range(3)]
        assert kinds == ["balances", "balances", "eventStreamTerminated"]
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.1)
    assert script.asked == [("user", "balances", "ann")] * 2
