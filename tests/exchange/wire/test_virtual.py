"""The same server in virtual time: hours pass in no time, and nothing is left waiting."""

from __future__ import annotations

import asyncio
import time

import aiohttp

from tradefleet.exchange.connect import LocalNames
from tradefleet.exchange.virtual import VirtualLoop, run_virtually
from tradefleet.exchange.wire.server import Server

from .small import small_exchange, tables

START = 1_700_000_000 * 10**9


def test_an_hour_of_pings_and_requests_takes_no_time() -> None:
    async def main() -> tuple[int, int, float]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        exchange, _ = small_exchange(time.time_ns)
        server = Server(exchange, tables=tables())
        port = await server.start()
        connector = aiohttp.TCPConnector(resolver=LocalNames("127.0.0.1", port), socket_factory=loop.virtual_socket)
        pings = requests = 0
        async with (
            aiohttp.ClientSession(connector=connector) as client,
            client.ws_connect("http://stream.binance.com/ws", autoping=False) as socket,
        ):
            while time.time_ns() < START + 3_600 * 10**9:
                found = await socket.receive()
                pings += 1
                assert int(found.data) == time.time_ns() // 10**6
                await socket.pong(found.data)
                async with client.get("http://api.binance.com/api/v3/ping") as response:
                    requests += response.status == 200
        await server.stop()
        return pings, requests, loop.time()

    pings, requests, passed = run_virtually(main, start=START)
    assert pings == requests == 180
    assert 3_600 <= passed < 3_610
