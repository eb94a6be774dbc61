"""The journal of a study: Optuna's own format, kept a whole batch at a time.

Optuna writes a line an operation. Here they gather in memory, and are handed on when a batch of trials is told, ended
by a mark. What follows the last mark is of no worth: a process that is killed leaves whole batches behind.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from tradefleet.market.errors import DataError

# The attribute of the study that ends a batch: how many trials it has by then.
MARK = "trials"
_START = b'{"op_code":'


class Keeper(Protocol):
    """Where a study's lines are kept."""

    @property
    def place(self) -> str:
        """What to call it in an error."""
        ...

    def lines(self) -> Sequence[str]:
        """The lines kept so far, up to the last mark."""
        ...

    def append(self, lines: Sequence[str]) -> None:
        """Keep further lines, all or none."""
        ...


class Nowhere:
    """Keeps nothing: a study that lives as long as the call."""

    place = "memory"

    def lines(self) -> Sequence[str]:
        return ()

    def append(self, lines: Sequence[str]) -> None:
        """Forget them."""


class Journal:
    """An Optuna journal backend (`read_logs`, `append_logs`) whose lines are kept when `commit` is called."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._lines = list(keeper.lines())
        self._kept = len(self._lines)

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        # From text every time: what a trial is must not depend on whether it was read back.
        return map(json.loads, self._lines[log_number_from:])

    def append_logs(self, logs: Sequence[dict[str, Any]]) -> None:
        self._lines += [json.dumps(log, separators=(",", ":")) for log in logs]

    def commit(self) -> None:
        """Hand on what was written since the last time."""
        self._keeper.append(self._lines[self._kept :])
        self._kept = len(self._lines)


def whole_part(content: bytes, place: str) -> bytes:
    """The lines up to the last mark; raises DataError where the content is no journal.

    >>> mark = b'{"op_code":2,"user_attr":{"trials":8}}' + bytes([10])
    >>> whole_part(mark + b'{"op_code":4,"stu', "a.log") == mark
    True
    """
    end = content.rfind(b"\n") + 1
    while end > 0:
        start = content.rfind(b"\n", 0, end - 1) + 1
        if _is_mark(content[start:end], place):
            return content[:end]
        end = start
    # Not one batch is whole: the first was torn, or somebody else's file is there.
    if not content.startswith(_START[: len(content)]):
        raise _no_journal(place)
    return b""


def _is_mark(line: bytes, place: str) -> bool:
    try:
        found = json.loads(line)
        return MARK in found.get("user_attr", {})
    except (ValueError, AttributeError) as error:
        raise _no_journal(place) from error


def _no_journal(place: str) -> DataError:
    return DataError("this is no journal of a study", where=place, cure="choose another name, or remove the file")
