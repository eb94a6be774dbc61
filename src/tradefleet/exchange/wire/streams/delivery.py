"""The way of a message to a connection, with whatever goes wrong on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from tradefleet.exchange.faults.kinds import MessageFault
from tradefleet.exchange.wire.streams.connection import Connection
from tradefleet.exchange.wire.websocket import frame

# What waits for later messages goes out after so many seconds, should too few come.
_LONGEST_HOLD = 1.0


class MessageFaults(Protocol):
    """What decides on the faults of messages."""

    @property
    def idle(self) -> bool:
        """Whether no rule is in force, so that asking is a waste."""
        ...

    def on_message(self, kind: str, stream: str, account: str | None) -> MessageFault | None:
        """What happens to a message, if anything."""
        ...


@dataclass(slots=True)
class _Held:
    data: bytes
    passing: int
    timer: asyncio.TimerHandle


@dataclass(slots=True)
class _Post:
    """What is on its way to one connection."""

    held: list[_Held] = field(default_factory=list)
    batch: list[bytes] = field(default_factory=list)
    # How many messages the batch is still short of; 0 when none is being collected.
    short: int = 0
    late: set[asyncio.TimerHandle] = field(default_factory=set)


class Delivery:
    """Hands messages over, asking for faults if there are any to be had."""

    def __init__(self, faults: MessageFaults | None) -> None:
        self._faults = faults
        self._posts: dict[Connection, _Post] = {}

    @property
    def plain(self) -> bool:
        """Whether nothing can go wrong now and nothing is on its way, so that a message can be sent directly."""
        return self._faults is None or (self._faults.idle and not self._posts)

    def market(self, connection: Connection, data: bytes, stream: str) -> None:
        """Deliver a message of a market stream."""
        self._deliver(connection, data, "market", stream, None, lambda: None)

    def user(
        self, connection: Connection, data: bytes, stream: str, account: str, terminate: Callable[[], None]
    ) -> None:
        """Deliver a message of a user stream; `terminate` ends that stream of events."""
        self._deliver(connection, data, "user", stream, account, terminate)

    def forget(self, connection: Connection) -> None:
        """The connection has gone, and with it all that was on its way."""
        post = self._posts.pop(connection, None)
        if post is None:
            return
        for timer in (*post.late, *(held.timer for held in post.held)):
            timer.cancel()

    def _deliver(
        self,
        connection: Connection,
        data: bytes,
        kind: str,
        stream: str,
        account: str | None,
        terminate: Callable[[], None],
    ) -> None:
        fault = None if self._faults is None else self._faults.on_message(kind, stream, account)
        if connection.closing:
            return
        post = self._posts.get(connection)
        if fault is None:
            if post is None:
                connection.send(data)
            else:
                self._pass(connection, post, data)
            return
        if post is None:
            post = self._posts[connection] = _Post()
        self._go_wrong(connection, post, data, fault)
        if fault.terminate:
            terminate()
        if fault.freeze:
            connection.freeze(fault.freeze)
        if fault.close is not None:
            connection.close(fault.close)

    def _go_wrong(self, connection: Connection, post: _Post, data: bytes, fault: MessageFault) -> None:
        if fault.drop:
            return
        if fault.replace is not None:
            data = frame(fault.replace)
        if fault.batch and not post.short:
            self._collect(connection, post, fault.batch)
        if fault.hold_back:
            self._hold(connection, post, data, fault.hold_back)
        elif fault.delay:
            self._delay(connection, post, data, fault.delay)
        else:
            self._pass(connection, post, data)
        for _ in range(fault.duplicate):
            self._pass(connection, post, data)

    def _pass(self, connection: Connection, post: _Post, data: bytes) -> None:
        """Send a message, and after it those that have waited for enough others to pass."""
        self._send(connection, post, data)
        for held in list(post.held):
            held.passing -= 1
            if held.passing <= 0:
                self._release(connection, post, held)

    def _collect(self, connection: Connection, post: _Post, count: int) -> None:
        def give_up() -> None:
            post.late.discard(timer)
            self._send_batch(connection, post)

        post.short = count
        timer = asyncio.get_running_loop().call_later(_LONGEST_HOLD, give_up)
        post.late.add(timer)

    @staticmethod
    def _send_batch(connection: Connection, post: _Post) -> None:
        post.short = 0
        if post.batch:
            connection.send(b"".join(post.batch))
            post.batch.clear()

    def _send(self, connection: Connection, post: _Post, data: bytes) -> None:
        if not post.short:
            connection.send(data)
            return
        post.batch.append(data)
        post.short -= 1
        if not post.short:
            self._send_batch(connection, post)

    def _delay(self, connection: Connection, post: _Post, data: bytes, seconds: float) -> None:
        def arrive() -> None:
            post.late.discard(timer)
            self._send(connection, post, data)

        timer = asyncio.get_running_loop().call_later(seconds, arrive)
        post.late.add(timer)

    def _hold(self, connection: Connection, post: _Post, data: bytes, passing: int) -> None:
        def give_up() -> None:
            self._release(connection, post, held)

        held = _Held(data, passing, asyncio.get_running_loop().call_later(_LONGEST_HOLD, give_up))
        post.held.append(held)

    def _release(self, connection: Connection, post: _Post, held: _Held) -> None:
        held.timer.cancel()
        post.held.remove(held)
        self._send(connection, post, held.data)
