"""Recorded messages of a real exchange, line by line: what they say, and which of them cannot be read."""

from __future__ import annotations

import gzip
import lzma
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from tradefleet.market.errors import DataError

Pair = tuple[Decimal, Decimal]

# `<receive ns> {...}`, `<receive s>: {...}`, and `<url> -> <receive s>: {...}` of an answer to a request.
_LINE = re.compile(r"(?:(?P<url>\S+) -> )?(?P<time>\d+(?:\.\d+)?):? (?P<body>\{.*\})\s*$")
_SYMBOL = re.compile(r"[?&]symbol=([A-Z0-9]+)")
# Times below it are seconds.
_SECONDS = 10**12
_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".xz": lzma.open}
# So many lines that cannot be read are listed; all are counted.
_LISTED = 100
# So many lines of a file tell whether it is one of messages.
_LOOKED_AT = 20


class Depth(msgspec.Struct, frozen=True):
    """Levels that changed from update id `U` to `u`; `pu` is a perpetual's last id before."""

    E: int
    s: str
    U: int
    u: int
    b: list[Pair]
    a: list[Pair]
    pu: int | None = None


class Snapshot(msgspec.Struct, frozen=True):
    """All levels as they were at an update id; its symbol is not always said."""

    lastUpdateId: int  # noqa: N815 - the wire's name
    bids: list[Pair]
    asks: list[Pair]
    s: str = ""
    E: int = 0


class Top(msgspec.Struct, frozen=True):
    """The best bid and ask at an update id."""

    u: int
    s: str
    b: Decimal
    B: Decimal
    a: Decimal
    A: Decimal
    E: int = 0


class Trade(msgspec.Struct, frozen=True):
    """A trade."""

    E: int
    s: str
    t: int
    p: Decimal
    q: Decimal
    T: int
    m: bool


class Aggregate(msgspec.Struct, frozen=True):
    """Trades of one order at one price, as one."""

    E: int
    s: str
    p: Decimal
    q: Decimal
    l: int  # noqa: E741 - the wire's name
    T: int
    m: bool


Message = Depth | Snapshot | Top | Trade | Aggregate
_KINDS: dict[str, type[Message]] = {
    "depthUpdate": Depth, "bookTicker": Top, "trade": Trade, "aggTrade": Aggregate,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A message with the time it was received at, in UTC nanoseconds."""

    received: int
    message: Message


@dataclass(slots=True)
class Findings:
    """What is in a recording: lines, those used, of other kinds, and unreadable; of these, (file, line, why)."""

    lines: int = 0
    used: int = 0
    others: int = 0
    unreadable: int = 0
    listed: list[tuple[str, int, str]] = field(default_factory=list)

    def skip(self, name: str, number: int, why: str) -> None:
        """Note a line that cannot be read."""
        self.unreadable += 1
        if len(self.listed) < _LISTED:
            self.listed.append((name, number, why))


def read_lines(path: Path) -> Iterator[str]:
    """The lines of a recorded file: plain, .gz or .xz. Raises DataError for one that cannot be read."""
    try:
        with _OPENERS.get(path.suffix, open)(path, "rt", encoding="utf-8") as file:
            yield from file
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read: {error}", where=str(path), cure="give a recorded file") from None


def is_recording(path: str | Path) -> bool:
    """Whether a file is there and one of its first lines is a recorded message."""
    file = Path(path)
    if not file.is_file():
        return False
    try:
        return any(_LINE.match(line) for line in islice(read_lines(file), _LOOKED_AT))
    except DataError:
        # Not a text.
        return False


def messages(name: str, lines: Iterable[str], findings: Findings) -> Iterator[Line]:
    """The messages of a file, in order; what is found on the way is counted."""
    for number, text in enumerate(lines, 1):
        findings.lines += 1
        found = _LINE.match(text)
        if found is None:
            # The head of a recorded connection: its address and when it began.
            if "<->" in text or not text.strip():
                findings.others += 1
            else:
                findings.skip(name, number, "not a time and a message")
            continue
        try:
            message = _message(msgspec.json.decode(found["body"]), found["url"] or "")
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            findings.skip(name, number, str(error))
            continue
        if message is not None and not all(_usable(*pair) for pair in numbers(message)):
            findings.skip(name, number, "a price or a quantity that cannot be")
            continue
        if message is None:
            findings.others += 1
            continue
        findings.used += 1
        yield Line(_nanoseconds(found["time"]), message)


def _message(body: Any, url: str) -> Message | None:
    """The message, None for one of another kind."""
    data = body.get("data", body)
    if not isinstance(data, dict):
        raise msgspec.ValidationError("data is not an object")
    if "lastUpdateId" in data:
        symbol = _SYMBOL.search(url)
        return msgspec.convert({**data, "s": symbol[1] if symbol else ""}, Snapshot)
    kind = data.get("e", "bookTicker" if {"u", "B", "A"} <= data.keys() else None)
    known = _KINDS.get(kind) if isinstance(kind, str) else None
    return None if known is None else msgspec.convert(data, known)


def numbers(message: Message) -> Iterator[Pair]:
    """Every price and quantity of a message."""
    match message:
        case Depth():
            yield from (*message.b, *message.a)
        case Snapshot():
            yield from (*message.bids, *message.asks)
        case Top():
            yield from ((message.b, message.B), (message.a, message.A))
        case Trade() | Aggregate():
            yield message.p, message.q


def _usable(price: Decimal, quantity: Decimal) -> bool:
    return price.is_finite() and quantity.is_finite() and price > 0 and quantity >= 0


def _nanoseconds(text: str) -> int:
    whole, _, fraction = text.partition(".")
    return int(whole) if int(whole) >= _SECONDS else int(whole) * 10**9 + int(f"{fraction:0<9}"[:9])
