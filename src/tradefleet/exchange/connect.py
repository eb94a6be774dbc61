"""Connect a real client: official addresses, names that resolve to this machine, the local authority."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientSession, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from tradefleet.exchange.virtual import VirtualLoop

C = TypeVar("C")


class LocalNames(AbstractResolver):
    """Resolves every name to one address: a client that uses it can reach nothing else."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The one address, whatever is asked for."""
        return [ResolveResult(hostname=host, host=self._host, port=self._port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is held open."""


def session(port: int, authority: str | Path, host: str = "127.0.0.1") -> ClientSession:
    """An aiohttp session that reaches the local exchange under the official addresses, TLS verified.

    `authority` is the file of the local authority's certificate. Needs a running event loop; close it when done.
    """
    loop = asyncio.get_running_loop()
    connector = TCPConnector(
        resolver=LocalNames(host, port),
        ssl=ssl.create_default_context(cafile=str(authority)),
        limit=0,
        socket_factory=loop.virtual_socket if isinstance(loop, VirtualLoop) else None,
    )
    return ClientSession(connector=connector)


@asynccontextmanager
async def connect(
    client: Callable[[dict[str, Any]], C],
    port: int,
    authority: str | Path,
    key: str = "",
    secret: str = "",
    *,
    host: str = "127.0.0.1",
    **settings: Any,
) -> AsyncIterator[C]:
    """A CCXT client, of `ccxt.async_support` or `ccxt.pro`, on the local exchange.

    The client is CCXT's own, unmodified: it goes to the official addresses, which resolve to this machine, so its
    errors are those of production and nothing can reach the real exchange. `settings` are CCXT's.

        async with connect(ccxt.pro.binance, 8900, authority, key, secret) as binance:
            await binance.create_order("BTC/USDT", "market", "buy", 0.01)
    """
    opened = session(port, authority, host)
    made: Any = client({"apiKey": key, "secret": secret, "session": opened, **settings})
    try:
        yield made
    finally:
        await made.close()
        await opened.close()
