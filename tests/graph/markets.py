"""Markets of several symbols, timeframes and series, and plans over them both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from tests.indicators.samples import MOODS, differences, kind_of, strange

from tradefleet.graph import Clock, Node, Plan
from tradefleet.graph.plan import columns_of
from tradefleet.market.bars import Bars
from tradefleet.market.resample import resample
from tradefleet.market.series import Series
from tradefleet.market.time import MINUTE
from tradefleet.market.timeframe import Timeframe

OTHER = Clock("ETH/USDT")
OTHER_HOUR = Clock("ETH/USDT", Timeframe.parse("1h"))
FEAR = Clock(series="fear")
COLUMNS = ("time", "open", "high", "low", "close", "volume")


@dataclass(frozen=True, eq=False)
class Market:
    """A strategy's bars, and what else there is."""

    bars: Bars
    feeds: dict[Clock, Bars | Series]

    def closes(self, clock: Clock) -> np.ndarray[Any, Any]:
        """When what one clock goes by is known."""
        data = self.bars if clock == Clock() else self.feeds[clock]
        return data.time if isinstance(data, Series) else data.time + data.timeframe.nanoseconds


def market(seed: int, moods: list[str], moved: int) -> Market:
    """Bars with gaps at uneven beginnings; those of the other symbol `moved` by some minutes against the quarter."""
    random = np.random.default_rng(seed)
    bars = strange(seed, moods, 100.0)
    # As many moods again, so that the other symbol begins and ends before or after.
    other = strange(seed + 1, [*moods, "walk"][int(random.integers(0, 2)) :], 20.0)
    shift = moved * MINUTE + int(bars.time[0] - other.time[0]) + int(random.integers(-40, 20)) * 15 * MINUTE
    other = with_columns(other, time=other.time + shift)
    count = int(random.integers(0, 30))
    span = max(int(bars.time[-1] - bars.time[0]), 15 * MINUTE) // MINUTE + 300
    minutes = np.sort(random.choice(span, min(count, span), replace=False)) - 100
    fear = Series("fear", bars.time[0] + minutes * MINUTE, np.round(random.normal(50, 20, len(minutes)), 1))
    return Market(bars, {OTHER: other, OTHER_HOUR: resample(other, "1h"), FEAR: fear})


def markets() -> st.SearchStrategy[Market]:
    """Random markets."""
    moods = st.lists(st.sampled_from(MOODS), min_size=1, max_size=6)
    return st.builds(market, st.integers(0, 2**31), moods, st.sampled_from([0, 0, 7, 14]))


def with_columns(bars: Bars, **changed: Any) -> Bars:
    """The bars with some columns replaced."""
    columns = [changed.get(name, getattr(bars, name)) for name in COLUMNS]
    return Bars(*columns, timeframe=bars.timeframe, symbol=bars.instrument)


def some(bars: Bars, rows: Any) -> Bars:
    """The bars at some rows."""
    return with_columns(bars, **{name: getattr(bars, name)[rows] for name in COLUMNS})


@dataclass(frozen=True, eq=False)
class Streamed:
    """What a plan gave one bar at a time."""

    columns: list[np.ndarray[Any, Any]]
    ready: list[bool]
    evaluated: int
    replaced: int


def streamed(plan: Plan, given: Market, ahead: bool = False) -> Streamed:
    """The plan one bar at a time, other data fed when it is known, or all of it `ahead`."""
    stream = plan.stream(given.bars.timeframe, given.bars.symbol)
    fed = {clock: (given.feeds[clock], given.closes(clock)) for clock in plan.feeds if clock in given.feeds}
    rows = {clock: _rows(data) for clock, (data, _) in fed.items()}
    at = dict.fromkeys(fed, 0)
    values, ready = [], []
    for time, fields in zip(given.bars.time.tolist(), _rows(given.bars), strict=True):
        for clock, (data, closes) in fed.items():
            while at[clock] < len(closes) and (ahead or closes[at[clock]] <= time + given.bars.timeframe.nanoseconds):
                stream.feed(clock, rows[clock][at[clock]], int(data.time[at[clock]]))
                at[clock] += 1
        values.append(stream.update(fields, time))
        ready.append(stream.ready)
    columns = [np.array([row[i] for row in values], dtype=kind_of(node)) for i, node in enumerate(plan.nodes)]
    return Streamed(columns, ready, stream.evaluated, stream.replaced)


def _rows(data: Bars | Series) -> list[Mapping[str, float]]:
    columns = {"value": data.value} if isinstance(data, Series) else columns_of(data)
    lists = {name: column.tolist() for name, column in columns.items()}
    return [{name: column[i] for name, column in lists.items()} for i in range(len(data))]


def assert_both_ways_agree(nodes: list[Node], given: Market, ahead: bool = False) -> None:
    """Batch and stream give the same bits, are ready at the same bar, and replace the same number of inputs."""
    plan = Plan(nodes)
    batch = plan.over(given.bars, feeds=given.feeds)
    stream = streamed(plan, given, ahead)
    for node, one, other in zip(nodes, batch.columns, stream.columns, strict=True):
        assert one.shape == (len(given.bars),), node
        assert one.dtype == kind_of(node), node
        at = differences(one, other)
        assert at.size == 0, f"{node!r} at bar {at[0]}: {one[at[0]]!r} over arrays, {other[at[0]]!r} bar by bar"
        assert not np.isinf(one).any(), node
    assert stream.ready == [index >= batch.lookback for index in range(len(given.bars))]
    assert stream.replaced == batch.replaced
