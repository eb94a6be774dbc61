"""How much memory a backtest needs, and how many bars at a time keep it below a limit."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from tradefleet.graph.clock import Clock
from tradefleet.graph.plan import Plan
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.timeframe import Timeframe
from tradefleet.research.prepare import Scope, planned
from tradefleet.research.settings import Settings
from tradefleet.strategies.strategy import Strategy
from tradefleet.trading.conversions import conversion_of

_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
_MB = 10**6

# What a process takes that has simulated a few bars: Python, NumPy, compiled code, TA-Lib.
_PROCESS = 225 * _MB
# A bar of six columns; its ask side; what one of the walks of several legs copies of it, with its decisions.
_BAR, _PRICES, _JOINED = 48, 40, 64
# What an operation holds besides the columns alive, a bar, over arrays and where values become Python's own.
_OVER_ARRAYS, _IN_CHUNKS = 40, 400
# More bars in a chunk are not faster, fewer are slow.
_MOST, _LEAST = 16_384, 1_024


def memory_of(given: str | int) -> int:
    """Bytes, from a number of them or a text such as `500MB`; raises ParameterError for anything else.

    >>> memory_of("500MB"), memory_of("1.5 GiB")
    (500000000, 1610612736)
    """
    cure = "write it as 500MB or 2GB"
    if isinstance(given, int) and not isinstance(given, bool) and given > 0:
        return given
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]I?B)\s*", given.upper()) if isinstance(given, str) else None
    if found is None or float(found[1]) == 0.0:
        raise ParameterError(f"memory is {given!r}", cure=cure)
    return int(float(found[1]) * _UNITS[found[2]])


def bars_at_a_time(
    memory: int, strategies: Sequence[Strategy], bars: Mapping[str, Bars], settings: Settings, scope: Scope
) -> int | None:
    """How many bars of each leg to evaluate at a time so that a run stays below so many bytes; None for all at once.

    Bars are held whole, those that the plans and the account read besides too; trades come on top. Raises
    ParameterError where the memory does not hold the bars, or where a strategy needs its columns whole.
    """
    legs = [(strategy.for_symbol(each.symbol), each) for strategy in strategies for each in bars.values()]
    plans = [planned(strategy)[2] for strategy, _ in legs]
    held = _PROCESS + _held(plans, [each for _, each in legs], bars, settings, scope)
    widths = [plan.bytes_per_bar(each.timeframe) for plan, (_, each) in zip(plans, legs, strict=True)]
    kept = [_kept(plan) for plan in plans]
    lengths = [len(each) for _, each in legs]
    whole = held + sum(size * length for size, length in zip(kept, lengths, strict=True))
    whole += max((width + _OVER_ARRAYS) * length for width, length in zip(widths, lengths, strict=True))
    if len(legs) > 1:
        whole += sum((_JOINED + size) * length for size, length in zip(kept, lengths, strict=True))
    if whole <= memory:
        return None
    acting = [strategy.name() for strategy, _ in legs if strategy.acts_on_bars()]
    if acting:
        raise _too_little(memory, f"{acting[0]} acts bar by bar, on whole columns: it needs", whole)
    # A chunk of every leg, and of the widest one what it takes to compute.
    each = max(widths) + _IN_CHUNKS + 2 * sum(kept) + _JOINED * len(legs)
    if held + _LEAST * each > memory:
        raise _too_little(
            memory, f"{sum(map(len, bars.values())):,} bars, and what goes with them, need", held + _LEAST * each
        )
    return min(_MOST, int((memory - held) // each))


def _too_little(memory: int, needs: str, wanted: float) -> ParameterError:
    least = math.ceil(wanted / _MB)
    return ParameterError(
        f"memory is {memory // _MB}MB: {needs} {least}MB", cure=f"give {least}MB or more, or fewer bars"
    )


def _held(
    plans: Sequence[Plan], legs: Sequence[Bars], bars: Mapping[str, Bars], settings: Settings, scope: Scope
) -> float:
    """What is held whole: the bars, those that plans read besides, and what the account and finer bars make of them."""
    total = float(_BAR * sum(map(len, bars.values())))
    feeds: dict[Clock, int] = {}
    for plan, own in zip(plans, legs, strict=True):
        for clock in plan.feeds:
            if clock.series is None and clock.symbol not in bars:
                feeds[clock] = max(feeds.get(clock, 0), _count(own, clock.length(own.timeframe)))
            elif clock.series is None and clock.timeframe is not None:
                feeds[clock] = _count(own, clock.timeframe)
    total += _BAR * sum(feeds.values())
    for own in legs:
        account = settings.account
        if account.of_symbol("spread", own.symbol) or own.symbol in (account.ask or {}):
            total += _PRICES * len(own)
        if conversion_of(account, own.symbol).kind in ("inverse", "series"):
            total += 8 * len(own)
        if scope.detail is not None:
            total += 8 * len(own) + (_BAR + _PRICES) * _count(own, scope.detail)
    return total


def _count(bars: Bars, timeframe: Timeframe) -> int:
    """How many bars of another length take the same time."""
    return len(bars) * bars.timeframe.nanoseconds // timeframe.nanoseconds


def _kept(plan: Plan) -> float:
    """What the decisions take, a bar: the flags, and the columns that are not one value for all."""
    return 1.0 + sum(8 for node in plan.outputs if node.kind == "number" and node.call.clock is not None)
