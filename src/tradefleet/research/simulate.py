"""From prepared legs to what they did: by the jump where it knows all the rules, else by a walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradefleet.kernels import compiled_jump, compiled_walk, compiled_walk_together
from tradefleet.market.bars import Bars
from tradefleet.market.time import DAY
from tradefleet.metrics.performance import Floats
from tradefleet.research.decisions import ENTRIES
from tradefleet.simulation.blocks import Blocks, blocks_of
from tradefleet.simulation.columns import (
    DAYS,
    BarColumns,
    DecisionColumns,
    Detail,
    Integers,
    Journal,
    LegColumns,
    new_journal,
)
from tradefleet.simulation.jump import can_jump, words_of
from tradefleet.simulation.rules.carry import Carry
from tradefleet.simulation.state import Leg, Limits, Market, Policy, State, first_leg, first_state
from tradefleet.simulation.table import Table, leg_of, table_of

# With more entry signals than one in so many bars, walking is faster than jumping.
_DENSE = 50


@dataclass(frozen=True, eq=False)
class Part:
    """One leg, ready to be simulated: its bars as columns, and its terms."""

    bars: Bars
    columns: LegColumns
    market: Market
    policy: Policy


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a simulation left behind: the state, each leg's, and what was written down."""

    state: State
    legs: tuple[Leg, ...]
    journal: Journal


def simulate(parts: Sequence[Part], cash: float, limits: Limits, *, per_bar: bool = False) -> Outcome:
    """Simulate legs on one wallet; day ends include the last, unfinished one."""
    table = table_of(
        [first_leg(float(part.columns.rate[0])) for part in parts],
        [part.market for part in parts],
        [part.policy for part in parts],
    )
    alone = len(parts) == 1 and limits == Limits(0, 0.0, 0.0)
    run = _alone if alone else _together
    state, journal = run(parts, table, cash, limits, per_bar)
    last = int(journal.used[DAYS])
    journal.day_times[last], journal.day_equity[last] = state.close_time, state.equity
    legs = tuple(leg_of(table, number) for number in range(len(parts)))
    if len(journal.day_legs):
        journal.day_legs[last] = [leg.realised + unrealised(leg, part) for leg, part in zip(legs, parts, strict=True)]
    journal.used[DAYS] = last + 1
    return Outcome(state, legs, journal)


def unrealised(leg: Leg, part: Part) -> float:
    """What a leg's open position has won at its last close, in the account's currency."""
    held = leg.position
    bars = part.columns.ask if held.side < 0.0 else part.columns.bid
    return held.side * held.quantity * (float(bars.close[-1]) - held.entry_price) * leg.rate


def _alone(parts: Sequence[Part], table: Table, cash: float, limits: Limits, per_bar: bool) -> tuple[State, Journal]:
    (part,) = parts
    columns, time = part.columns, part.columns.bid.time
    entries = int(np.count_nonzero(columns.decisions.signals & ENTRIES))
    rows = (entries + 2) * (len(part.policy.scale_out) + 1)
    journal = new_journal(rows, _days(time), len(time) if per_bar else 0)
    state = first_state(cash, int(time[0]))
    if not per_bar and entries * _DENSE < len(time) and can_jump(columns, part.policy):
        words = words_of(columns.decisions.signals)
        return compiled_jump()(state, table, columns, words, _blocks(part.bars), journal), journal
    return compiled_walk()(state, table, columns, journal), journal


def _blocks(bars: Bars) -> Blocks:
    """The blocks of some bars, made once."""
    columns = BarColumns(bars.time, bars.open, bars.high, bars.low, bars.close)
    return bars.remembered("blocks", lambda: blocks_of(columns))


def _days(time: Integers) -> int:
    """How many rows the day ends of some rising times need at most."""
    return min(len(time), int((time[-1] - time[0]) // DAY) + 2) + 1


def _together(parts: Sequence[Part], table: Table, cash: float, limits: Limits, per_bar: bool) -> tuple[State, Journal]:
    columns, offsets = joined([part.columns for part in parts], table)
    times = np.unique(columns.bid.time)
    entries = int(np.count_nonzero(columns.decisions.signals & ENTRIES))
    rows = (entries + 2 * len(parts)) * (1 + max(len(part.policy.scale_out) for part in parts))
    journal = new_journal(rows, _days(times), len(times) if per_bar else 0, len(parts))
    names = [part.bars.symbol for part in parts]
    symbols = np.array([names.index(name) for name in names])
    state = first_state(cash, int(times[0]))
    scratch, places = np.zeros((4, len(parts))), np.zeros((3, len(parts)), np.int64)
    state = compiled_walk_together()(
        state, table, columns, offsets, symbols, limits, parts[0].market.timeframe, scratch, places, journal
    )
    return state, journal


def joined(legs: Sequence[LegColumns], table: Table) -> tuple[LegColumns, Integers]:
    """The columns of several legs behind one another, and where each begins; the table's legs find their funding."""
    lengths = [len(leg.bid.time) for leg in legs]
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    table.marks[:, 9] += np.concatenate(([0], np.cumsum([len(leg.carry.time) for leg in legs])))[:-1]
    bid = BarColumns(*(np.concatenate([leg.bid[i] for leg in legs]) for i in range(len(BarColumns._fields))))
    ask = bid
    if any(leg.ask is not leg.bid for leg in legs):
        ask = BarColumns(*(np.concatenate([leg.ask[i] for leg in legs]) for i in range(len(BarColumns._fields))))
    levels = {
        name: _one_or_all([getattr(leg.decisions, name) for leg in legs], lengths)
        for name in DecisionColumns._fields[1:]
    }
    signals = np.concatenate([leg.decisions.signals for leg in legs])
    return LegColumns(
        bid,
        ask,
        _one_or_all([leg.volume for leg in legs], lengths),
        _one_or_all([leg.rate for leg in legs], lengths),
        Carry(*(np.concatenate([leg.carry[i] for leg in legs]) for i in range(len(Carry._fields)))),
        _joined_detail([leg.detail for leg in legs], lengths),
        DecisionColumns(signals, **levels),
    ), offsets


def _one_or_all(columns: Sequence[Floats], lengths: Sequence[int]) -> Floats:
    """Columns of one value for all or one a bar, behind one another, as one value where that is all there is."""
    if all(len(column) == 1 and column[0] == columns[0][0] for column in columns):
        return columns[0]
    return np.concatenate(
        [
            np.full(length, column[0]) if len(column) == 1 else column
            for column, length in zip(columns, lengths, strict=True)
        ]
    )


def _joined_detail(details: Sequence[Detail], lengths: Sequence[int]) -> Detail:
    if not any(len(detail.start) for detail in details):
        return details[0]
    starts, rows = [], 0
    for detail, length in zip(details, lengths, strict=True):
        own = detail.start[:-1] if len(detail.start) else np.zeros(length, np.int64)
        starts.append(own + rows)
        rows += len(detail.bars.time)
    bars = BarColumns(*(np.concatenate([detail.bars[i] for detail in details]) for i in range(len(BarColumns._fields))))
    return Detail(bars, np.concatenate([*starts, [rows]]).astype(np.int64))
