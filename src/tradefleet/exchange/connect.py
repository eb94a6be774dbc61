"""Connect a real client: official addresses, names that resolve to this machine, the local authority."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientSession, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from tradefleet.exchange.virtual import VirtualLoop

C = TypeVar("C")
T = TypeVar("T")
_SCHEME_AND_HOST = re.compile(r"^(http|ws)s?://(stream\.)?[^/]+")


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


def connector(port: int, authority: str | Path, host: str = "127.0.0.1") -> TCPConnector:
    """For an aiohttp session of any client: it reaches the local exchange under the official addresses, TLS verified.

    `authority` is the file of the local authority's certificate. Needs a running event loop.
    """
    loop = asyncio.get_running_loop()
    return TCPConnector(
        resolver=LocalNames(host, port),
        # There is nothing to keep; and those who wait for the same name would go on in any order.
        use_dns_cache=False,
        ssl=ssl.create_default_context(cafile=str(authority)),
        limit=0,
        socket_factory=loop.virtual_socket if isinstance(loop, VirtualLoop) else None,
    )


def session(port: int, authority: str | Path, host: str = "127.0.0.1") -> ClientSession:
    """A session with such a connector; close it when done."""
    return ClientSession(connector=connector(port, authority, host))


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


def run(
    main: Callable[[C], Coroutine[Any, Any, T]],
    client: Callable[[dict[str, Any]], C],
    port: int,
    authority: str | Path,
    key: str = "",
    secret: str = "",
    *,
    host: str = "127.0.0.1",
    **settings: Any,
) -> T:
    """Run a coroutine function with a client as `connect` makes it; gives what it returns."""

    async def with_client() -> T:
        async with connect(client, port, authority, key, secret, host=host, **settings) as made:
            return await main(made)

    return asyncio.run(with_client())


def point(client: Any, url: str) -> None:
    """Point a CCXT client of any kind, also a synchronous one, at an exchange by its address instead of by names.

    `url` is such as `http://127.0.0.1:8901`. Some errors are then not those of production, since CCXT goes by the
    official addresses for them: prefer `connect` where the client is asynchronous.
    """
    client.urls["api"] = _pointed(client.urls["api"], url)


def _pointed(addresses: Any, url: str) -> Any:
    """All addresses, in dictionaries of dictionaries, with another host.

    >>> _pointed({"ws": {"spot": "wss://stream.binance.com:9443/ws"}}, "https://127.0.0.1:8900")
    {'ws': {'spot': 'wss://127.0.0.1:8900/stream/ws'}}
    """
    if isinstance(addresses, dict):
        return {name: _pointed(address, url) for name, address in addresses.items()}
    tail = url.removeprefix("http")
    # CCXT tells the streams of spot from those of perpetuals by this word, which is in the official host's name.
    return _SCHEME_AND_HOST.sub(lambda found: found[1] + tail + ("/stream" if found[2] else ""), addresses)
