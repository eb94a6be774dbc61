"""A network within the process: pairs of sockets in memory, and who listens for them."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import socket
from collections.abc import Callable
from typing import Any

Factory = Callable[[], asyncio.BaseProtocol]
Address = tuple[str, int]
_FIRST_PORT = 60_000
_HERE = "127.0.0.1"
_NAMES = {"localhost": _HERE, "::1": _HERE}
# A server on one of these is reached under any name.
_EVERYWHERE = ("0.0.0.0", "::", "")


class End(socket.socket):
    """One end of a connection, which knows the addresses it would have on a network."""

    addresses: tuple[Address, Address] = ((_HERE, 0), (_HERE, 0))

    def getsockname(self) -> Address:
        """Its own address."""
        return self.addresses[0]

    def getpeername(self) -> Address:
        """The other end's."""
        return self.addresses[1]


class Listener(asyncio.AbstractServer):
    """A server of the network. `options` are those of asyncio's `create_server` that concern TLS."""

    def __init__(self, network: Network, factory: Factory, address: Address, options: dict[str, Any]) -> None:
        self.factory = factory
        self.address = address
        self.options = options
        self._network = network
        self._over: asyncio.Future[None] | None = None

    @property
    def sockets(self) -> tuple[Listener, ...]:
        """Itself, as long as it listens: what is asked of a listening socket is its name."""
        return (self,) if self.is_serving() else ()

    def getsockname(self) -> Address:
        """Host and port."""
        return self.address

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._network.loop

    def is_serving(self) -> bool:
        return self._network.find(self.address) is self

    def close(self) -> None:
        """Listen no more; connections stay."""
        self._network.remove(self)
        if self._over is not None and not self._over.done():
            self._over.cancel()

    async def wait_closed(self) -> None:
        return None

    async def start_serving(self) -> None:
        return None

    async def serve_forever(self) -> None:
        self._over = self._network.loop.create_future()
        try:
            await self._over
        finally:
            self.close()


class Network:
    """Who listens where, and the ways there."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._listeners: dict[Address, Listener] = {}
        self._ports = itertools.count(_FIRST_PORT)

    def listen(self, factory: Factory, host: str | None, port: int | None, options: dict[str, Any]) -> Listener:
        """A new server; raises OSError for an address that is taken."""
        host = host or ""
        address = (host, port) if port else self._free(host)
        if self.find(address) is not None:
            raise OSError(errno.EADDRINUSE, f"{host}:{port} is taken")
        listener = Listener(self, factory, address, options)
        self._listeners[_place(address)] = listener
        return listener

    def _free(self, host: str) -> Address:
        return next(address for port in self._ports if self.find(address := (host, port)) is None)

    def find(self, address: Address) -> Listener | None:
        """Who listens there, if anybody."""
        place = _place(address)
        return self._listeners.get(place) or self._listeners.get(("", place[1]))

    def remove(self, listener: Listener) -> None:
        """It does not listen any more."""
        if self.find(listener.address) is listener:
            del self._listeners[_place(listener.address)]

    def connect(self, sock: socket.socket, address: Address) -> tuple[Listener, End]:
        """Make a socket one end of a connection to a server; gives the server and the other end.

        The socket stays the one it is, with another file behind it, so that whatever made it need not know.
        Raises ConnectionRefusedError where nobody listens.
        """
        listener = self.find(address)
        if listener is None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"nothing listens on {address[0]}:{address[1]}")
        near, far = socket.socketpair()
        with near:
            near.setblocking(False)
            os.dup2(near.fileno(), sock.fileno(), inheritable=False)
        end = End(fileno=far.detach())
        end.setblocking(False)
        from_port = next(self._ports)
        end.addresses = (listener.address[0] or _HERE, listener.address[1]), (_HERE, from_port)
        if isinstance(sock, End):
            sock.addresses = (_HERE, from_port), address
        return listener, end


def _place(address: Address) -> Address:
    host, port = address
    return ("" if host in _EVERYWHERE else _NAMES.get(host, host)), port
