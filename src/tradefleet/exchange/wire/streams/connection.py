"""A websocket connection: what is to be sent to it, gathered and written once a turn of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.wire.websocket import Opcode, close_frame, frame

# So much is written without waiting for the end of the turn.
_FLUSH_AT = 1 << 18


@dataclass(frozen=True, slots=True)
class Pulse:
    """How connections are kept alive and how they end; all in seconds, `backlog` in bytes.

    A client that has `backlog` bytes unread is cut off. `closing` is how long the other side may take to say goodbye.
    """

    ping: float = 20.0
    pong_timeout: float = 60.0
    lifetime: float = 24 * 3_600.0
    closing: float = 1.0
    backlog: int = 1 << 25


class Connection:
    """One client's connection. `clock` tells the milliseconds that pings carry.

    Nothing that is sent waits for the client: what the client does not read is kept up to a bound, and then the
    connection ends.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        market: Market,
        address: str,
        pulse: Pulse,
        clock: Callable[[], int],
    ) -> None:
        self.market = market
        self.address = address
        # Whether messages tell the stream they belong to.
        self.combined = False
        self.closing = False
        self.slow = False
        self._transport = transport
        self._pulse = pulse
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._pending: list[bytes] = []
        self._size = 0
        self._flushing: asyncio.Handle | None = None
        self._unanswered = 0.0
        self._frozen_until = 0.0
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def start(self) -> None:
        """Start to ping, and to count the time the connection may last."""
        self._timers["ping"] = self._loop.call_later(self._pulse.ping, self._ping)
        self._timers["lifetime"] = self._loop.call_later(self._pulse.lifetime, self.close, 1001)

    @property
    def frozen(self) -> bool:
        """Whether it plays dead: it neither says anything nor hears anything."""
        return self._loop.time() < self._frozen_until

    def send(self, data: bytes) -> None:
        """Send one frame, or several in one piece."""
        if self.closing:
            return
        self._pending.append(data)
        self._size += len(data)
        if self._flushing is None:
            self._flushing = self._loop.call_soon(self._flush)
        elif self._size > _FLUSH_AT:
            self._flushing.cancel()
            self._flush()

    def send_text(self, payload: bytes) -> None:
        """Send a payload of its own as a text message."""
        self.send(frame(payload))

    def pong(self, payload: bytes) -> None:
        """Answer a ping."""
        self.send(frame(payload, Opcode.PONG))

    def ponged(self) -> None:
        """The client has answered a ping."""
        self._unanswered = 0.0

    def freeze(self, seconds: float) -> None:
        """Play dead for so long; what was to be sent meanwhile is lost, as is what the client says."""
        self._pending.clear()
        self._size = 0
        self._frozen_until = self._loop.time() + seconds

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Say goodbye, wait a moment for the other side, and end; 1006 ends it at once, without a word."""
        if code == 1006:
            self.cut()
        elif not self.closing:
            self.send(close_frame(code, reason))
            self._flush()
            self.closing = True
            self._stop_timers()
            self._timers["closing"] = self._loop.call_later(self._pulse.closing, self.cut)

    def cut(self) -> None:
        """End it as a broken network does."""
        self.closing = True
        self._pending.clear()
        self._size = 0
        self._stop_timers()
        self._transport.abort()

    def end(self) -> None:
        """Both sides have said goodbye."""
        self.closing = True
        self._stop_timers()
        self._transport.close()

    def lost(self) -> None:
        """The connection has gone."""
        self.closing = True
        self._pending.clear()
        self._size = 0
        self._stop_timers()
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None

    def flush(self) -> None:
        """Write what is gathered without waiting for the end of the turn."""
        if self._flushing is not None:
            self._flushing.cancel()
        self._flush()

    def _flush(self) -> None:
        self._flushing = None
        if not self._pending or self._transport.is_closing():
            self._pending.clear()
            self._size = 0
            return
        data = self._pending[0] if len(self._pending) == 1 else b"".join(self._pending)
        self._pending.clear()
        self._size = 0
        if self._frozen_until and self.frozen:
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > self._pulse.backlog:
            self.slow = True
            self.cut()

    def _ping(self) -> None:
        now = self._loop.time()
        if self.frozen:
            # It would not hear the answer.
            self._unanswered = 0.0
            self._timers["ping"] = self._loop.call_later(self._pulse.ping, self._ping)
            return
        if self._unanswered and now - self._unanswered >= self._pulse.pong_timeout:
            self.close(1008, "Pong timeout")
            return
        self._unanswered = self._unanswered or now
        self.send(frame(str(self._clock()).encode(), Opcode.PING))
        self._timers["ping"] = self._loop.call_later(self._pulse.ping, self._ping)

    def _stop_timers(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
