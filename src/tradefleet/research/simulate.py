"""From prepared legs to what they did: by the jump where it knows all the rules, else by a walk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tradefleet.kernels import compiled_jump, compiled_walk, compiled_walk_together
from tradefleet.market.bars import Bars
from tradefleet.market.time import DAY, merged_times
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
from tradefleet.simulation.on_bar import Acting, Desk, Walked, walk_desks
from tradefleet.simulation.rules.carry import Carry
from tradefleet.simulation.state import Leg, Limits, Market, Policy, State, first_leg, first_state
from tradefleet.simulation.table import CARRIED, Table, leg_of, table_of

# With more entry signals than one in so many bars, walking is faster than jumping.
_DENSE = 50


@dataclass(frozen=True, eq=False)
class Part:
    """One leg, ready to be simulated: its bars as columns, and its terms; `acting` where `on_bar` decides."""

    bars: Bars
    columns: LegColumns
    market: Market
    policy: Policy
    acting: Acting | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a simulation left behind: the state, each leg's, and what was written down.

    `tags` has what `on_bar` gave single entries, by the number of their position.
    """

    state: State
    legs: tuple[Leg, ...]
    journal: Journal
    tags: Mapping[int, str] = field(default_factory=dict)


def simulate(parts: Sequence[Part], cash: float, limits: Limits, *, per_bar: bool = False) -> Outcome:
    """Simulate legs on one wallet; day ends include the last, unfinished one."""
    if any(part.acting is not None for part in parts):
        return ended(_bar_by_bar(parts, cash, limits, per_bar), parts)
    return ended(_by_signals(parts, cash, limits, per_bar), parts)


def ended(walked: Walked, parts: Sequence[Part]) -> Outcome:
    """What a finished walk left behind, with the last, unfinished day end; the journal has room for it."""
    state, legs, journal, tags = walked
    last = int(journal.used[DAYS])
    journal.day_times[last], journal.day_equity[last] = state.close_time, state.equity
    if len(journal.day_legs):
        journal.day_legs[last] = [leg.realised + unrealised(leg, part) for leg, part in zip(legs, parts, strict=True)]
    journal.used[DAYS] = last + 1
    return Outcome(state, legs, journal, tags)


def _by_signals(parts: Sequence[Part], cash: float, limits: Limits, per_bar: bool) -> Walked:
    table = first_table(parts)
    alone = len(parts) == 1 and limits == Limits(0, 0.0, 0.0)
    run = _alone if alone else _together
    state, journal = run(parts, table, cash, limits, per_bar)
    return Walked(state, tuple(leg_of(table, number) for number in range(len(parts))), journal, {})


def first_table(parts: Sequence[Part]) -> Table:
    """The legs before their first bars."""
    return table_of(
        [first_leg(float(part.columns.rate[0])) for part in parts],
        [part.market for part in parts],
        [part.policy for part in parts],
    )


def _bar_by_bar(parts: Sequence[Part], cash: float, limits: Limits, per_bar: bool) -> Walked:
    """Legs of which at least one acts bar by bar: the plain walk, which all of them share."""
    desks = [
        Desk(number, part.bars.symbol, part.columns, part.market, part.policy, part.acting)
        for number, part in enumerate(parts)
    ]
    times = merged_times([part.bars.time for part in parts])
    alone = len(parts) == 1 and limits == Limits(0, 0.0, 0.0)
    journal = new_journal(64, days_of(times), len(times) if per_bar else 0, 0 if alone else len(parts))
    return walk_desks(first_state(cash, int(times[0])), desks, symbols_of(parts), limits, journal)


def symbols_of(parts: Sequence[Part]) -> list[int]:
    """For each leg the first one of its symbol."""
    names = [part.bars.symbol for part in parts]
    return [names.index(name) for name in names]


def unrealised(leg: Leg, part: Part) -> float:
    """What a leg's open position has won at its last close, in the account's currency."""
    held = leg.position
    bars = part.columns.ask if held.side < 0.0 else part.columns.bid
    return held.side * held.quantity * (float(bars.close[-1]) - held.entry_price) * leg.rate


def _alone(parts: Sequence[Part], table: Table, cash: float, limits: Limits, per_bar: bool) -> tuple[State, Journal]:
    (part,) = parts
    columns, time = part.columns, part.columns.bid.time
    entries = count_entries(columns)
    journal = new_journal(rows_of(entries, parts), days_of(time), len(time) if per_bar else 0)
    state = first_state(cash, int(time[0]))
    if not per_bar and entries * _DENSE < len(time) and can_jump(columns, part.policy):
        words = words_of(columns.decisions.signals)
        return compiled_jump()(state, table, read_only(columns), words, _blocks(part.bars), journal), journal
    return compiled_walk()(state, table, read_only(columns), journal), journal


def read_only(columns: Any) -> Any:
    """Columns as read-only views: code is compiled anew for arrays that may be written to, whichever of them."""
    if isinstance(columns, np.ndarray):
        view = columns.view()
        view.flags.writeable = False
        return view
    return type(columns)(*map(read_only, columns))


def _blocks(bars: Bars) -> Blocks:
    """The blocks of some bars, made once."""
    columns = BarColumns(bars.time, bars.open, bars.high, bars.low, bars.close)
    return bars.remembered("blocks", lambda: blocks_of(columns))


def days_of(time: Integers) -> int:
    """How many rows the day ends of some rising times need at most."""
    return min(len(time), int((time[-1] - time[0]) // DAY) + 2) + 1


def _together(parts: Sequence[Part], table: Table, cash: float, limits: Limits, per_bar: bool) -> tuple[State, Journal]:
    columns, offsets = joined([part.columns for part in parts])
    share_carry(table, parts)
    times = merged_times([part.columns.bid.time for part in parts])
    rows = rows_of(count_entries(columns), parts)
    journal = new_journal(rows, days_of(times), len(times) if per_bar else 0, len(parts))
    symbols = np.array(symbols_of(parts))
    state = first_state(cash, int(times[0]))
    scratch, places = np.zeros((5, len(parts))), np.zeros((3, len(parts)), np.int64)
    state = compiled_walk_together()(
        state, table, read_only(columns), offsets, symbols, limits, parts[0].market.timeframe, scratch, places, journal
    )
    return state, journal


def count_entries(columns: LegColumns) -> int:
    """How many bars have an entry signal."""
    return int(np.count_nonzero(columns.decisions.signals & ENTRIES))


def rows_of(entries: int, parts: Sequence[Part]) -> int:
    """How many rows so many entry signals and what is held already need at most."""
    return (entries + 2 * len(parts)) * (1 + max(len(part.policy.scale_out) for part in parts))


def share_carry(table: Table, parts: Sequence[Part]) -> None:
    """Let the table's legs find their funding where that of all lies behind one another."""
    lengths = [len(part.columns.carry.time) for part in parts]
    table.marks[:, CARRIED] += np.cumsum([0, *lengths[:-1]])


def joined(legs: Sequence[LegColumns]) -> tuple[LegColumns, Integers]:
    """The columns of several legs behind one another, and where each begins."""
    lengths = [len(leg.bid.time) for leg in legs]
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
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
