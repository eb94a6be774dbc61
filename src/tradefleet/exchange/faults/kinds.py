"""What a fault does to a request or to a message; the server does it, at its fixed points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

JSON, HTML = "application/json;charset=UTF-8", "text/html"


@dataclass(frozen=True, slots=True)
class Canned:
    """An answer that is ready."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON


@dataclass(frozen=True, slots=True)
class RequestFault:
    """What happens to one request; times in seconds.

    `answer` is given instead of asking the engine, `replace` after the engine has done its work. `cut` closes the
    socket without an answer, "before" or "after" the engine. `truncate` sends half of the answer's body. `fill_first`
    fills an order that is about to be cancelled. `hide_for`: orders younger than this are not there to reads. `ban`
    shuts the caller's address out.
    """

    delay_before: float = 0.0
    delay_after: float = 0.0
    answer: Canned | None = None
    replace: Canned | None = None
    cut: str = ""
    truncate: bool = False
    fill_first: bool = False
    hide_for: float = 0.0
    ban: float = 0.0

    def also(self, other: RequestFault) -> RequestFault:
        """Both faults: delays add up, and of what only one can have its way, this one has."""
        return RequestFault(**_merged(self, other, ("delay_before", "delay_after")))


@dataclass(frozen=True, slots=True)
class MessageFault:
    """What happens to one message of one connection; times in seconds.

    `duplicate` sends so many more of it. `hold_back` lets so many later messages pass first. `replace` is sent in its
    place. `batch` collects so many messages and then writes them at once. `close` is a websocket close code, sent after
    the message or what replaces it; 1006 cuts the socket without a close frame. `freeze` is silence, without pongs.
    `terminate` ends the stream of events in Binance's way and leaves the connection open.
    """

    drop: bool = False
    duplicate: int = 0
    delay: float = 0.0
    hold_back: int = 0
    replace: bytes | None = None
    batch: int = 0
    close: int | None = None
    freeze: float = 0.0
    terminate: bool = False

    def also(self, other: MessageFault) -> MessageFault:
        """Both faults: delays add up, and of what only one can have its way, this one has."""
        return MessageFault(**_merged(self, other, ("delay",)))


def _merged(
    first: RequestFault | MessageFault, second: RequestFault | MessageFault, summed: tuple[str, ...]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for each in fields(first):
        mine, theirs = getattr(first, each.name), getattr(second, each.name)
        if each.name in summed:
            values[each.name] = mine + theirs
        else:
            values[each.name] = theirs if mine in (None, "", 0, False) else mine
    return values
