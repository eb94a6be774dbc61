"""From events of the exchange to the listeners of the market streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from tradefleet.exchange.engine.events import Event
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.streams.hub import Hub

# What waits for the end of its second is told after so long at the latest, should the market's clock stand still.
_LATEST = 1.0


class Streams(Protocol):
    """What makes a market's messages."""

    def connect(self, exchange: Exchange) -> None:
        """Tell the exchange what is wanted of it."""
        ...

    def messages(self, event: Event, exchange: Exchange) -> list[tuple[str, object]]:
        """What an event makes the streams say: names of streams and payloads."""
        ...

    @property
    def waiting(self) -> bool:
        """Whether `flush` has something to say."""
        ...

    def flush(self, exchange: Exchange) -> list[tuple[str, object]]:
        """What waits, said now."""
        ...


class Feed:
    """One market's events, told through its hub. `make` gets what tells whether anybody listens to a stream."""

    def __init__(self, exchange: Exchange, hub: Hub, make: Callable[[Callable[[str], bool]], Streams]) -> None:
        self._exchange = exchange
        self._hub = hub
        self._streams = make(hub.wanted)
        self._streams.connect(exchange)
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, event: Event) -> None:
        """Tell what an event means."""
        if not self._hub.busy:
            return
        for stream, payload in self._streams.messages(event, self._exchange):
            self._hub.publish(stream, payload)
        if self._timer is None and self._streams.waiting:
            self._timer = asyncio.get_running_loop().call_later(_LATEST, self._flush)

    def stop(self) -> None:
        """Tell nothing more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _flush(self) -> None:
        self._timer = None
        for stream, payload in self._streams.flush(self._exchange):
            self._hub.publish(stream, payload)
