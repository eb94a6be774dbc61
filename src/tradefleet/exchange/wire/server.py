"""The server: one port for the REST and websocket interfaces of both markets, routed by path."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from inspect import isawaitable
from random import Random
from typing import Any, Protocol

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from tradefleet.exchange.engine.events import Event
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.faults.kinds import MessageFault, RequestFault
from tradefleet.exchange.wire.access import Access
from tradefleet.exchange.wire.door import Sent, read_parameters
from tradefleet.exchange.wire.endpoint import Count
from tradefleet.exchange.wire.limits import Limiter, Limits
from tradefleet.exchange.wire.numbers import milliseconds
from tradefleet.exchange.wire.responses import FAILED, LOGGER, Answer, encoded, page, refusal
from tradefleet.exchange.wire.rest import Rest
from tradefleet.exchange.wire.routes import Routes, find_socket
from tradefleet.exchange.wire.sockets import Sockets
from tradefleet.exchange.wire.streams.connection import Pulse
from tradefleet.exchange.wire.streams.delivery import Delivery
from tradefleet.exchange.wire.streams.feed import Feed
from tradefleet.exchange.wire.streams.hub import Hub
from tradefleet.exchange.wire.tables import Tables, standard
from tradefleet.exchange.wire.trouble import Pause, Trouble
from tradefleet.exchange.wire.user.sessions import Keys, Sessions
from tradefleet.market.errors import ParameterError, UserError

_LAST_PORT = 65_535
_LARGEST_BODY = 1 << 20
_LONGEST_LINE = 1 << 16
_HANDSHAKE_SECONDS = 10.0
# What a refused client has still to say is read and thrown away for so long.
_LINGER_SECONDS = 1.0
_STOP_SECONDS = 5.0
_CONTROL = "/control"


def _worth_logging(record: logging.LogRecord) -> bool:
    """What is not HTTP is answered, and anybody can send it: it shall not fill the log."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


LOGGER.addFilter(_worth_logging)


class Faults(Protocol):
    """What decides on the faults of requests and messages."""

    @property
    def idle(self) -> bool:
        """Whether no rule is in force, so that asking is a waste."""
        ...

    def on_request(
        self, method: str, path: str, account: str | None, parameters: Mapping[str, str]
    ) -> RequestFault | None:
        """What happens to a request, if anything."""
        ...

    def on_message(self, kind: str, stream: str, account: str | None) -> MessageFault | None:
        """What happens to a message, if anything."""
        ...


class Control(Protocol):
    """What answers on /control."""

    def answer(self, method: str, path: str, parameters: Mapping[str, str], body: bytes) -> object | Awaitable[object]:
        """What is written as JSON; may have to be awaited, raises UserError."""
        ...


class Server:
    """Serves an exchange to real clients.

    Times are in seconds and by the event loop's clock, but for signatures, limits and bans, which go by the exchange's
    `wire_clock`. `backlog` is how many bytes a websocket client may leave unread before it is cut off. `random` draws
    listen keys. `control`, which may be set until it listens, answers on /control to who brings `control_token`;
    without a token, to this machine alone.

        server = Server(exchange)
        port = await server.start()
        ...
        await server.stop()
    """

    def __init__(
        self,
        exchange: Exchange,
        *,
        faults: Faults | None = None,
        control: Control | None = None,
        control_token: str | None = None,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        random: Random | None = None,
        ping_seconds: float = 20.0,
        pong_timeout: float = 60.0,
        connection_hours: float = 24.0,
        idle_seconds: float = 60.0,
        backlog: int = 1 << 25,
        tables: Tables | None = None,
    ) -> None:
        self.control = control
        self._access = Access(control_token)
        self._exchange = exchange
        self._tls = tls
        self._idle = idle_seconds
        self._stopping = Pause()
        tables = standard() if tables is None else tables
        self.limiter = Limiter(Limits() if limits is None else limits, exchange.wire_clock)
        deliver = Delivery(faults)
        self.hubs = {market: Hub(deliver, partial(exchange.need, market)) for market in Market}
        self._feeds = [Feed(exchange, self.hubs[market], make) for market, make in tables.streams.items()]
        self.sessions = Sessions(exchange, deliver, tables.reports, Random(0) if random is None else random)
        trouble = Trouble(faults, self.limiter, self._stopping)
        self._rest = Rest(exchange, Routes(tables.endpoints), self.limiter, self, trouble)
        apis = {
            market: make(exchange, self._rest.door, self.limiter, self, trouble) for market, make in tables.apis.items()
        }
        pulse = Pulse(ping_seconds, pong_timeout, connection_hours * 3_600, backlog=backlog)
        self.sockets = Sockets(self.hubs, self.sessions, deliver, self.limiter, apis, pulse, self._now)
        self._web: web.Server | None = None
        self._listening: list[asyncio.Server] = []
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def listen_keys(self) -> Keys:
        """Keys of user streams."""
        return self.sessions.listen_keys

    def order_counts(self, market: Market, account: str) -> list[Count]:
        """How much of the limits of orders an account has used."""
        return self.limiter.order_counts(market, account)

    def after(self, name: str, seconds: float, act: Callable[[], object] | None) -> None:
        """Do something later, instead of what was to be done under this name before; None takes that back."""
        waiting = self._timers.pop(name, None)
        if waiting is not None:
            waiting.cancel()
        if act is not None:
            self._timers[name] = asyncio.get_running_loop().call_later(seconds, act)

    async def start(self, host: str = "127.0.0.1", port: int = 0, *, plain: bool = False) -> int:
        """Listen, and tell the port; 0 takes a free one. `plain` goes without TLS where the server has it.

        May be called again for another port. Raises ParameterError when the port is taken, and where other machines
        could use the control interface without a token.
        """
        if not 0 <= port <= _LAST_PORT:
            # uvloop would take the lower half of the number.
            raise ParameterError(f"port is {port}", where="port", cure=f"choose one from 0 to {_LAST_PORT}")
        if self.control is not None:
            self._access.check_host(host)
        loop = asyncio.get_running_loop()
        if self._unsubscribe is None:
            self._unsubscribe = self._exchange.events.subscribe(self._hear)
        if self._web is None:
            self._web = web.Server(
                self._handle,
                access_log=None,
                logger=LOGGER,
                tcp_keepalive=False,
                keepalive_timeout=self._idle,
                lingering_time=_LINGER_SECONDS,
                auto_decompress=False,
                max_line_size=_LONGEST_LINE,
            )
        tls = None if plain else self._tls
        more: dict[str, Any] = {} if tls is None else {"ssl": tls, "ssl_handshake_timeout": _HANDSHAKE_SECONDS}
        try:
            listening = await loop.create_server(self._web, host, port, backlog=4_096, **more)
        except OSError as error:
            raise ParameterError(
                f"cannot listen on {host}:{port}: {error.strerror or error}", where="port", cure="choose another port"
            ) from error
        self._listening.append(listening)
        return int(listening.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Say goodbye to all clients and end; nothing is left running."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._stopping.end()
        for listening in self._listening:
            listening.close()
        for feed in self._feeds:
            feed.stop()
        self.sessions.stop()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        await self.sockets.close()
        if self._web is not None:
            self._web.pre_shutdown()
            await _gone(self._web)
            await self._web.shutdown(_STOP_SECONDS)
            self._web = None
        for listening in self._listening:
            await listening.wait_closed()
        self._listening.clear()
        # Transports that were closed tell their protocols in the next turn.
        await asyncio.sleep(0)

    def _hear(self, event: Event) -> None:
        for feed in self._feeds:
            feed.hear(event)
        self.sessions.hear(event)

    def _now(self) -> int:
        return milliseconds(self._exchange.wire_clock())

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        target = request.raw_path
        if not target.startswith("/"):
            # Proxies are asked with the whole address.
            target = request.rel_url.raw_path_qs
        path, _, query = target.partition("?")
        address = request.remote or "127.0.0.1"
        if "Upgrade" in request.headers:
            socket = find_socket(path, query, request.headers.get("Host", ""))
            if socket is not None:
                return await self.sockets.serve(request, socket, address)
        body = await _read_body(request, self._idle)
        if isinstance(body, Answer):
            return body.for_aiohttp()
        sent = Sent(request.method, path, query, body.decode("latin-1"), request.headers.get("X-MBX-APIKEY"), address)
        if path.startswith(_CONTROL) and self.control is not None:
            refused = self._access.refusal(request.headers)
            return (refused or await self._controlled(self.control, sent, body)).for_aiohttp()
        return (await self._rest.serve(sent)).for_aiohttp()

    @staticmethod
    async def _controlled(control: Control, sent: Sent, body: bytes) -> Answer:
        try:
            parameters = read_parameters(Sent(sent.method, sent.path, sent.query, "", None, ""))
            found = control.answer(sent.method, sent.path, parameters, body)
            if isawaitable(found):
                found = await found
        except UserError as error:
            return Answer(encoded({"error": error.as_dict()}), 400)
        except Reject as reject:
            problem = ParameterError(reject.message, where=sent.path, cure="see GET /control")
            return Answer(encoded({"error": problem.as_dict()}), 400)
        except Exception:  # noqa: BLE001 - likewise, for what the control interface does
            LOGGER.exception("%s %s has failed", sent.method, sent.path)
            return refusal(FAILED)
        return Answer(encoded(found))


async def _gone(server: web.Server) -> None:
    """Wait for connections whose client has gone: aiohttp's shutdown forgets them while they still read the rest.

    Those that stay are cut: an idle client of TLS may never say goodbye.
    """
    loop = asyncio.get_running_loop()
    latest = loop.time() + _LINGER_SECONDS
    while server.connections and loop.time() < latest:
        await asyncio.sleep(_LINGER_SECONDS / 100)
    for connection in server.connections:
        if connection.transport is not None:
            connection.transport.abort()


async def _read_body(request: web.BaseRequest, seconds: float) -> bytes | Answer:
    """The body of a request; an answer that refuses one that is too large or takes too long."""
    content = request.content
    if content.is_eof():
        # Most are there already.
        body = content.read_nowait()
        return body if len(body) <= _LARGEST_BODY else _refused(413, "Request Entity Too Large")
    if (request.content_length or 0) > _LARGEST_BODY:
        return _refused(413, "Request Entity Too Large")
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            while piece := await content.readany():
                pieces.append(piece)
                size += len(piece)
                if size > _LARGEST_BODY:
                    return _refused(413, "Request Entity Too Large")
    except TimeoutError:
        return _refused(408, "Request Timeout")
    return b"".join(pieces)


def _refused(status: int, title: str) -> Answer:
    answer = page(status, title)
    answer.keep_alive = False
    return answer
