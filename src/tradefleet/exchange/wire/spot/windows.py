"""Windows of time and counts in requests for histories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.wire.numbers import MILLISECOND
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.market.time import DAY

T = TypeVar("T")
# A time this large is in microseconds.
_MICROSECONDS = 10**15


def limit_of(parameters: Parameters, default: int = 500, most: int = 1_000) -> int:
    """How many are asked for; more than there may be is as many as there may be."""
    limit = parameters.optional_whole("limit")
    if limit == 0:
        raise Reject(-1130, "Data sent for parameter 'limit' is not valid.")
    return default if limit is None else min(limit, most)


def time_of(parameters: Parameters, name: str) -> int | None:
    """A time in nanoseconds, sent in milliseconds or microseconds; None where none is sent."""
    found = parameters.optional_whole(name)
    if found is None:
        return None
    return found * MILLISECOND if found < _MICROSECONDS else found * (MILLISECOND // 1_000)


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a history: what has an id from `from_id` on, or times in [since, until], and `limit` of that.

    With a beginning it is the first of them that count, else the last.
    """

    from_id: int | None
    since: int | None
    until: int | None
    limit: int

    def of(self, history: list[T], number: Callable[[T], int], time: Callable[[T], int]) -> list[T]:
        """What of a history, oldest first, is in the window."""
        if self.from_id is not None:
            return [each for each in history if number(each) >= self.from_id][: self.limit]
        if self.since is None and self.until is None:
            return history[-self.limit :]
        since, until = self.since or 0, self.until
        found = [each for each in history if since <= time(each) and (until is None or time(each) <= until)]
        return found[-self.limit :] if self.since is None else found[: self.limit]


def window_of(parameters: Parameters, from_name: str) -> Window:
    """The part of an account's history that is asked for: an id or times, and a day at most."""
    window = Window(
        parameters.optional_whole(from_name),
        time_of(parameters, "startTime"),
        _until(parameters),
        limit_of(parameters),
    )
    if window.from_id is not None and (window.since is not None or window.until is not None):
        raise Reject(-1128, "Combination of optional parameters invalid.")
    if window.since is not None and window.until is not None and window.until - window.since > DAY + MILLISECOND:
        raise Reject(-1127, "More than 24 hours between startTime and endTime.")
    return window


def _until(parameters: Parameters) -> int | None:
    """The end, with all of its millisecond."""
    until = time_of(parameters, "endTime")
    return None if until is None else until + MILLISECOND - 1
