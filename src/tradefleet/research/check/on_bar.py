"""Strategies that act bar by bar: what they ask for must not change with the bars that follow, nor from run to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from typing import Any

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.time import format_time
from tradefleet.research.backtest import run_backtest
from tradefleet.research.check.finding import Finding
from tradefleet.research.check.markets import with_other_future
from tradefleet.research.check.subject import Subject, place_of_rule
from tradefleet.research.data import Data
from tradefleet.research.settings import Settings
from tradefleet.strategies.on_bar import Bar, TradingAccount
from tradefleet.strategies.strategy import Strategy

# Cuts at random, and so many bars after the first at which it is asked.
_RANDOM, _EARLY = 5, (1, 2, 5, 20)
# How many bars with other prices follow a cut.
_AFTER = 200


@dataclass(frozen=True)
class Decision:
    """What was asked for at one close: as text, and as the direction it speaks for (1 up, -1 down, 0 neither)."""

    time: int
    text: str
    direction: int


def decisions_of(subject: Subject, bars: Bars, data: Data, settings: Settings) -> list[Decision]:
    """Everything the strategy asks for over some bars, by a simulation of them."""
    log: list[Decision] = []
    run_backtest(_recording(subject.strategy, log), bars, settings, data=data)
    return log


def _recording(strategy: Strategy, log: list[Decision]) -> Strategy:
    """The same strategy, which writes down what it asks for."""
    cls = type(strategy)
    recorder: type[Strategy] = type(cls.__name__, (cls,), {"on_bar": _Recorded(cls, log), "__module__": cls.__module__})
    return recorder(**strategy.parameters)


class _Recorded:
    """A strategy's `on_bar` that writes down what it asks for; errors still name the strategy's own lines."""

    def __init__(self, cls: type[Strategy], log: list[Decision]) -> None:
        self._act, self._log = cls.on_bar, log
        self.__code__ = getattr(cls.on_bar, "__code__", None)

    def __get__(self, strategy: Strategy | None, owner: type[Strategy]) -> Any:
        return self if strategy is None else partial(self._record, strategy)

    def _record(self, strategy: Strategy, bar: Bar, account: TradingAccount) -> None:
        self._act(strategy, bar, account)
        if account.requests:
            self._log.append(Decision(bar.time, *_told(account)))


def _told(account: TradingAccount) -> tuple[str, int]:
    """The requests of one close as text and direction."""
    texts, direction = [], 0
    for side, terms, way in (("long", account.enter_long, 1), ("short", account.enter_short, -1)):
        if terms is not None:
            given = [f"{name}={value}" for name, value in terms._asdict().items() if value not in (None, "")]
            texts.append(f"enter {', '.join([side, *given])}")
            direction += way
    if account.leaves:
        texts.append("exit")
        direction -= int(np.sign(account.position))
    for order in account.new:
        texts.append(f"{order.side} at {order.price:.10g}")
        direction += 1 if order.side == "buy" else -1
    texts += [f"cancel {order.id}" for order in account.cancelled]
    return "; ".join(texts) or "nothing", int(np.sign(direction))


def on_bar_findings(
    subject: Subject, data: Data, settings: Settings, random: np.random.Generator, *, cut_too: bool
) -> tuple[list[Finding], list[Decision], int]:
    """The first decision that changes in a second run or, `cut_too`, with later bars; all decisions; how many cuts."""
    full = decisions_of(subject, subject.bars, data, settings)
    again = decisions_of(subject, subject.bars, data, settings)
    other = _first_difference(full, again)
    if other is not None:
        return [_unrepeatable(subject, *other)], full, 0
    if not cut_too:
        return [], full, 0
    last = len(subject.bars) - 2
    first = subject.lookback
    cuts = [*(first + early for early in _EARLY), *random.integers(first, last + 1, _RANDOM).tolist(), last]
    found: list[tuple[int, str, str]] = []
    for number, cut in enumerate(sorted(cuts)):
        markets = [(subject.bars[: cut + 1], data)]
        if number % 2:
            markets.append(_altered(subject, data, cut, random))
        end = int(subject.bars.time[cut])
        before = [decision for decision in full if decision.time <= end]
        for bars, known in markets:
            seen = [decision for decision in decisions_of(subject, bars, known, settings) if decision.time <= end]
            change = _first_difference(before, seen)
            found += [change] if change is not None else []
    return ([_leak(subject, *min(found))] if found else []), full, len(cuts)


def _altered(subject: Subject, data: Data, cut: int, random: np.random.Generator) -> tuple[Bars, Data]:
    bars, feeds = with_other_future(subject.bars[: cut + _AFTER], subject.feeds, cut, random)
    others = {each.symbol: each for each in feeds.values() if isinstance(each, Bars)}
    series = {
        clock.series: each for clock, each in feeds.items() if clock.series is not None and not isinstance(each, Bars)
    }
    return bars, replace(data, bars={**data.bars, **others}, series={**data.series, **series})


def _first_difference(one: Sequence[Decision], other: Sequence[Decision]) -> tuple[int, str, str] | None:
    """The first time at which two runs ask for different things, and what they ask for."""
    for a, b in zip_longest(one, other):
        if a == b:
            continue
        time = min(each.time for each in (a, b) if each is not None)
        texts = [each.text if each is not None and each.time == time else "nothing" for each in (a, b)]
        return time, texts[0], texts[1]
    return None


def _leak(subject: Subject, time: int, value: str, known: str) -> Finding:
    return Finding(
        severity="error",
        kind="look_ahead",
        column="on_bar",
        message=(
            f"on_bar decides by bars that come later, first at {format_time(time)}: with them it asks for '{value}', "
            f"without for '{known}'"
        ),
        cure="decide by bar, indicators and what was kept from the bars before",
        where=place_of_rule(subject),
        first_time=time,
        value=value,
        known=known,
    )


def _unrepeatable(subject: Subject, time: int, value: str, known: str) -> Finding:
    return Finding(
        severity="error",
        kind="repeatability",
        column="on_bar",
        message=(f"on_bar decides otherwise in a second run, first at {format_time(time)}: '{value}', then '{known}'"),
        cure="set up in start all that on_bar keeps, and draw random numbers from a seed set there",
        where=place_of_rule(subject),
        first_time=time,
        value=value,
        known=known,
    )
