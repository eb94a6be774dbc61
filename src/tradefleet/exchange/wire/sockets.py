"""Websocket connections from the handshake to the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Literal, Protocol

import msgspec
from aiohttp import WSMsgType, web

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.wire.limits import Limiter, Refused, Violation
from tradefleet.exchange.wire.responses import Answer, encoded, refusal
from tradefleet.exchange.wire.routes import Socket
from tradefleet.exchange.wire.streams.connection import Connection, Pulse
from tradefleet.exchange.wire.streams.delivery import Delivery
from tradefleet.exchange.wire.streams.hub import Hub
from tradefleet.exchange.wire.streams.subscriptions import Subscriptions
from tradefleet.exchange.wire.user.sessions import ApiSession, Listener, Sessions
from tradefleet.exchange.wire.websocket import close_frame

_LONGEST_MESSAGE = 1 << 18
_BAD_JSON: dict[str, object] = {
    "id": None,
    "status": 400,
    "error": {"code": -1135, "msg": "Invalid JSON Request"},
    "rateLimits": [],
}
_ENDED = (WSMsgType.CLOSED, WSMsgType.CLOSING, WSMsgType.ERROR)


class Api(Protocol):
    """What answers to the messages of the websocket API."""

    def handle(self, session: ApiSession, message: dict[str, object]) -> Mapping[str, object] | Awaitable[bytes | None]:
        """The answer to a request; one that has to be awaited comes ready, None to cut the connection."""
        ...


class Sockets:
    """The open websocket connections of a server."""

    def __init__(
        self,
        hubs: Mapping[Market, Hub],
        sessions: Sessions,
        deliver: Delivery,
        limiter: Limiter,
        apis: Mapping[Market, Api],
        pulse: Pulse,
        clock: Callable[[], int],
    ) -> None:
        self._hubs = hubs
        self._sessions = sessions
        self._deliver = deliver
        self._limiter = limiter
        self._apis = apis
        self._pulse = pulse
        self._clock = clock
        self._open: dict[Connection, None] = {}
        # Answers that come late: their requests are under way, whether or not the client still waits.
        self._late: set[asyncio.Task[None]] = set()

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._open))

    async def serve(self, request: web.BaseRequest, socket: Socket, address: str) -> web.StreamResponse:
        """Open a connection and serve it until it ends."""
        try:
            self._limiter.connect(address)
        except Refused as refused:
            return refusal(refused, f"Retry-After: {refused.retry_after}\r\n").for_aiohttp()
        websocket: web.WebSocketResponse[Literal[False]] = web.WebSocketResponse(
            autoping=False,
            autoclose=False,
            compress=False,
            max_msg_size=_LONGEST_MESSAGE,
            timeout=self._pulse.closing,
            decode_text=False,
        )
        try:
            await websocket.prepare(request)
        except web.HTTPBadRequest as error:
            return Answer((error.text or "").encode(), 400, "", "text/plain", keep_alive=False).for_aiohttp()
        if request.transport is None:
            return websocket
        connection = Connection(request.transport, socket.market, address, self._pulse, self._clock)
        connection.combined = socket.combined
        connection.start()
        self._open[connection] = None
        try:
            if socket.api:
                await self._serve_api(websocket, connection)
            else:
                await self._serve_streams(websocket, connection, socket)
        finally:
            connection.lost()
            self._open.pop(connection, None)
            self._sessions.drop(connection)
            self._deliver.forget(connection)
        return websocket

    async def close(self) -> None:
        """Say goodbye to everybody and wait until all have gone."""
        for connection in self:
            connection.close(1001)
        loop = asyncio.get_running_loop()
        latest = loop.time() + 2 * self._pulse.closing
        while self._open and loop.time() < latest:
            await asyncio.sleep(self._pulse.closing / 50)
        await asyncio.gather(*self._late)

    async def _serve_streams(
        self, websocket: web.WebSocketResponse[Literal[False]], connection: Connection, socket: Socket
    ) -> None:
        market = socket.market
        limits = self._limiter.limits.of(market)

        def too_many() -> None:
            self._limiter.violated(Violation.STREAMS)
            connection.close(1008, "Too many subscriptions")

        def join(name: str) -> None:
            account = self._sessions.listen_keys.account(name) if market is Market.PERPETUAL else None
            if account is None:
                self._hubs[market].join(name, connection)
            else:
                self._sessions.open(Listener(market, account, connection, key=name))

        def leave(name: str) -> None:
            self._hubs[market].leave(name, connection)
            for listener in self._sessions.listeners(market=market):
                if listener.connection is connection and listener.key == name:
                    self._sessions.close(listener)

        subscriptions = Subscriptions(connection, limits.streams, join, leave, too_many)
        subscriptions.subscribe(list(socket.streams))
        try:
            await self._listen(websocket, connection, limits.messages, subscriptions.answer)
        finally:
            subscriptions.end()

    async def _serve_api(self, websocket: web.WebSocketResponse[Literal[False]], connection: Connection) -> None:
        session = ApiSession(connection, self._sessions)
        api = self._apis.get(connection.market)

        def answer(text: bytes) -> bytes | Awaitable[bytes | None]:
            try:
                message = msgspec.json.decode(text)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return encoded(_BAD_JSON)
            if api is None or not isinstance(message, dict):
                return encoded(_BAD_JSON)
            said = api.handle(session, message)
            return encoded(said) if isinstance(said, Mapping) else said

        # Requests cost weight there, which is limited by itself.
        await self._listen(websocket, connection, None, answer)

    async def _listen(
        self,
        websocket: web.WebSocketResponse[Literal[False]],
        connection: Connection,
        most: int | None,
        answer: Callable[[bytes], bytes | Awaitable[bytes | None]],
    ) -> None:
        """Hear a client until the connection ends; `most` is how many messages a second it may send."""
        loop = asyncio.get_running_loop()
        second, count = 0, 0
        while True:
            message = await websocket.receive()
            if message.type in _ENDED:
                return
            if message.type is WSMsgType.CLOSE:
                self._goodbye(connection, message.data)
                return
            if connection.closing or connection.frozen:
                continue
            if most is not None:
                now = int(loop.time())
                second, count = now, (count + 1 if now == second else 1)
                if count > most:
                    self._limiter.violated(Violation.MESSAGES)
                    connection.close(1008, "Too many requests")
                    continue
            if message.type is WSMsgType.PING:
                connection.pong(message.data)
            elif message.type is WSMsgType.PONG:
                connection.ponged()
            else:
                said = answer(message.data)
                if isinstance(said, bytes):
                    connection.send_text(said)
                else:
                    late = asyncio.create_task(self._answer_late(connection, said))
                    self._late.add(late)
                    late.add_done_callback(self._late.discard)

    @staticmethod
    async def _answer_late(connection: Connection, answer: Awaitable[bytes | None]) -> None:
        said = await answer
        if said is None:
            connection.cut()
        else:
            connection.send_text(said)

    @staticmethod
    def _goodbye(connection: Connection, code: object) -> None:
        if not connection.closing:
            connection.send(close_frame(code if isinstance(code, int) and code else 1000))
            connection.flush()
        connection.end()
