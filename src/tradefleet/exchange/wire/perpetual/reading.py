"""What endpoints of perpetuals read from a request besides plain parameters: symbols, windows of time, limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import MILLISECOND
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.market.time import DAY

T = TypeVar("T")
_WEEK = 7 * DAY


def symbol_of(call: Call, name: str = "symbol", code: int = -1121, message: str = "Invalid symbol.") -> Symbol:
    """The symbol that must be named; who names it is interested in its prices."""
    found = call.exchange.perpetual.symbols.get(call.parameters.symbol(name))
    if found is None:
        raise Reject(code, message)
    call.exchange.need(Market.PERPETUAL, found.name)
    return found


def optional_symbol(call: Call) -> Symbol | None:
    """The symbol, or None where none is named."""
    return symbol_of(call) if "symbol" in call.parameters else None


def symbols_of(call: Call) -> Iterable[Symbol]:
    """The symbol that is named, or all."""
    named = optional_symbol(call)
    return call.exchange.perpetual.symbols.values() if named is None else (named,)


def limit_of(parameters: Parameters, default: int, most: int) -> int:
    """How many are asked for."""
    limit = parameters.optional_whole("limit")
    if limit is not None and not 1 <= limit <= most:
        raise Reject(-1130, "Data sent for parameter 'limit' is not valid.")
    return default if limit is None else limit


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when, in nanoseconds, both included; None is open. `first` says which end a limit counts from."""

    since: int | None
    until: int | None
    first: bool

    def holds(self, time: int) -> bool:
        """Whether a time is in it."""
        return (self.since is None or self.since <= time) and (self.until is None or time <= self.until)

    def pick(self, found: list[T], limit: int) -> list[T]:
        """As many as asked for, of what is oldest first."""
        return found[:limit] if self.first else found[-limit:]


def window_of(parameters: Parameters) -> Window:
    """The window of startTime and endTime; the first of it where it has a start, else the last."""
    since, until = parameters.optional_whole("startTime"), parameters.optional_whole("endTime")
    if since is not None and until is not None and since > until:
        raise Reject(-1023, "Start time is greater than end time.")
    last = None if until is None else (until + 1) * MILLISECOND - 1
    return Window(None if since is None else since * MILLISECOND, last, since is not None)


def week_of(call: Call, *, days: int = 7) -> Window:
    """The window of a history that is given by the week: at most so many days, the last 7 where none is asked for."""
    window = window_of(call.parameters)
    since, until = window.since, window.until
    if since is not None and until is not None and until - since > days * DAY + MILLISECOND:
        raise Reject(-4165, f"Maximum time interval is {days} days.")
    if since is None and until is None:
        return Window(call.exchange.clock() - _WEEK, None, first=False)
    return window
