"""What a websocket client may ask for on a stream connection, and the answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tradefleet.exchange.wire.responses import encoded
from tradefleet.exchange.wire.streams.connection import Connection

_TEXT_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_NO_SUCH = "Unknown property"
_NOT_BOOLEAN = "Invalid value type: expected Boolean"
_NO_NAME = "Invalid request: property name must be a string"
_TOO_MANY = "Invalid request: too many parameters"
_BAD_ID = "Invalid request: request ID must be an unsigned integer"
_BAD_STREAMS = "Invalid request: invalid type, expected a sequence of strings"


class _Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Subscriptions:
    """The streams of one connection.

    `join` and `leave` are told when a stream is begun and ended; `too_many` when there would be more than `limit`.
    """

    def __init__(
        self,
        connection: Connection,
        limit: int,
        join: Callable[[str], None],
        leave: Callable[[str], None],
        too_many: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._limit = limit
        self._join = join
        self._leave = leave
        self._too_many = too_many
        self._names: dict[str, None] = {}

    def subscribe(self, names: list[str]) -> None:
        """Begin streams; those that are there already go on."""
        new = [name for name in dict.fromkeys(names) if name not in self._names]
        if len(self._names) + len(new) > self._limit:
            self._too_many()
            return
        for name in new:
            self._names[name] = None
            self._join(name)

    def unsubscribe(self, names: list[str]) -> None:
        """End streams; those that are not there are no error."""
        for name in names:
            if name in self._names:
                del self._names[name]
                self._leave(name)

    def end(self) -> None:
        """The connection has gone."""
        self.unsubscribe(list(self._names))

    def answer(self, text: bytes) -> bytes:
        """What to say to a message."""
        identity: object = None
        try:
            request = _read(text)
            identity = _identity(request)
            method = request.get("method")
            if method is None:
                raise _Refusal(2, f"Invalid request: missing field `method` at line 1 column {len(text)}")
            act = _METHODS.get(method) if isinstance(method, str) else None
            if act is None:
                expected = ", ".join(f"`{name}`" for name in _METHODS)
                what = method if isinstance(method, str) else encoded(method).decode()
                message = f"unknown variant `{what}`, expected one of {expected} at line 1 column {len(text)}"
                raise _Refusal(2, f"Invalid request: {message}")
            return encoded({"result": act(self, request.get("params")), "id": identity})
        except _Refusal as refusal:
            return encoded({"error": {"code": refusal.code, "msg": refusal.message}, "id": identity})

    def _subscribing(self, parameters: Any) -> None:
        self.subscribe(_streams(parameters))

    def _unsubscribing(self, parameters: Any) -> None:
        self.unsubscribe(_streams(parameters))

    def _listing(self, _: Any) -> list[str]:
        return list(self._names)

    def _setting(self, parameters: Any) -> None:
        found = _property(parameters, 2)
        if len(found) < 2 or not isinstance(found[1], bool):
            raise _Refusal(1, _NOT_BOOLEAN)
        self._connection.combined = found[1]

    def _getting(self, parameters: Any) -> bool:
        _property(parameters, 1)
        return self._connection.combined


def _read(text: bytes) -> dict[str, Any]:
    try:
        request = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _Refusal(3, "Invalid JSON: expected value at line 1 column 1") from None
    if not isinstance(request, dict):
        raise _Refusal(2, "Invalid request: invalid type, expected struct Request at line 1 column 1")
    return request


def _identity(request: Mapping[str, Any]) -> object:
    identity = request.get("id")
    number = isinstance(identity, int) and not isinstance(identity, bool) and _SMALLEST <= identity <= _LARGEST
    text = isinstance(identity, str) and _TEXT_ID.fullmatch(identity) is not None
    if identity is None or number or text:
        return identity
    raise _Refusal(2, _BAD_ID)


def _streams(parameters: Any) -> list[str]:
    if not isinstance(parameters, list) or not all(isinstance(name, str) for name in parameters):
        raise _Refusal(2, _BAD_STREAMS)
    return parameters


def _property(parameters: Any, most: int) -> list[Any]:
    if not isinstance(parameters, list) or not parameters or not isinstance(parameters[0], str):
        raise _Refusal(2, _NO_NAME)
    if parameters[0] != "combined":
        raise _Refusal(0, _NO_SUCH)
    if len(parameters) > most:
        raise _Refusal(2, _TOO_MANY)
    return parameters


_METHODS: dict[str, Callable[[Subscriptions, Any], object]] = {
    "SUBSCRIBE": Subscriptions._subscribing,
    "UNSUBSCRIBE": Subscriptions._unsubscribing,
    "LIST_SUBSCRIPTIONS": Subscriptions._listing,
    "SET_PROPERTY": Subscriptions._setting,
    "GET_PROPERTY": Subscriptions._getting,
}
