"""Look-ahead of columns: whether a value changes once later bars are there, or are others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tradefleet.graph.node import Column, Node
from tradefleet.graph.step import Step
from tradefleet.graph.tracks import Feeds
from tradefleet.market.bars import Bars
from tradefleet.market.errors import StrategyError
from tradefleet.market.time import format_time
from tradefleet.metrics.performance import Integers
from tradefleet.research.check.cuts import choose_cuts
from tradefleet.research.check.finding import Finding, count, shown
from tradefleet.research.check.markets import with_other_future
from tradefleet.research.check.subject import Subject, at, differ, only_rounding, origins

# How many of the cuts are also tried with other bars behind them.
_OTHERS = 12
# More cuts for operations that are not our own.
_MORE = 150
# Bars at which the reach of one column is measured.
_MEASURED = 16


@dataclass
class Leak:
    """A column that knew the future: the first bar seen, its value with and without it, and some more such bars."""

    bar: int
    value: float | bool
    known: float | bool
    rounding: bool
    bars: list[int] = field(default_factory=list)

    def add(self, bar: int, value: float | bool, known: float | bool) -> None:
        """One more bar at which it did."""
        self.bars.append(bar)
        if bar < self.bar:
            self.bar, self.value, self.known = bar, value, known


class LookAhead:
    """Compares a subject's columns with those of cut and of other bars, and keeps what leaked."""

    def __init__(self, subject: Subject, nodes: Sequence[Node], random: np.random.Generator) -> None:
        self._subject, self._random = subject, random
        self.nodes = tuple(nodes)
        self.leaks: dict[Node, Leak] = {}
        self.cuts = 0
        # Cuts after which the strategy's own code fails, with the first error.
        self.failed: list[StrategyError] = []

    def search(self, suspected: Mapping[Node, Sequence[int]]) -> None:
        """Try all cuts; `suspected` has bars at which a column is thought to leak."""
        cuts = choose_cuts(self._subject.bars, self._subject.lookback, self._random)
        self._cut_at(cuts, self.nodes)
        last = len(self._subject.bars) - 2
        for node, suspects in suspected.items():
            self._cut_at([bar for bar in suspects if bar <= last], [node])
        known = set(self.nodes)
        # Steps go bar by bar whichever way they run.
        own = [node for node in self._subject.foreign if node in known and not isinstance(node.call.operation, Step)]
        if own:
            more = self._random.integers(self._subject.lookback, last + 1, _MORE)
            self._cut_at(np.unique(more).tolist(), own)
        for cut in self._random.choice(cuts, min(_OTHERS, len(cuts)), replace=False).tolist():
            bars, feeds = with_other_future(self._subject.bars, self._subject.feeds, cut, self._random)
            self._compare(bars, feeds, cut, self.nodes)

    def _cut_at(self, cuts: Iterable[int], nodes: Sequence[Node]) -> None:
        for cut in cuts:
            self._compare(self._subject.bars[: cut + 1], self._subject.feeds, cut, nodes)

    def _compare(self, bars: Bars, feeds: Feeds, cut: int, nodes: Sequence[Node]) -> None:
        try:
            columns = self._subject.over(bars, feeds, nodes).columns
        except StrategyError as error:
            self.failed.append(error)
            return
        self.cuts += 1
        for node, column in zip(nodes, columns, strict=True):
            full = self._subject.full[node][: cut + 1]
            rows = np.flatnonzero(differ(full, column[: cut + 1]))
            if len(rows):
                self._keep(node, full, column, rows)

    def _keep(self, node: Node, full: Column, column: Column, rows: Integers) -> None:
        """Of one cut the bar that is furthest from it; what is more than rounding comes before what is not."""
        rounded = only_rounding(full[rows], column[rows])
        is_rounding = bool(rounded.all())
        first = int(rows[0] if is_rounding else rows[~rounded][0])
        value, known = at(full, first), at(column, first)
        leak = self.leaks.get(node)
        if leak is None or (leak.rounding and not is_rounding):
            self.leaks[node] = Leak(first, value, known, is_rounding, [first])
        elif leak.rounding == is_rounding:
            leak.add(first, value, known)

    def reach(self, node: Node) -> int | None:
        """By how many bars a leaking column looks ahead, as far as was seen; None where cut bars make it fail."""
        bars = self.leaks[node].bars
        spread = [bars[index] for index in np.linspace(0, len(bars) - 1, _MEASURED).astype(int)]
        try:
            return max(self._reach_at(node, bar) for bar in dict.fromkeys([self.leaks[node].bar, *spread]))
        except StrategyError:
            return None

    def _reach_at(self, node: Node, bar: int) -> int:
        """How many bars after `bar` must be there until the value stays."""
        last = len(self._subject.bars) - 1 - bar
        ahead = 1
        while ahead < last and not self._stays(node, bar, ahead):
            ahead *= 2
        low, high = ahead // 2, min(ahead, last)
        while high - low > 1:
            middle = (low + high) // 2
            if self._stays(node, bar, middle):
                high = middle
            else:
                low = middle
        return high

    def _stays(self, node: Node, bar: int, ahead: int) -> bool:
        column = self._subject.over(self._subject.bars[: bar + ahead + 1], nodes=[node]).columns[0]
        full, cut = self._subject.full[node][bar : bar + 1], column[bar : bar + 1]
        same = ~differ(full, cut)
        return bool((same if self.leaks[node].rounding else same | only_rounding(full, cut)).all())

    def findings(self) -> list[Finding]:
        """One finding for each column that looks ahead while its inputs do not."""
        return [self._finding(node) for node in origins(self._subject.nodes, self.leaks)]

    def _finding(self, node: Node) -> Finding:
        subject, leak = self._subject, self.leaks[node]
        ahead = self.reach(node)
        to_the_end = ahead is not None and 1 < ahead >= len(subject.bars) - 1 - leak.bar
        time = int(subject.bars.time[leak.bar])
        far = "ahead" if ahead is None else f"{count(ahead, 'bar')} ahead"
        far = "as far as the last bar" if to_the_end else far
        label = subject.label(node)
        return Finding(
            severity="warning" if leak.rounding else "error",
            kind="look_ahead",
            column=label,
            message=(
                f"{label} looks {far}, first at {format_time(time)}: "
                f"{shown(leak.value)} with the bars that follow, {shown(leak.known)} without"
                f"{', by rounding alone' if leak.rounding else ''}"
            ),
            cure=_CURE_OF_ALL if to_the_end else _CURE,
            where=subject.where(node),
            bars_ahead=ahead,
            first_time=time,
            value=leak.value,
            known=leak.known,
            affects=subject.affected(node),
        )


_CURE = "compute it from this bar and the bars before only: shift(k) with k >= 0, windows that end at the bar"
_CURE_OF_ALL = "do not use the mean, range or order of all bars: take a rolling window that ends at the bar"
