"""Faults of messages, by name. Each is a set of parameters and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar, Literal

import msgspec

from tradefleet.exchange.faults.kinds import MessageFault
from tradefleet.market.time import SECOND

Seconds = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]

_ALL = ("*",)
_REPORTS = ("user",)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a fault sees it: of a "market" or a "user" stream, and the door's time in nanoseconds.

    `stream` is the name of the market's stream, such as "btcusdt@trade", or of the user's event, "executionReport".
    """

    kind: str
    stream: str
    now: int

    @property
    def milliseconds(self) -> int:
        """The time as the wire writes it."""
        return self.now // (SECOND // 1000)


class MessageForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault of messages: its fields are its parameters, `usual` is where it strikes unless told otherwise."""

    usual: ClassVar[tuple[str, ...]] = _ALL

    def fault(self, message: Message, random: Random) -> MessageFault:
        """What happens to a message it strikes."""
        raise NotImplementedError


class Close(MessageForm, frozen=True):
    """The connection is closed with this code, 1006 for a cut socket; `announce` tells serverShutdown before it."""

    code: Literal[1000, 1001, 1006, 1008] = 1006
    announce: bool = False

    def fault(self, message: Message, random: Random) -> MessageFault:
        return MessageFault(close=self.code, replace=shutdown(message) if self.announce else None)


def shutdown(message: Message) -> bytes:
    """The event with which a server says that it is about to go."""
    event: dict[str, object] = {"e": "serverShutdown", "E": message.milliseconds}
    return msgspec.json.encode({"event": event} if message.kind == "user" else event)


class Silent(MessageForm, frozen=True):
    """The connection stays open and says nothing for so many seconds, pongs neither."""

    seconds: Seconds = 3600.0

    def fault(self, message: Message, random: Random) -> MessageFault:
        return MessageFault(freeze=self.seconds)


class Malformed(MessageForm, frozen=True):
    """A message that nobody should trust, in the place of a good one; `variant` is one of three, or any of them."""

    variant: Literal["any", "bad_json", "unknown_event", "null_field"] = "any"

    def fault(self, message: Message, random: Random) -> MessageFault:
        kinds = ("bad_json", "unknown_event", "null_field")
        return MessageFault(replace=malformed(message, random.choice(kinds) if self.variant == "any" else self.variant))


# What a stream's events are called, where the stream has another name, and the fields that matter most in them.
_EVENTS = {
    "ticker": "24hrTicker",
    "miniTicker": "24hrMiniTicker",
    "depth": "depthUpdate",
    "markPrice": "markPriceUpdate",
}
# Those that spot's websocket API puts into an envelope.
_SPOT_EVENTS = ("executionReport", "outboundAccountPosition", "balanceUpdate", "listStatus")
_FIELDS = ("p", "q", "c", "k", "b", "a", "B", "A", "T")
_REPORT_FIELDS = ("s", "a", "c", "S", "o", "q", "p", "X", "i", "l", "z", "L", "T", "t")


def malformed(message: Message, variant: str) -> bytes:
    """A frame that is not JSON, one with an event nobody knows, or one whose fields are null."""
    if variant == "bad_json":
        return b'{"e":"%b","E":%d,"s":' % (_event(message).encode(), message.milliseconds)
    if variant == "unknown_event":
        return msgspec.json.encode({"e": "somethingNew", "E": message.milliseconds, "x": {"y": [1, None]}})
    event: dict[str, object] = {"e": _event(message), "E": message.milliseconds}
    if message.kind == "market":
        return msgspec.json.encode({**event, "s": message.stream.split("@")[0].upper(), **dict.fromkeys(_FIELDS)})
    event.update(dict.fromkeys(_REPORT_FIELDS))
    return msgspec.json.encode({"subscriptionId": 0, "event": event} if event["e"] in _SPOT_EVENTS else event)


def _event(message: Message) -> str:
    """The name of the events of a stream."""
    if message.kind == "user":
        return message.stream
    name = message.stream.split("@")[1] if "@" in message.stream else message.stream
    name = name.split("_")[0].rstrip("0123456789")
    return _EVENTS.get(name, name)


class Terminated(MessageForm, frozen=True):
    """The stream of a user's events ends in Binance's way, and the connection stays open."""

    usual: ClassVar[tuple[str, ...]] = _REPORTS

    def fault(self, message: Message, random: Random) -> MessageFault:
        return MessageFault(terminate=True)


class Duplicate(MessageForm, frozen=True):
    """The message comes so many times more."""

    times: Count = 1

    def fault(self, message: Message, random: Random) -> MessageFault:
        return MessageFault(duplicate=self.times)


class Late(MessageForm, frozen=True):
    """The message comes `seconds` later, more or less `jitter`."""

    seconds: Seconds = 1.0
    jitter: Seconds = 0.0

    def fault(self, message: Message, random: Random) -> MessageFault:
        return MessageFault(delay=max(0.0, self.seconds + random.uniform(-self.jitter, self.jitter)))


class Reordered(MessageForm, frozen=True):
    """So many later messages come before it."""

    by: Count = 1

    def fault(self, message: Message, random: Random) -> MessageFault:
        return MessageFault(hold_back=self.by)


class Dropped(MessageForm, frozen=True):
    """The message never comes; the stream is fine otherwise."""

    def fault(self, message: Message, random: Random) -> MessageFault:
        return MessageFault(drop=True)


class Burst(MessageForm, frozen=True):
    """So many messages are kept and then come in one piece."""

    messages: Count = 1000

    def fault(self, message: Message, random: Random) -> MessageFault:
        return MessageFault(batch=self.messages)


MESSAGE_FAULTS: dict[str, type[MessageForm]] = {
    "close": Close,
    "silent": Silent,
    "malformed": Malformed,
    "terminated": Terminated,
    "duplicate": Duplicate,
    "late": Late,
    "reordered": Reordered,
    "dropped": Dropped,
    "burst": Burst,
}
