"""Who is told about which account: user streams of both markets, and the keys that open those of the perpetual one."""

from __future__ import annotations

import asyncio
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random

from tradefleet.exchange.accounts import Account
from tradefleet.exchange.engine.events import (
    BookChanged,
    CandleChanged,
    Event,
    MarkChanged,
    OrderReport,
    Printed,
)
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.numbers import milliseconds
from tradefleet.exchange.wire.responses import encoded
from tradefleet.exchange.wire.streams.connection import Connection
from tradefleet.exchange.wire.streams.delivery import Delivery
from tradefleet.exchange.wire.streams.hub import in_stream
from tradefleet.exchange.wire.user.perpetual import listen_key_expired
from tradefleet.exchange.wire.websocket import frame

Reports = Callable[[Event, Exchange], Iterable[tuple[str, Mapping[str, object]]]]
_PUBLIC = (Printed, BookChanged, CandleChanged, MarkChanged)
_LETTERS = string.ascii_letters + string.digits
_KEY_LENGTH = 64
_KEY_SECONDS = 3_600.0


@dataclass(eq=False, slots=True)
class Listener:
    """One user stream on one connection.

    `number` is a subscription's id on the spot market, `key` a listen key of the perpetual one.
    """

    market: Market
    account: str
    connection: Connection
    number: int = 0
    key: str = ""

    def framed(self, body: bytes) -> bytes:
        """An event as this stream tells it."""
        if self.market is Market.SPOT:
            return frame(b'{"subscriptionId":%d,"event":%b}' % (self.number, body))
        return frame(in_stream(self.key, body) if self.connection.combined else body)


class Sessions:
    """The open user streams; `hear` turns events of the exchange into what their accounts are told."""

    def __init__(
        self, exchange: Exchange, deliver: Delivery, reports: Mapping[Market, Reports], random: Random
    ) -> None:
        self._exchange = exchange
        self._deliver = deliver
        self._reports = reports
        self._listeners: dict[Market, dict[str, list[Listener]]] = {market: {} for market in Market}
        self.listen_keys = Keys(random, self._expired)

    def open(self, listener: Listener) -> Listener:
        """Tell a listener its account's events from now on."""
        self._listeners[listener.market].setdefault(listener.account, []).append(listener)
        return listener

    def close(self, listener: Listener) -> None:
        """Tell it no more."""
        accounts = self._listeners[listener.market]
        there = accounts.get(listener.account, [])
        if listener in there:
            there.remove(listener)
        if not there:
            accounts.pop(listener.account, None)

    def drop(self, connection: Connection) -> None:
        """A connection has gone."""
        for listener in self.listeners():
            if listener.connection is connection:
                self.close(listener)

    def listeners(self, account: str | None = None, market: Market | None = None) -> list[Listener]:
        """The open streams, of one account or one market if they are named."""
        return [
            listener
            for each, accounts in self._listeners.items()
            if market is None or each is market
            for name, listeners in accounts.items()
            if account is None or name == account
            for listener in listeners
        ]

    def hear(self, event: Event) -> None:
        """Tell those whom an event is about."""
        if isinstance(event, _PUBLIC):
            return
        account = event.order.account if isinstance(event, OrderReport) else event.account
        for market, accounts in self._listeners.items():
            if account not in accounts:
                continue
            for name, payload in self._reports[market](event, self._exchange):
                self._tell(market, name, payload)

    def terminate(self, listener: Listener) -> None:
        """End a stream of events in Binance's way: it says so, and then nothing more; the connection stays."""
        if listener.market is Market.PERPETUAL:
            self.listen_keys.expire(listener.key)
        else:
            self._say_end(listener, {"e": "eventStreamTerminated", "E": milliseconds(self._exchange.clock())})

    def stop(self) -> None:
        """The server ends: no key expires any more."""
        self.listen_keys.stop()

    def _tell(self, market: Market, account: str, payload: Mapping[str, object]) -> None:
        listeners = self._listeners[market].get(account)
        if listeners is None:
            return
        body = encoded(payload)
        kind = str(payload.get("e", ""))
        plain = self._deliver.plain
        for listener in tuple(listeners):
            data = listener.framed(body)
            if plain:
                listener.connection.send(data)
            else:
                self._deliver.user(listener.connection, data, kind, account, partial(self.terminate, listener))

    def _expired(self, key: str, account: str) -> None:
        payload = listen_key_expired(key, self._exchange.clock())
        for listener in self.listeners(account, Market.PERPETUAL):
            if listener.key == key:
                self._say_end(listener, payload)

    def _say_end(self, listener: Listener, payload: Mapping[str, object]) -> None:
        self.close(listener)
        listener.connection.send(listener.framed(encoded(payload)))


@dataclass(slots=True)
class _Key:
    account: str
    timer: asyncio.TimerHandle


@dataclass(slots=True)
class Keys:
    """Listen keys: one an account, good for an hour from when it was last asked for.

    `expired` is told a key that has run out, and its account.
    """

    random: Random
    expired: Callable[[str, str], None]
    _keys: dict[str, _Key] = field(default_factory=dict)

    def create(self, account: str) -> str:
        """A new key, or the account's living one, good for an hour from now."""
        key = self._of(account) or "".join(self.random.choices(_LETTERS, k=_KEY_LENGTH))
        self._renew(key, account)
        return key

    def keep_alive(self, account: str) -> str:
        """The account's key, good for another hour; raises Reject -1125 when it has none."""
        key = self._of(account)
        if key is None:
            raise Reject(-1125, "This listenKey does not exist.")
        self._renew(key, account)
        return key

    def delete(self, account: str) -> None:
        """End the account's key and its streams; one that has none is no error."""
        key = self._of(account)
        if key is not None:
            self.expire(key)

    def account(self, key: str) -> str | None:
        """Whose key it is, None for one that is not or no longer good."""
        found = self._keys.get(key)
        return None if found is None else found.account

    def expire(self, key: str) -> None:
        """A key's hour is over."""
        found = self._keys.pop(key, None)
        if found is not None:
            found.timer.cancel()
            self.expired(key, found.account)

    def stop(self) -> None:
        """Nothing expires any more."""
        for key in self._keys.values():
            key.timer.cancel()
        self._keys.clear()

    def _of(self, account: str) -> str | None:
        return next((key for key, found in self._keys.items() if found.account == account), None)

    def _renew(self, key: str, account: str) -> None:
        known = self._keys.get(key)
        if known is not None:
            known.timer.cancel()
        timer = asyncio.get_running_loop().call_later(_KEY_SECONDS, self.expire, key)
        self._keys[key] = _Key(account, timer)


class ApiSession:
    """A connection to the spot market's websocket API: who is logged on, and its user streams."""

    def __init__(self, connection: Connection, sessions: Sessions) -> None:
        self.connection = connection
        # Set by a logon.
        self.account: Account | None = None
        self._sessions = sessions
        self._next = 0
        self._open: dict[int, Listener] = {}

    @property
    def address(self) -> str:
        """Where the client is."""
        return self.connection.address

    @property
    def subscriptions(self) -> list[int]:
        """The ids of its open user streams."""
        there = set(self._sessions.listeners(market=Market.SPOT))
        self._open = {number: listener for number, listener in self._open.items() if listener in there}
        return list(self._open)

    def subscribe(self, account: Account) -> int:
        """Open a user stream; gives its id."""
        number = self._next
        self._next += 1
        listener = Listener(Market.SPOT, account.name, self.connection, number=number)
        self._open[number] = self._sessions.open(listener)
        return number

    def subscribed(self, account: Account) -> bool:
        """Whether an account's stream is open here already."""
        return any(self._open[number].account == account.name for number in self.subscriptions)

    def unsubscribe(self, number: int | None = None) -> bool:
        """Close one user stream, or all of them; whether there was one."""
        ended = [each for each in self.subscriptions if number is None or each == number]
        for each in ended:
            self._sessions.close(self._open.pop(each))
        return bool(ended)
