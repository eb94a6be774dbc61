"""Strategies that look ahead, each in one of the ways in which users do, and what they look with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tradefleet.graph import Node, Operation, close, crossed_above, time
from tradefleet.graph.node import Column, Run, Stepper, call
from tradefleet.market.bars import Bars
from tradefleet.market.generate import generate_bars
from tradefleet.market.time import DAY, HOUR, SECOND
from tradefleet.strategies import Signals, Strategy
from tradefleet.strategies.on_bar import Bar, TradingAccount

HOURS = generate_bars("1h", days=125, seed=3)


class OfArrays(Operation):
    """An operation by a function of whole arrays; bar by bar it gives its last input, as nobody can give more."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name = name
        self._function = function

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        return (np.asarray(self._function(*inputs), np.float64),)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        return lambda *inputs: (inputs[-1],)


def column(name: str, function: Callable[..., Any], *inputs: Node) -> Node:
    """The node of a function of whole arrays."""
    return call(OfArrays(name, function), inputs).nodes[0]


def ahead(bars: int) -> Node:
    """The close so many bars later."""
    return column(f"ahead_{bars}", lambda x: np.roll(x, -bars), close)


def centred(bars: int) -> Node:
    """The mean of the closes up to so many bars before and after."""

    def mean(x: Column) -> Column:
        out = np.full(len(x), np.nan)
        window = 2 * bars + 1
        if len(x) >= window:
            out[bars : len(x) - bars] = np.convolve(x, np.ones(window) / window, "valid")
        return out

    return column(f"centred_{bars}", mean, close)


def unfinished(seconds: int) -> Node:
    """The close of the longer bar that is still running."""

    def last_of_period(t: Column, x: Column) -> Column:
        ends = np.append(np.flatnonzero(np.diff(t // seconds)), len(x) - 1)
        return x[ends[np.searchsorted(ends, np.arange(len(x)))]]

    return column("unfinished", last_of_period, time, close)


def whole_sample() -> Node:
    """The close by the mean and deviation of all closes."""
    return column("z_score", lambda x: (x - x.mean()) / max(x.std(), 1e-9), close)


def at_month_ends() -> Node:
    """The close, but in the last hour of thirty days the next one."""

    def rare(t: Column, x: Column) -> Column:
        out, ends = x.copy(), np.flatnonzero(np.diff(t // (30 * DAY // SECOND)))
        out[ends] = x[ends + 1]
        return out

    return column("at_month_ends", rare, time, close)


def long_when(enter: Callable[[], Node]) -> Strategy:
    """A strategy with one condition to enter."""

    class Planted(Strategy):
        def signals(self) -> Signals:
            return Signals(enter_long=enter(), exit_long=close < close.shift(5))

    return Planted()


class NextClose(Strategy):
    """Keeps all bars from elsewhere, and looks at the next one by its time."""

    def start(self) -> None:
        self.closes = dict(zip(HOURS.time.tolist(), HOURS.close.tolist(), strict=True))

    def on_bar(self, bar: Bar, account: TradingAccount) -> None:
        tomorrow = self.closes.get(bar.close_time, bar.close)
        if tomorrow > bar.close and not account.position:
            account.enter("long")
        elif tomorrow < bar.close and account.position:
            account.exit()


class CountsAhead(Strategy):
    """Keeps all bars from elsewhere, and looks five on by counting."""

    def start(self) -> None:
        self.bars, self.closes = 0, HOURS.close.tolist()

    def on_bar(self, bar: Bar, account: TradingAccount) -> None:
        now, later = self.bars, min(self.bars + 5, len(self.closes) - 1)
        self.bars += 1
        if self.closes[later] > self.closes[now] and not account.position:
            account.enter("long", max_bars=5)


class KnowsThePast(Strategy):
    """Keeps all bars from elsewhere, and looks at those that are over."""

    def start(self) -> None:
        self.closes = dict(zip(HOURS.time.tolist(), HOURS.close.tolist(), strict=True))

    def on_bar(self, bar: Bar, account: TradingAccount) -> None:
        now, before = self.closes[bar.time], self.closes.get(bar.time - 5 * HOUR, 0.0)
        if now > before and not account.position:
            account.enter("long", max_bars=3)
        elif now < bar.close and account.position:
            account.exit()


class ByIndicator(Strategy):
    """Reads an indicator that looks ahead."""

    def indicators(self) -> dict[str, Node]:
        return {"coming": ahead(2)}

    def on_bar(self, bar: Bar, account: TradingAccount) -> None:
        if bar.coming > bar.close and not account.position:
            account.enter("long", max_bars=2)


class Remembers(Strategy):
    """Keeps on its class what an earlier run has seen."""

    seen: dict[int, float] = {}  # noqa: RUF012 - the mistake

    def on_bar(self, bar: Bar, account: TradingAccount) -> None:
        coming = self.seen.get(bar.close_time)
        self.seen[bar.time] = bar.close
        if coming is not None and coming > bar.close:
            account.enter("long", max_bars=1)


def crossing(node: Node) -> Node:
    """The close crosses a column."""
    return crossed_above(close, node)


def hours(count: int) -> Bars:
    """The first bars."""
    return HOURS[:count]
