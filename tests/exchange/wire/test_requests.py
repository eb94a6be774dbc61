"""The door over HTTP: keys, signatures, times, permissions, and everything that is sent wrongly."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlencode

import aiohttp
import pytest

from tradefleet.exchange.wire.signing import signature
from tradefleet.market.errors import ParameterError

from .small import KEY, SECRET, Scene, served

pytestmark = pytest.mark.asyncio
NO_KEY = {"code": -2014, "msg": "API-key format invalid."}
NO_PERMISSION = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}
BAD_SIGNATURE = {"code": -1022, "msg": "Signature for this request is not valid."}
ILLEGAL = {"code": -1100, "msg": "Illegal characters found in a parameter."}
LATE = {"code": -1021, "msg": "Timestamp for this request is outside of the recvWindow."}
EARLY = {"code": -1021, "msg": "Timestamp for this request was 1000ms ahead of the server's time."}


def missing(name: str) -> dict[str, object]:
    return {"code": -1102, "msg": f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."}


async def raw(scene: Scene, data: bytes, seconds: float = 5.0) -> bytes:
    """What comes back for bytes, until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", scene.port)
    writer.write(data)
    try:
        async with asyncio.timeout(seconds):
            return await reader.read()
    finally:
        writer.close()


async def test_parameters_come_from_query_and_body_and_the_query_counts() -> None:
    async with served() as scene:
        form = {"b": "body", "c": "3 4"}
        status, found, headers = await scene.ask("POST", "/api/v3/echo?a=%5B1%5D&b=query", data=form)
        assert (status, found) == (200, {"a": "[1]", "b": "query", "c": "3 4"})
        assert headers["Content-Type"] == "application/json;charset=UTF-8"


async def test_markets_are_found_under_their_prefix_too() -> None:
    async with served() as scene:
        assert (await scene.get("/spot/api/v3/ping"))[:2] == (200, {})
        assert (await scene.get("/perpetual/fapi/v1/ping"))[:2] == (200, {})


async def test_an_account_signs_in_the_query_in_the_body_or_in_both() -> None:
    async with served() as scene:
        signed = scene.signed(symbol="BTCUSDT")
        expected = {"symbol": "BTCUSDT", "orderId": 1, "who": "ann"}
        status, found, _ = await scene.ask("POST", f"/api/v3/order?{signed}", headers=scene.headers)
        assert (status, found) == (200, expected)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        found = await scene.ask("POST", "/api/v3/order", data=signed, headers=scene.headers | form)
        assert found[:2] == (200, expected)
        query, body = "symbol=BTCUSDT", f"timestamp={scene.now}"
        body += f"&signature={signature(SECRET, query + body).upper()}"
        found = await scene.ask("POST", f"/api/v3/order?{query}", data=body, headers=scene.headers | form)
        assert found[:2] == (200, expected)


async def test_keys_that_are_missing_malformed_unknown_or_revoked_are_refused() -> None:
    async with served() as scene:
        path = f"/api/v3/order?{scene.signed(symbol='BTCUSDT')}"
        assert (await scene.get(path))[:2] == (401, NO_KEY)
        assert (await scene.get("/api/v3/historicalTrades"))[:2] == (401, NO_KEY)
        assert (await scene.get(path, headers={"X-MBX-APIKEY": "no key!"}))[:2] == (401, NO_KEY)
        assert (await scene.get(path, headers={"X-MBX-APIKEY": "z" * 64}))[:2] == (401, NO_PERMISSION)
        assert (await scene.get(path, headers=scene.headers))[0] == 200
        scene.accounts["ann"].revoked = True
        assert (await scene.get(path, headers=scene.headers))[:2] == (401, NO_PERMISSION)


async def test_permissions_are_those_of_the_market_and_of_reading() -> None:
    async with served() as scene:
        may = scene.accounts["ann"].permissions
        order = f"/api/v3/order?{scene.signed(symbol='BTCUSDT')}"
        may.spot = False
        assert (await scene.ask("POST", order, headers=scene.headers))[:2] == (401, NO_PERMISSION)
        assert (await scene.get(order, headers=scene.headers))[0] == 200
        may.spot, may.reading = True, False
        assert (await scene.ask("POST", order, headers=scene.headers))[0] == 200
        assert (await scene.get(order, headers=scene.headers))[:2] == (401, NO_PERMISSION)
        bob = {"X-MBX-APIKEY": "b" * 64}
        found = await scene.get(f"/fapi/v1/account?{scene.signed()}", headers=bob)
        assert found[:2] == (401, NO_PERMISSION)


async def test_a_signature_must_be_there_and_fit() -> None:
    async with served() as scene:
        stamp = f"symbol=BTCUSDT&timestamp={scene.now}"
        for sent, expected in (
            (stamp, missing("signature")),
            (f"{stamp}&signature=", missing("signature")),
            (f"{stamp}&signature=00", BAD_SIGNATURE),
            (f"{stamp}&signature={signature('other', stamp)}", BAD_SIGNATURE),
            (f"{stamp}&quantity=9&signature={signature(SECRET, stamp)}", BAD_SIGNATURE),
            ("symbol=BTCUSDT&signature=00", missing("timestamp")),
        ):
            assert (await scene.get(f"/api/v3/order?{sent}", headers=scene.headers))[:2] == (400, expected), sent


@pytest.mark.parametrize(
    ("offset", "window", "expected"),
    [
        (0, None, None),
        (999, None, None),
        (1000, None, EARLY),
        (-5000, None, None),
        (-5001, None, LATE),
        (-5001, 6000, None),
        (-60_000, 60_000, None),
        (0, 60_001, {"code": -1131, "msg": "'recvWindow' must be less than 60000."}),
    ],
)
async def test_the_time_of_a_request_must_be_now(offset: int, window: int | None, expected: object) -> None:
    async with served() as scene:
        text = urlencode({"symbol": "BTCUSDT", "timestamp": scene.now + offset})
        text += "" if window is None else f"&recvWindow={window}"
        path = f"/api/v3/order?{text}&signature={signature(SECRET, text)}"
        status, found, _ = await scene.get(path, headers=scene.headers)
        assert (status, found if status == 400 else None) == (200 if expected is None else 400, expected)


async def test_times_in_microseconds_are_read() -> None:
    async with served() as scene:
        text = f"symbol=BTCUSDT&timestamp={scene.now}000"
        path = f"/api/v3/order?{text}&signature={signature(SECRET, text)}"
        assert (await scene.get(path, headers=scene.headers))[0] == 200


@pytest.mark.parametrize(
    "query",
    ["a=%zz", "a=%", "a=%FF", "a=%00", "%00=1", "a=b%0d%0aX: 1", "a=%E2%82%AC", "a b=1", '{"a":1}', "<x>=1", "=1"],
)
async def test_characters_that_do_not_belong_are_refused(query: str) -> None:
    async with served() as scene:
        head = f"GET /api/v3/echo?{query.replace(' ', '+')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        found = await raw(scene, head.encode())
        assert found.startswith(b"HTTP/1.1 400") and b"-1100" in found
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await scene.ask("POST", "/api/v3/echo", data=query, headers=form))[:2] == (400, ILLEGAL)


async def test_a_json_body_is_refused() -> None:
    async with served() as scene:
        assert (await scene.ask("POST", "/api/v3/echo", json={"symbol": "BTCUSDT"}))[:2] == (400, ILLEGAL)


async def test_a_parameter_may_come_once_and_not_too_many_may_come() -> None:
    async with served() as scene:
        twice = {"code": -1101, "msg": "Duplicate values for a parameter detected."}
        assert (await scene.get("/api/v3/echo?a=1&a=1"))[:2] == (400, twice)
        many = "&".join(f"a{number}=1" for number in range(501))
        many_found = {"code": -1101, "msg": "Too many parameters sent for this endpoint."}
        assert (await scene.get(f"/api/v3/echo?{many}"))[:2] == (400, many_found)


async def test_unknown_paths_and_methods_are_answered_as_by_the_machines_in_front() -> None:
    async with served() as scene:
        status, found, headers = await scene.get("/api/v3/nothing")
        assert (status, found) == (404, "<html><body><h2>404 Not found</h2></body></html>")
        assert headers["Content-Type"] == "text/html"
        assert (await scene.ask("PUT", "/api/v3/order"))[0] == 405
        expected = {"code": -5000, "msg": "Path /fapi/v1/nothing, Method GET is invalid"}
        assert (await scene.get("/fapi/v1/nothing"))[:2] == (404, expected)
        assert (await scene.get("/control"))[0] == 404


async def test_an_endpoints_refusal_is_told_in_binances_form() -> None:
    async with served() as scene:
        found = await scene.ask("DELETE", f"/api/v3/order?{scene.signed(symbol='BTCUSDT')}", headers=scene.headers)
        refused = {"code": -2010, "msg": "Account has insufficient balance for requested action."}
        assert found[:2] == (400, refused)


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /api/v3/ping HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /api/v3/ping HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /api/v3/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /api/v3/ping HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X%d: 1\r\n" % n for n in range(500)) + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64 + b"\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_refused_and_the_server_goes_on(data: bytes) -> None:
    async with served() as scene:
        assert re.match(rb"HTTP/1\.[01] 4\d\d ", await raw(scene, data)) is not None
        assert (await scene.get("/api/v3/ping"))[0] == 200


async def test_http_1_0_and_head_and_absolute_addresses_are_served() -> None:
    async with served() as scene:
        found = await raw(scene, b"GET /api/v3/ping HTTP/1.0\r\n\r\n")
        assert found.endswith(b"\r\n\r\n{}") and b"Connection: close" in found
        address = b"GET http://api.binance.com/api/v3/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        assert (await raw(scene, address)).endswith(b"\r\n\r\n{}")
        head = await raw(scene, b"HEAD /api/v3/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 40") and head.endswith(b"\r\n\r\n")


async def test_what_clients_do_wrong_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with served() as scene:
        await raw(scene, b"GET /api/v3/ping HTTP/1.1\r\nno header\r\n\r\n")
        await raw(scene, b"GET /api/v3/ping HTTP/1.1\r\n\r\n")
        await scene.get("/api/v3/echo?a=%00")
    assert not caplog.records


async def test_requests_that_come_at_once_are_answered_in_order() -> None:
    async with served() as scene:
        reader, writer = await asyncio.open_connection("127.0.0.1", scene.port)
        for number in range(100):
            writer.write(b"GET /api/v3/echo?n=%d HTTP/1.1\r\nHost: x\r\n\r\n" % number)
        for number in range(100):
            await reader.readuntil(b'{"n":"%d"}' % number)
        writer.close()


async def test_a_body_of_a_hundred_megabytes_is_refused_unread() -> None:
    async with served() as scene:
        reader, writer = await asyncio.open_connection("127.0.0.1", scene.port)
        writer.write(b"POST /api/v3/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 413")
        sent = 0
        try:
            while sent < 100_000_000:
                writer.write(b"a" * 1_000_000)
                await writer.drain()
                sent += 1_000_000
        except ConnectionError:
            pass
        writer.close()
        assert (await scene.get("/api/v3/ping"))[0] == 200


async def test_a_body_without_a_length_is_cut_at_a_megabyte() -> None:
    async def endless() -> object:
        while True:
            yield b"a" * 100_000

    async with served() as scene:
        try:
            status, *_ = await scene.ask("POST", "/api/v3/echo", data=endless())
            assert status == 413
        except aiohttp.ClientError:
            # The connection may end before the answer is read.
            pass
        assert (await scene.get("/api/v3/ping"))[0] == 200


async def test_sockets_that_say_nothing_or_too_slowly_are_closed() -> None:
    async with served(idle_seconds=0.2) as scene:
        silent = [await asyncio.open_connection("127.0.0.1", scene.port) for _ in range(50)]
        reader, writer = await asyncio.open_connection("127.0.0.1", scene.port)
        writer.write(b"POST /api/v3/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\na=")
        slow_reader, slow_writer = await asyncio.open_connection("127.0.0.1", scene.port)
        slow_writer.write(b"GET /api/v3/ping HT")
        async with asyncio.timeout(3):
            assert (await reader.read()).startswith(b"HTTP/1.1 408")
            assert await slow_reader.read() == b""
            for quiet, _ in silent:
                assert await quiet.read() == b""
        for _, each in (*silent, (reader, writer), (slow_reader, slow_writer)):
            each.close()


async def test_a_large_answer_arrives_whole_at_a_slow_reader() -> None:
    async with served() as scene, scene.client.get(f"{scene.url}/api/v3/large") as response:
        assert int(response.headers["Content-Length"]) > 3_000_000
        await asyncio.sleep(0.05)
        assert len(await response.read()) == int(response.headers["Content-Length"])


async def test_a_taken_port_is_a_users_error() -> None:
    async with served() as scene:
        with pytest.raises(ParameterError, match=f"cannot listen on 127.0.0.1:{scene.port}"):
            await scene.server.start(port=scene.port)


async def test_a_key_is_enough_where_no_signature_is_asked_for() -> None:
    async with served() as scene:
        found = await scene.get("/api/v3/historicalTrades?symbol=A", headers={"x-mbx-apikey": KEY})
        assert found[:2] == (200, {"symbol": "A"})
