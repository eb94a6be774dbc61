"""The local authority, with verification on."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

import aiohttp
import pytest

from tradefleet.exchange.connect import LocalNames
from tradefleet.exchange.wire.tls import Authority
from tradefleet.market.errors import DataError

from .small import served

HOSTS = ("api.binance.com", "fapi.binance.com", "stream.binance.com", "fstream.binance.com", "ws-api.binance.com")


@pytest.mark.asyncio
@pytest.mark.parametrize("host", [*HOSTS, "localhost"])
async def test_official_names_are_verified(tmp_path: Path, host: str) -> None:
    authority = Authority(tmp_path)
    async with served(tls=authority.server_context()) as scene:
        connector = aiohttp.TCPConnector(resolver=LocalNames("127.0.0.1", scene.port), ssl=authority.client_context())
        async with aiohttp.ClientSession(connector=connector) as client:
            async with client.get(f"https://{host}/api/v3/ping") as response:
                assert await response.json() == {}
            async with client.ws_connect(f"wss://{host}:9443/ws/btcusdt@trade") as socket:
                await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 1})
                assert (await socket.receive_json(timeout=3))["result"] == ["btcusdt@trade"]


@pytest.mark.asyncio
async def test_other_names_and_clients_that_do_not_trust_it_are_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with served(tls=authority.server_context()) as scene:
        for context, host in ((authority.client_context(), "example.com"), (ssl.create_default_context(), HOSTS[0])):
            connector = aiohttp.TCPConnector(resolver=LocalNames("127.0.0.1", scene.port), ssl=context)
            async with aiohttp.ClientSession(connector=connector) as client:
                with pytest.raises(aiohttp.ClientConnectorCertificateError):
                    await client.get(f"https://{host}/api/v3/ping")


@pytest.mark.asyncio
async def test_a_plain_port_can_stand_beside(tmp_path: Path) -> None:
    async with served(tls=Authority(tmp_path).server_context()) as scene:
        scene.port = await scene.server.start(plain=True)
        assert (await scene.get("/api/v3/ping"))[:2] == (200, {})


def test_an_authority_stays_the_same_and_its_key_is_its_owners(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "authority"
    first = Authority(folder).certificate_file.read_bytes()
    assert Authority(folder).certificate_file.read_bytes() == first
    key = folder / "authority.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert b"PRIVATE" in key.read_bytes() and b"PRIVATE" not in first


def test_a_broken_authority_says_what_to_do(tmp_path: Path) -> None:
    Authority(tmp_path)
    (tmp_path / "authority.key").write_text("nothing")
    with pytest.raises(DataError, match="delete the folder"):
        Authority(tmp_path)
