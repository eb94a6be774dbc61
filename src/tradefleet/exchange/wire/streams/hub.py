"""Who listens to which stream; each message is encoded and framed once, whoever gets it."""

from __future__ import annotations

from collections.abc import Callable

from tradefleet.exchange.wire.responses import encoded
from tradefleet.exchange.wire.streams.connection import Connection
from tradefleet.exchange.wire.streams.delivery import Delivery
from tradefleet.exchange.wire.websocket import frame


class Hub:
    """The streams of one market and their listeners. `need` is told the symbols that somebody begins to listen to."""

    def __init__(self, deliver: Delivery, need: Callable[[str], None]) -> None:
        # Ordered, so that the same run delivers in the same order.
        self._listeners: dict[str, dict[Connection, None]] = {}
        self._deliver = deliver
        self._need = need

    @property
    def busy(self) -> bool:
        """Whether anybody listens to anything."""
        return bool(self._listeners)

    def wanted(self, stream: str) -> bool:
        """Whether anybody listens."""
        return stream in self._listeners

    def join(self, stream: str, connection: Connection) -> None:
        """Listen from now on."""
        self._need(symbol_in(stream))
        self._listeners.setdefault(stream, {})[connection] = None

    def leave(self, stream: str, connection: Connection) -> None:
        """Listen no more."""
        listeners = self._listeners.get(stream)
        if listeners is None:
            return
        listeners.pop(connection, None)
        if not listeners:
            del self._listeners[stream]

    def publish(self, stream: str, payload: object) -> None:
        """Tell everybody who listens."""
        listeners = self._listeners.get(stream)
        if listeners is None:
            return
        body = encoded(payload)
        raw = combined = b""
        plain = self._deliver.plain
        # A copy, since a connection that is cut or terminated leaves.
        for connection in tuple(listeners):
            if connection.combined:
                data = combined = combined or frame(in_stream(stream, body))
            else:
                data = raw = raw or frame(body)
            if plain:
                connection.send(data)
            else:
                self._deliver.market(connection, data, stream)


def symbol_in(stream: str) -> str:
    """The symbol that a stream's name begins with, if it is one of a symbol.

    >>> symbol_in("btcusdt@kline_1m"), symbol_in("btcusdt_perpetual@continuousKline_1m"), symbol_in("!ticker@arr")
    ('BTCUSDT', 'BTCUSDT', '!TICKER')
    """
    return stream.partition("@")[0].partition("_")[0].upper()


def in_stream(stream: str, body: bytes) -> bytes:
    """The combined form: a payload with the stream it belongs to.

    >>> in_stream("btcusdt@trade", b"{}")
    b'{"stream":"btcusdt@trade","data":{}}'
    """
    return b'{"stream":%b,"data":%b}' % (encoded(stream), body)
