"""Websockets: streams and what may be asked on them, user streams, pings, goodbyes, slow readers."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.wire.limits import Limits, MarketLimits, Window

from .small import Scene, served

pytestmark = pytest.mark.asyncio
WAIT = 3.0


async def opened(scene: Scene, path: str, **more: Any) -> ClientWebSocketResponse:
    return await scene.client.ws_connect(f"{scene.url}{path}", **more)


async def ask(socket: ClientWebSocketResponse, **request: Any) -> Any:
    await socket.send_json(request)
    return await socket.receive_json(timeout=WAIT)


async def test_a_raw_stream_tells_payloads_and_a_combined_one_names_the_stream() -> None:
    async with served() as scene:
        one = await opened(scene, "/ws/btcusdt@trade")
        many = await opened(scene, "/stream?streams=btcusdt@trade/ethusdt@trade")
        scene.print_trade("BTCUSDT")
        scene.print_trade("ETHUSDT")
        first = {"e": "trade", "s": "BTCUSDT", "t": 1}
        assert await one.receive_json(timeout=WAIT) == first
        assert await many.receive_json(timeout=WAIT) == {"stream": "btcusdt@trade", "data": first}
        assert (await many.receive_json(timeout=WAIT))["stream"] == "ethusdt@trade"


@pytest.mark.parametrize(
    ("path", "host", "market"),
    [
        ("/ws", "stream.binance.com:9443", Market.SPOT),
        ("/ws/0", "127.0.0.1", Market.SPOT),
        ("/stream/ws/0", "127.0.0.1", Market.SPOT),
        ("/spot/stream", "127.0.0.1", Market.SPOT),
        ("/ws", "fstream.binance.com", Market.PERPETUAL),
        ("/ws", "fstream.binancefuture.com", Market.PERPETUAL),
        ("/market/ws/0", "fstream.binance.com", Market.PERPETUAL),
        ("/public/ws/0", "127.0.0.1", Market.PERPETUAL),
        ("/market/stream", "127.0.0.1", Market.PERPETUAL),
        ("/perpetual/ws", "127.0.0.1", Market.PERPETUAL),
        ("/perpetual/market/ws/1", "127.0.0.1", Market.PERPETUAL),
    ],
)
async def test_the_market_of_a_stream_is_known_by_path_or_host(path: str, host: str, market: Market) -> None:
    async with served() as scene:
        socket = await opened(scene, path, headers={"Host": host})
        assert await ask(socket, method="SUBSCRIBE", params=["btcusdt@trade"], id=1) == {"result": None, "id": 1}
        scene.print_trade("BTCUSDT", next(other for other in Market if other is not market))
        scene.print_trade("BTCUSDT", market)
        found = await socket.receive_json(timeout=WAIT)
        assert found.get("data", found)["t"] == 2


async def test_streams_come_and_go_by_request() -> None:
    async with served() as scene:
        socket = await opened(scene, "/ws/ethusdt@trade")
        assert await ask(socket, method="SUBSCRIBE", params=["btcusdt@trade"], id="a1") == {"result": None, "id": "a1"}
        assert await ask(socket, method="LIST_SUBSCRIPTIONS", id=2) == {
            "result": ["ethusdt@trade", "btcusdt@trade"],
            "id": 2,
        }
        assert await ask(socket, method="UNSUBSCRIBE", params=["btcusdt@trade", "none"], id=3) == {
            "result": None,
            "id": 3,
        }
        scene.print_trade("BTCUSDT")
        scene.print_trade("ETHUSDT")
        assert (await socket.receive_json(timeout=WAIT))["s"] == "ETHUSDT"


async def test_payloads_become_combined_by_property() -> None:
    async with served() as scene:
        socket = await opened(scene, "/ws/btcusdt@trade")
        assert await ask(socket, method="GET_PROPERTY", params=["combined"], id=1) == {"result": False, "id": 1}
        assert await ask(socket, method="SET_PROPERTY", params=["combined", True], id=2) == {"result": None, "id": 2}
        scene.print_trade()
        assert (await socket.receive_json(timeout=WAIT))["stream"] == "btcusdt@trade"


KINDS = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"


@pytest.mark.parametrize(
    ("text", "code", "start"),
    [
        ("{", 3, "Invalid JSON: expected value at line 1 column 1"),
        ("[" * 100_000, 3, "Invalid JSON"),
        ("[]", 2, "Invalid request: "),
        ('{"id":1}', 2, "Invalid request: missing field `method`"),
        ('{"method":"BUY","id":1}', 2, f"Invalid request: unknown variant `BUY`, expected one of {KINDS} at line 1"),
        ('{"method":7,"id":1}', 2, "Invalid request: unknown variant `7`"),
        (
            '{"method":"SUBSCRIBE","params":["a"],"id":1.5}',
            2,
            "Invalid request: request ID must be an unsigned integer",
        ),
        ('{"method":"SUBSCRIBE","params":"a","id":1}', 2, "Invalid request: "),
        ('{"method":"SUBSCRIBE","params":[1],"id":1}', 2, "Invalid request: "),
        ('{"method":"SET_PROPERTY","params":["mixed",true],"id":1}', 0, "Unknown property"),
        ('{"method":"SET_PROPERTY","params":["combined",1],"id":1}', 1, "Invalid value type: expected Boolean"),
        ('{"method":"GET_PROPERTY","params":[1],"id":1}', 2, "Invalid request: property name must be a string"),
        ('{"method":"GET_PROPERTY","params":["combined",true],"id":1}', 2, "Invalid request: too many parameters"),
    ],
)
async def test_requests_that_do_not_fit_are_refused_and_the_connection_stays(text: str, code: int, start: str) -> None:
    async with served() as scene:
        socket = await opened(scene, "/ws")
        await socket.send_str(text)
        found = (await socket.receive_json(timeout=WAIT))["error"]
        assert found["code"] == code and found["msg"].startswith(start)
        assert (await ask(socket, method="LIST_SUBSCRIPTIONS", id=1))["result"] == []


async def test_what_is_kept_for_later_is_told_after_a_second_even_if_nothing_more_happens() -> None:
    async with served() as scene:
        socket = await opened(scene, "/ws/!late@arr")
        scene.print_trade()
        scene.print_trade()
        assert len(await socket.receive_json(timeout=WAIT)) == 2


async def test_no_compression_is_agreed_on() -> None:
    async with served() as scene:
        socket = await opened(scene, "/ws", compress=15)
        assert not socket.compress


async def test_every_listener_gets_the_same_bytes() -> None:
    handshake = (
        b"GET /ws/btcusdt@trade HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    async with served() as scene:
        ends = [await asyncio.open_connection("127.0.0.1", scene.port) for _ in range(3)]
        for reader, writer in ends:
            writer.write(handshake)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        for _ in range(20):
            scene.print_trade()
        found = [await reader.readuntil(b'"t":20}') for reader, _ in ends]
        assert found[0] == found[1] == found[2]
        # A head of two bytes without a mask.
        assert found[0][:2] == bytes((0x81, len(b'{"e":"trade","s":"BTCUSDT","t":1}')))
        for _, writer in ends:
            writer.close()


async def test_what_is_not_a_handshake_is_refused() -> None:
    async with served() as scene:
        assert (await scene.get("/ws", headers={"Upgrade": "h2c"}))[0] == 400
        assert (await scene.get("/ws"))[0] == 404
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await opened(scene, "/nothing/ws-api")
        assert caught.value.status == 404


async def test_pings_carry_the_time_and_are_answered_both_ways() -> None:
    async with served(ping_seconds=0.05) as scene:
        socket = await opened(scene, "/ws", autoping=False)
        found = await socket.receive(timeout=WAIT)
        assert (found.type, found.data) == (WSMsgType.PING, str(scene.now).encode())
        await socket.ping(b"hello")
        while (found := await socket.receive(timeout=WAIT)).type is WSMsgType.PING:
            pass
        assert (found.type, found.data) == (WSMsgType.PONG, b"hello")


async def test_a_client_that_does_not_answer_pings_is_closed_and_one_that_does_stays() -> None:
    async with served(ping_seconds=0.2, pong_timeout=0.4) as scene:
        deaf = await opened(scene, "/ws", autoping=False)
        alive = await opened(scene, "/ws/btcusdt@trade")
        hearing = asyncio.create_task(alive.receive_json())
        while (found := await deaf.receive(timeout=WAIT)).type is WSMsgType.PING:
            pass
        assert (found.type, found.data, found.extra) == (WSMsgType.CLOSE, 1008, "Pong timeout")
        scene.print_trade()
        assert (await hearing)["t"] == 1


async def test_a_connection_lasts_its_hours() -> None:
    async with served(connection_hours=0.1 / 3600) as scene:
        socket = await opened(scene, "/ws")
        assert (await socket.receive(timeout=WAIT)).type is WSMsgType.CLOSE
        assert socket.close_code == 1001


async def test_a_goodbye_is_answered_with_the_same_code() -> None:
    async with served() as scene:
        socket = await opened(scene, "/ws")
        await socket.close(code=4000)
        assert socket.close_code == 4000
        api = await opened(scene, "/ws-api/v3")
        await ask(api, id=1, method="subscribe", params={"account": "ann"})
        await api.close()
        await asyncio.sleep(0.05)
        assert list(scene.server.sockets) == []
        assert scene.server.sessions.listeners() == []


def tight(**more: Any) -> Limits:
    much = Window("MINUTE", 1, 10**6)
    return Limits(spot=MarketLimits(much, much, (much,), messages=5, streams=3), **more)


async def test_too_many_messages_a_second_end_a_connection() -> None:
    async with served(limits=tight()) as scene:
        socket = await opened(scene, "/ws")
        for number in range(20):
            await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": number})
        kinds = []
        while (found := await socket.receive(timeout=WAIT)).type is WSMsgType.TEXT:
            kinds.append(found.type)
        assert (found.type, found.data) == (WSMsgType.CLOSE, 1008)
        assert 5 <= len(kinds) <= 10
        assert scene.server.limiter.violations["messages"] == 1


async def test_too_many_streams_end_a_connection() -> None:
    async with served(limits=tight()) as scene:
        socket = await opened(scene, "/ws/a/b")
        assert (await ask(socket, method="SUBSCRIBE", params=["b", "c"], id=1))["result"] is None
        await socket.send_json({"method": "SUBSCRIBE", "params": ["d"], "id": 2})
        assert (await socket.receive(timeout=WAIT)).type is WSMsgType.CLOSE
        assert scene.server.limiter.violations["streams"] == 1


async def test_too_many_connections_of_an_address_are_refused() -> None:
    async with served(limits=tight(connections=Window("MINUTE", 5, 2))) as scene:
        await opened(scene, "/ws")
        await opened(scene, "/ws")
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await opened(scene, "/ws")
        assert caught.value.status == 429
        scene.clock[0] += 300 * 10**9
        await opened(scene, "/ws")


async def test_a_spot_account_is_told_its_events_by_subscription() -> None:
    async with served() as scene:
        socket = await opened(scene, "/ws-api/v3")
        for number in (0, 1):
            found = await ask(socket, id=number, method="subscribe", params={"account": "ann"})
            assert found["result"] == {"subscriptionId": number}
        scene.change_balances("bob")
        scene.change_balances("ann", Market.PERPETUAL)
        scene.change_balances("ann")
        for number in (0, 1):
            found = await socket.receive_json(timeout=WAIT)
            assert found == {"subscriptionId": number, "event": {"e": "balances", "E": 3}}
        assert (await ask(socket, id=1, method="unsubscribe"))["result"] == {"was": True}
        scene.change_balances("ann")
        assert (await ask(socket, id=2, method="unsubscribe"))["result"] == {"was": False}
        await socket.send_str("{")
        assert (await socket.receive_json(timeout=WAIT))["error"]["code"] == -1135


async def test_a_spot_stream_is_terminated_in_binances_way() -> None:
    async with served() as scene:
        socket = await opened(scene, "/ws-api/v3")
        await ask(socket, id=1, method="subscribe", params={"account": "ann"})
        scene.server.sessions.terminate(scene.server.sessions.listeners("ann")[0])
        found = await socket.receive_json(timeout=WAIT)
        assert (found["subscriptionId"], found["event"]["e"]) == (0, "eventStreamTerminated")
        scene.change_balances("ann")
        assert (await ask(socket, id=2, method="unsubscribe"))["result"] == {"was": False}


@pytest.mark.parametrize("path", ["/private/ws?listenKey=", "/ws/", "/perpetual/ws/", "/stream?streams="])
async def test_a_perpetual_account_is_told_its_events_by_listen_key(path: str) -> None:
    async with served() as scene:
        _, found, _ = await scene.ask("POST", "/fapi/v1/listenKey", headers=scene.headers)
        key = found["listenKey"]
        assert len(key) == 64
        assert (await scene.ask("POST", "/fapi/v1/listenKey", headers=scene.headers))[1] == found
        socket = await opened(scene, path + key, headers={"Host": "fstream.binance.com"})
        scene.change_balances("ann")
        scene.change_balances("ann", Market.PERPETUAL)
        expected: object = {"e": "balances", "E": 2}
        if "stream?" in path:
            expected = {"stream": key, "data": expected}
        assert await socket.receive_json(timeout=WAIT) == expected
        scene.server.listen_keys.delete("ann")
        ended = await socket.receive_json(timeout=WAIT)
        ended = ended.get("data", ended)
        assert (ended["e"], ended["listenKey"]) == ("listenKeyExpired", key)


async def test_ten_thousand_events_at_once_arrive_in_order() -> None:
    async with served() as scene:
        socket = await opened(scene, "/ws-api/v3")
        await ask(socket, id=1, method="subscribe", params={"account": "ann"})
        for _ in range(10_000):
            scene.change_balances("ann")
        for number in range(1, 10_001):
            assert (await socket.receive_json(timeout=WAIT))["event"]["E"] == number


async def test_a_client_that_does_not_read_is_cut_off_and_others_miss_nothing() -> None:
    # A long name makes long messages, which fill the buffers of the system sooner.
    symbol = "A" * 20_000
    path = f"/ws/{symbol.lower()}@trade"
    async with served(backlog=100_000) as scene:
        slow = await asyncio.open_connection("127.0.0.1", scene.port)
        slow[1].write(
            b"GET %b HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n" % path.encode()
        )
        await slow[0].readuntil(b"\r\n\r\n")
        slow[1].transport.pause_reading()
        fast = await opened(scene, path)
        for _ in range(2_000):
            scene.print_trade(symbol)
            assert (await fast.receive_json(timeout=WAIT))["t"] == scene.printed
            if len(list(scene.server.sockets)) == 1:
                break
        (left,) = scene.server.sockets
        assert not left.slow
        slow[1].transport.abort()


async def test_stopping_says_goodbye_to_everybody() -> None:
    async with served() as scene:
        sockets = [await opened(scene, path) for path in ("/ws/btcusdt@trade", "/ws-api/v3", "/market/ws")]
        heard = [asyncio.create_task(socket.receive()) for socket in sockets]
        await asyncio.sleep(0)
        await scene.server.stop()
        assert [(await each).data for each in heard] == [1001] * 3
        assert [socket.close_code for socket in sockets] == [1001] * 3
        with pytest.raises(aiohttp.ClientError):
            await scene.get("/api/v3/ping")


async def test_a_client_that_does_not_say_goodbye_is_left_behind() -> None:
    async with served() as scene:
        reader, writer = await asyncio.open_connection("127.0.0.1", scene.port)
        writer.write(
            b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        await reader.readuntil(b"\r\n\r\n")
        async with asyncio.timeout(WAIT):
            await scene.server.stop()
            assert (await reader.read()).startswith(b"\x88\x02\x03\xe9")
        writer.close()
