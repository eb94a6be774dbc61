"""Virtual time: a server and its real clients in one process, on a clock that jumps to the next thing to do.

Connections are pairs of sockets in memory, reached by host and port as usual, with TLS or without. Nothing waits, and
what happens depends on the program alone: the same program gives the same run.
"""

from __future__ import annotations

import asyncio
import itertools
import selectors
import socket
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from tradefleet.market.time import SECOND

T = TypeVar("T")
Factory = Callable[[], asyncio.BaseProtocol]
_FIRST_PORT = 60_000


def run_virtually(main: Callable[[], Coroutine[Any, Any, T]], *, start: int) -> T:
    """Run a coroutine function in virtual time, `start` being the first time in UTC nanoseconds; gives what it returns.

    `time.time` and `time.time_ns` tell the virtual time meanwhile, to every thread of the process.

    Raises RuntimeError where everything waits for something that can never come.

    >>> async def nap() -> int:
    ...     await asyncio.sleep(3600)
    ...     return time.time_ns()
    >>> run_virtually(nap, start=0)
    3600000000000
    """
    loop = VirtualLoop()
    try:
        with _patched(lambda: start + loop.elapsed):
            return loop.run_until_complete(main())
    finally:
        loop.close()


@contextmanager
def _patched(now: Callable[[], int]) -> Iterator[None]:
    """Make the process's wall clock tell `now()`: clients read it for the times they sign."""
    real, real_ns = time.time, time.time_ns
    time.time, time.time_ns = (lambda: now() / SECOND), now
    try:
        yield
    finally:
        time.time, time.time_ns = real, real_ns


class _JumpingSelector(selectors.DefaultSelector):
    """Never waits: when no socket is ready, it moves the clock by what it was asked to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed = 0
        self._numbers = itertools.count()
        self._order: dict[int, int] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = super().register(fileobj, events, data)
        self._order[key.fd] = next(self._numbers)
        return key

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            # Sockets that are ready together are served in the order they were opened, whatever the system says.
            return sorted(ready, key=lambda pair: self._order[pair[0].fd])
        if timeout is None:
            raise RuntimeError("everything waits, and nothing is left that could wake it")
        self.elapsed += round(timeout * SECOND)
        return []


class _Listener(asyncio.AbstractServer):
    """A server of the virtual network."""

    def __init__(self, loop: VirtualLoop, factory: Factory, address: tuple[str, int], tls: Any) -> None:
        self._loop = loop
        self._factory = factory
        self._tls = tls
        self.address = address

    @property
    def sockets(self) -> tuple[_Listener]:
        """Itself: what is asked of a listening socket is its name."""
        return (self,)

    def getsockname(self) -> tuple[str, int]:
        """Host and port."""
        return self.address

    async def accept(self, end: socket.socket) -> None:
        """Serve one end of a new connection."""
        await self._loop.connect_accepted_socket(self._factory, end, ssl=self._tls)

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def is_serving(self) -> bool:
        return self._loop.listeners.get(self.address) is self

    def close(self) -> None:
        self._loop.listeners.pop(self.address, None)

    async def wait_closed(self) -> None:
        return None

    async def start_serving(self) -> None:
        return None

    async def serve_forever(self) -> None:
        await self._loop.create_future()


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time with a network of its own."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self._clock_resolution = 1e-9
        self.listeners: dict[tuple[str, int], _Listener] = {}
        self._ends: dict[int, socket.socket] = {}
        self._ports = itertools.count(_FIRST_PORT)
        self._accepting: set[asyncio.Task[None]] = set()

    @property
    def elapsed(self) -> int:
        """Nanoseconds since the loop was made."""
        return self._jumping.elapsed

    def time(self) -> float:
        return self._jumping.elapsed / SECOND

    def virtual_socket(self, _: object = None) -> socket.socket:
        """A socket that `sock_connect` can connect to a server of this loop: aiohttp's `socket_factory`."""
        near, far = socket.socketpair()
        self._ends[near.fileno()] = far
        return near

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        far = self._ends.pop(sock.fileno())
        listener = self.listeners.get((address[0], address[1]))
        if listener is None:
            far.close()
            raise ConnectionRefusedError(f"nothing listens on {address[0]}:{address[1]}")
        far.setblocking(False)
        # A handshake needs both sides: the connecting one goes on while the server accepts.
        task = self.create_task(listener.accept(far))
        self._accepting.add(task)
        task.add_done_callback(self._accepted)

    def _accepted(self, task: asyncio.Task[None]) -> None:
        self._accepting.discard(task)
        if not task.cancelled() and isinstance(task.exception(), OSError):
            # The client went away while it was accepted; to a server that is nothing.
            return
        if not task.cancelled():
            task.result()

    async def create_connection(self, protocol_factory: Any, host: Any = None, port: Any = None, **options: Any) -> Any:
        if options.get("sock") is None:
            sock = self.virtual_socket()
            sock.setblocking(False)
            await self.sock_connect(sock, (host, port))
            options["sock"] = sock
            if options.get("ssl") and not options.get("server_hostname"):
                options["server_hostname"] = host
        return await super().create_connection(protocol_factory, **options)

    async def create_server(self, protocol_factory: Factory, host: Any = None, port: Any = None, **options: Any) -> Any:
        address = (host or "127.0.0.1", port or next(self._ports))
        if address in self.listeners:
            raise OSError(f"{address[0]}:{address[1]} is taken")
        listener = _Listener(self, protocol_factory, address, options.get("ssl"))
        self.listeners[address] = listener
        return listener

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        """Call it at once: a thread would make the order of things depend on the machine."""
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - handed to whoever awaits it
            future.set_exception(error)
        return future
