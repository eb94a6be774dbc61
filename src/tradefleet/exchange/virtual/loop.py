"""An event loop in virtual time with a network of its own."""

from __future__ import annotations

import asyncio
import socket
import weakref
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from tradefleet.exchange.virtual.network import Address, End, Factory, Listener, Network
from tradefleet.exchange.virtual.selector import JumpingSelector
from tradefleet.market.time import SECOND

T = TypeVar("T")
# Of many tasks that wait, so many are named.
_MOST_NAMED = 10
_FAREWELL_TURNS = 3


def _refused(what: str) -> Callable[..., Coroutine[Any, Any, Any]]:
    async def refuse(*_: Any, **__: Any) -> Any:
        raise NotImplementedError(f"virtual time has no {what}: their time is the machine's; use a loop in real time")

    return refuse


class VirtualLoop(asyncio.SelectorEventLoop):
    """Never waits: where a loop would, its time jumps to the next timer.

    Servers and connections are those of asyncio, on a network of its own; signal handlers work. What goes to an
    executor runs at once, and other threads are not waited for. What would reach out of the process is refused.
    """

    def __init__(self) -> None:
        self._jumping = JumpingSelector(self._nothing_left)
        super().__init__(self._jumping)
        self._clock_resolution = 1e-9
        self._network = Network(self)
        self._accepting: set[asyncio.Task[None]] = set()
        self._connections: weakref.WeakSet[asyncio.Transport] = weakref.WeakSet()

    @property
    def elapsed(self) -> int:
        """Nanoseconds since the loop was made."""
        return self._jumping.elapsed

    def time(self) -> float:
        """The same in seconds."""
        return self._jumping.elapsed / SECOND

    def pass_time(self, nanoseconds: int) -> None:
        """Let so much time pass at once, as a call does that blocks the loop."""
        self._jumping.wait(nanoseconds)

    def virtual_socket(self, _: object = None) -> socket.socket:
        """A socket that `sock_connect` can connect to a server of this loop: aiohttp's `socket_factory`."""
        return End(socket.AF_UNIX, socket.SOCK_STREAM)

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect a socket of any kind to a server of this loop; raises ConnectionRefusedError where there is none."""
        listener, far = self._network.connect(sock, address[:2])
        # A handshake needs both sides: the connecting one goes on while the server accepts.
        task = self.create_task(self._accept(listener, far))
        self._accepting.add(task)
        task.add_done_callback(lambda task: self._accepted(task, far))

    async def _accept(self, listener: Listener, far: End) -> None:
        transport, _ = await self.connect_accepted_socket(listener.factory, far, **listener.options)
        self._connections.add(transport)

    def _accepted(self, task: asyncio.Task[None], far: End) -> None:
        self._accepting.discard(task)
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or error is not None:
            # Whether or not it came to a transport, which would close it too.
            far.close()
        if error is not None and not isinstance(error, OSError):
            # A client that goes away while it is accepted is nothing to a server; anything else is.
            self.call_exception_handler({"message": "a connection could not be accepted", "exception": error})

    async def create_connection(self, protocol_factory: Any, host: Any = None, port: Any = None, **options: Any) -> Any:
        """As asyncio's, to a server of this loop."""
        sock = options.get("sock")
        if sock is None:
            sock = await self._connected((host, port))
            if options.get("ssl") and not options.get("server_hostname"):
                options["server_hostname"] = host
        # One that calls itself TCP would be set up as TCP, which what is behind it is not.
        options["sock"] = sock if isinstance(sock, End) else End(fileno=sock.detach())
        made = await super().create_connection(protocol_factory, **options)
        self._connections.add(made[0])
        return made

    async def _connected(self, address: Address) -> socket.socket:
        sock = self.virtual_socket()
        try:
            sock.setblocking(False)
            await self.sock_connect(sock, address)
        except OSError:
            sock.close()
            raise
        return sock

    async def create_server(self, protocol_factory: Factory, host: Any = None, port: Any = None, **options: Any) -> Any:
        """As asyncio's, on the loop's own network; port 0 takes a free one, always the same in the same program."""
        tls = {name: value for name, value in options.items() if name.startswith("ssl")}
        return self._network.listen(protocol_factory, host, port, tls)

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> Any:
        """Names stand for themselves: no system is asked."""
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port or 0))]

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        """Call it at once: a thread would make the order of things depend on the machine."""
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - handed to whoever awaits it
            future.set_exception(error)
        return future

    subprocess_exec = subprocess_shell = _refused("subprocesses")
    create_datagram_endpoint = _refused("datagrams")
    create_unix_connection = create_unix_server = _refused("Unix sockets")
    connect_read_pipe = connect_write_pipe = _refused("pipes")

    def close(self) -> None:
        """End, and the network with it: connections that are open are cut."""
        try:
            if self._connections and not self.is_closed():
                self._cut()
        finally:
            super().close()

    def _cut(self) -> None:
        for connection in self._connections:
            connection.abort()
        # Those on both sides hear of it in later turns, and may start something then.
        for _ in range(_FAREWELL_TURNS):
            self.run_until_complete(asyncio.sleep(0))
        tasks = asyncio.all_tasks(self)
        for task in tasks:
            task.cancel()
        if tasks:
            self.run_until_complete(asyncio.wait(tasks))

    def _nothing_left(self) -> None:
        tasks = sorted(asyncio.all_tasks(self), key=lambda task: (len(task.get_name()), task.get_name()))
        named = ", ".join(_whereabouts(task) for task in tasks[:_MOST_NAMED])
        more = f", and {len(tasks) - _MOST_NAMED} more" if len(tasks) > _MOST_NAMED else ""
        raise RuntimeError(f"everything waits, and nothing is left that could wake it: {named or 'no task'}{more}")


def _whereabouts(task: asyncio.Task[Any]) -> str:
    """A task and the innermost line it waits at."""
    inner: Any = task.get_coro()
    frame, name = None, task.get_name()
    while inner is not None and getattr(inner, "cr_frame", None) is not None:
        frame, inner = inner.cr_frame, inner.cr_await
    if frame is None:
        return name
    code = frame.f_code
    return f"{name} in {code.co_qualname} ({Path(code.co_filename).name}:{frame.f_lineno})"
