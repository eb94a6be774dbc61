"""Simulating chunk by chunk: the decisions of some bars are made, simulated and dropped, then those of the next.

The walks go on from the state, the table and the counts that they have left, so what comes out is that of all bars at
once, to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tradefleet.graph.clock import Clock
from tradefleet.graph.plan import Plan, PlanChunks
from tradefleet.kernels import compiled_loop, compiled_walk, compiled_walk_together
from tradefleet.market.bars import Bars
from tradefleet.market.series import Series
from tradefleet.market.time import DAY, merged_times
from tradefleet.research.decisions import FLAGS, decision_columns
from tradefleet.research.simulate import (
    Outcome,
    Part,
    count_entries,
    ended,
    first_table,
    joined,
    read_only,
    rows_of,
    share_carry,
    symbols_of,
)
from tradefleet.simulation.columns import (
    DAYS,
    POSITIONS,
    ROWS,
    BarColumns,
    DecisionColumns,
    Detail,
    Floats,
    Integers,
    Journal,
    LegColumns,
    new_journal,
)
from tradefleet.simulation.on_bar import Walked
from tradefleet.simulation.state import Limits, State, first_state
from tradefleet.simulation.table import Table, leg_of

_LEVELS = DecisionColumns._fields[1:]


@dataclass(frozen=True, eq=False)
class Deferred:
    """The decisions of a leg that are made when they are simulated: its plan, and the bars and feeds it goes by.

    `begin` is the first of the bars that is simulated.
    """

    plan: Plan
    fed: Bars
    feeds: Mapping[Clock, Bars | Series]
    begin: int

    def start(self) -> PlanChunks:
        """The plan before the first bar."""
        return self.plan.chunks(self.fed, compiled_loop, self.feeds)

    @property
    def varying(self) -> frozenset[str]:
        """The levels that are not one value for all bars."""
        nodes = self.plan.outputs[len(FLAGS) :]
        return frozenset(name for name, node in zip(_LEVELS, nodes, strict=False) if node.call.clock is not None)


def no_decisions() -> DecisionColumns:
    """What stands in a leg's columns while its decisions are deferred."""
    return DecisionColumns(np.empty(0, np.uint8), *(np.zeros(1) for _ in _LEVELS))


def simulate_in_chunks(
    parts: Sequence[Part],
    deferred: Sequence[Deferred],
    cash: float,
    limits: Limits,
    size: int,
    *,
    per_bar: bool = False,
) -> tuple[Outcome, int]:
    """What `simulate` gives, some `size` bars of each leg at a time, and how many inputs were replaced."""
    table, plans = first_table(parts), [each.start() for each in deferred]
    for plan, each in zip(plans, deferred, strict=True):
        for stop in [*range(size, each.begin, size), each.begin]:
            plan.until(stop)
    times = [part.bars.time for part in parts]
    steps = len(merged_times(times)) if per_bar else 0
    varying = frozenset[str]().union(*(each.varying for each in deferred))
    run = _Run(parts, table, limits, np.empty(steps), varying)
    state = first_state(cash, min(int(time[0]) for time in times))
    for begins, ends in _chunks(times, size):
        columns = [
            _cut(part.columns, begin, end, _decisions(plan, each.begin + end))
            for part, plan, each, begin, end in zip(parts, plans, deferred, begins, ends, strict=True)
        ]
        state = run.over(columns, state)
    legs = tuple(leg_of(table, number) for number in range(len(parts)))
    outcome = ended(Walked(state, legs, run.journal(), {}), parts)
    return outcome, sum(plan.replaced for plan in plans)


def _chunks(times: Sequence[Integers], size: int) -> Iterator[tuple[list[int], list[int]]]:
    """The bars of each leg that a chunk begins with and ends before: all up to one time, some leg's `size`.

    No chunk has a single bar, where a level of that bar would look like one for all: the last takes it too.
    """
    lengths = [len(time) for time in times]
    begins = [0] * len(times)
    while begins != lengths:
        moment = min(
            (time[b + size] for time, b in zip(times, begins, strict=True) if b + size < len(time)), default=None
        )
        ends = lengths if moment is None else [int(np.searchsorted(time, moment)) for time in times]
        if all(length - end <= 1 for length, end in zip(lengths, ends, strict=True)):
            ends = lengths
        yield begins, ends
        begins = ends


def _decisions(plan: PlanChunks, stop: int) -> DecisionColumns:
    """The decisions of the next bars; no signal before the lookback."""
    first = plan.taken
    if first == stop:
        return no_decisions()
    return decision_columns(plan.until(stop), stop - first, max(0, plan.lookback - first), 0)


def _cut(columns: LegColumns, begin: int, end: int, decisions: DecisionColumns) -> LegColumns:
    """Some of the bars of a leg's columns, with their decisions."""
    length = len(columns.bid.time)
    bid = _rows(columns.bid, begin, end)
    detail = columns.detail
    if len(detail.start):
        start = detail.start[begin : end + 1]
        detail = Detail(_rows(detail.bars, int(start[0]), int(start[-1])), start - start[0])
    return LegColumns(
        bid=bid,
        ask=bid if columns.ask is columns.bid else _rows(columns.ask, begin, end),
        volume=columns.volume[begin:end] if len(columns.volume) == length else columns.volume,
        rate=columns.rate[begin:end] if len(columns.rate) == length else columns.rate,
        carry=columns.carry,
        detail=detail,
        decisions=decisions,
    )


def _rows(bars: BarColumns, begin: int, end: int) -> BarColumns:
    rows = slice(begin, end)
    return BarColumns(bars.time[rows], bars.open[rows], bars.high[rows], bars.low[rows], bars.close[rows])


class _Run:
    """The walk of all chunks: what its legs share, and what it has written so far."""

    def __init__(
        self, parts: Sequence[Part], table: Table, limits: Limits, bar_equity: Floats, varying: frozenset[str]
    ) -> None:
        self._parts, self._table, self._limits, self._varying = parts, table, limits, varying
        self._alone = len(parts) == 1 and limits == Limits(0, 0.0, 0.0)
        self._symbols = np.array(symbols_of(parts))
        self._scratch, self._places = np.zeros((5, len(parts))), np.zeros((3, len(parts)), np.int64)
        self._bar_equity = bar_equity
        self._written = [self._new(0, 0)]
        if not self._alone:
            share_carry(table, parts)

    def _new(self, rows: int, days: int) -> Journal:
        return new_journal(rows, days, 0, 0 if self._alone else len(self._parts))._replace(bar_equity=self._bar_equity)

    def over(self, legs: Sequence[LegColumns], state: State) -> State:
        """Walk over the next chunk."""
        times = [leg.bid.time for leg in legs if len(leg.bid.time)]
        rows = rows_of(sum(map(count_entries, legs)), self._parts)
        span = max(int(time[-1]) for time in times) - min(int(time[0]) for time in times)
        journal = self._new(rows, span // DAY + 2)
        journal.counts[:] = self._written[-1].counts
        journal.used[POSITIONS] = self._written[-1].used[POSITIONS]
        state = self._walked(legs, state, journal)
        self._written.append(_trimmed(journal))
        return state

    def _walked(self, legs: Sequence[LegColumns], state: State, journal: Journal) -> State:
        if self._alone:
            return compiled_walk()(state, self._table, read_only(legs[0]), journal)
        columns, offsets = joined([_widened(leg, self._varying) for leg in legs])
        timeframe = self._parts[0].market.timeframe
        return compiled_walk_together()(
            state, self._table, read_only(columns), offsets, self._symbols, self._limits, timeframe,
            self._scratch, self._places, journal,
        )  # fmt: skip

    def journal(self) -> Journal:
        """Everything written, with room for one more day."""
        written = [*self._written, self._new(0, 1)]
        columns = {
            name: np.concatenate([getattr(each, name) for each in written])
            for name in ("trade_numbers", "trade_marks", "day_times", "day_equity", "day_legs")
        }
        used = self._written[-1].used.copy()
        used[ROWS], used[DAYS] = len(columns["trade_marks"]), len(columns["day_times"]) - 1
        return self._written[-1]._replace(**columns, used=used)


def _trimmed(journal: Journal) -> Journal:
    """What a journal has in it, without the room that it did not use."""
    rows, days = int(journal.used[ROWS]), int(journal.used[DAYS])
    return journal._replace(
        trade_numbers=journal.trade_numbers[:rows].copy(),
        trade_marks=journal.trade_marks[:rows].copy(),
        day_times=journal.day_times[:days].copy(),
        day_equity=journal.day_equity[:days].copy(),
        day_legs=journal.day_legs[:days].copy(),
    )


def _widened(columns: LegColumns, varying: frozenset[str]) -> LegColumns:
    """Levels that vary in another leg as one value a bar, so that those of few bars are not taken for constant."""
    decisions, length = columns.decisions, len(columns.bid.time)
    wide = {
        name: np.full(length, getattr(decisions, name)[0]) for name in varying if len(getattr(decisions, name)) == 1
    }
    return columns._replace(decisions=decisions._replace(**wide))
