"""Legs, their markets and policies as rows of arrays, so that compiled code can hold any number of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tradefleet.simulation.columns import Floats, Integers
from tradefleet.simulation.rules.fees import Fees
from tradefleet.simulation.rules.margin import Margin
from tradefleet.simulation.rules.sizing import Lots, Record
from tradefleet.simulation.rules.slippage import Slippage
from tradefleet.simulation.rules.steps import Steps
from tradefleet.simulation.state import Entry, Leg, Market, Policy, Position, Sizing


class Table(NamedTuple):
    """The legs of one wallet, a row each: their state, and what of their markets and policies is constant.

    `lengths` are the rows of each leg's maintenance tiers, scale-out and aging tables, padded to one length.
    """

    numbers: Floats
    marks: Integers
    markets: Floats
    policies: Floats
    tiers: Floats
    scale_out: Floats
    aging: Floats
    lengths: Integers


def table_of(legs: Sequence[Leg], markets: Sequence[Market], policies: Sequence[Policy]) -> Table:
    """The table of some legs."""
    tiers, lengths_of_tiers = _padded([market.margin.tiers for market in markets])
    scale_out, lengths_of_parts = _padded([policy.scale_out for policy in policies])
    aging, lengths_of_ages = _padded([policy.aging for policy in policies])
    table = Table(
        np.zeros((len(legs), _LEG_NUMBERS)),
        np.zeros((len(legs), _LEG_MARKS), np.int64),
        np.array([_market_row(market) for market in markets]),
        np.array([_policy_row(policy) for policy in policies]),
        tiers,
        scale_out,
        aging,
        np.column_stack([lengths_of_tiers, lengths_of_parts, lengths_of_ages]),
    )
    for row, leg in enumerate(legs):
        keep(table, row, leg)
    return table


def _padded(tables: Sequence[Any]) -> tuple[Floats, Integers]:
    lengths = np.array([len(part) for part in tables], dtype=np.int64)
    padded = np.zeros((len(tables), max(1, int(lengths.max())), tables[0].shape[1]))
    for row, part in enumerate(tables):
        padded[row, : len(part)] = part
    return padded, lengths


def _market_row(market: Market) -> list[float]:
    fees, slippage, margin, lots = market.fees, market.slippage, market.margin, market.lots
    return [
        fees.maker, fees.taker, fees.commission, slippage.fraction, slippage.of_range, slippage.impact,
        market.tick.numerator, market.tick.denominator, lots.lot.numerator, lots.lot.denominator, lots.min_notional,
        margin.leverage, margin.liquidation_fee, float(margin.liquidates), float(market.timeframe),
        market.bars_per_year,
    ]  # fmt: skip


def market_of(table: Table, row: int) -> Market:
    """The market of a leg."""
    numbers = table.markets[row]
    return Market(
        Fees(numbers[0], numbers[1], numbers[2]),
        Slippage(numbers[3], numbers[4], numbers[5]),
        Steps(numbers[6], numbers[7]),
        Lots(Steps(numbers[8], numbers[9]), numbers[10]),
        Margin(numbers[11], table.tiers[row, : table.lengths[row, 0]], numbers[12], numbers[13] != 0.0),
        int(numbers[14]),
        numbers[15],
    )


def _policy_row(policy: Policy) -> list[float]:
    sizing = policy.sizing
    return [
        float(sizing.kind), sizing.most, sizing.multiple, sizing.cap, sizing.least_trades, sizing.floor,
        float(policy.pyramiding), policy.cooldown, float(policy.limit_entries),
    ]  # fmt: skip


def policy_of(table: Table, row: int) -> Policy:
    """The policy of a leg."""
    numbers = table.policies[row]
    return Policy(
        Sizing(int(numbers[0]), numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]),
        table.scale_out[row, : table.lengths[row, 1]],
        table.aging[row, : table.lengths[row, 2]],
        int(numbers[6]),
        numbers[7],
        numbers[8] != 0.0,
    )


# Columns of Table.numbers and Table.marks that the walk reads alone.
SIDE = 0
QUANTITY = 1
ENTRY_PRICE = 3
ENTRY_SIDE = 16
ENTRY_QUANTITY = 17
REALISED = 30
RATE = 31
# The close its position is marked at, and the last bid close; not part of the leg.
MARK = 34
LAST_CLOSE = 35
LEAVE = 7
CARRIED = 9
BAR = 11
_TRAILED = 36
_LEG_NUMBERS = 37
_LEG_MARKS = 12


def keep(table: Table, row: int, leg: Leg) -> None:
    """Write a leg into its row."""
    held, entry, record = leg.position, leg.entry, leg.record
    numbers, marks = table.numbers[row], table.marks[row]
    numbers[0], numbers[1], numbers[2], numbers[3] = held.side, held.quantity, held.first_quantity, held.entry_price
    numbers[4], numbers[5], numbers[6], numbers[7] = held.fees, held.carry, held.margin, held.cost
    numbers[_TRAILED] = held.trailed
    numbers[8], numbers[9], numbers[10], numbers[11] = held.liquidation, held.stop, held.target, held.part
    numbers[12], numbers[13], numbers[14], numbers[15] = held.trail, held.best_close, held.break_even, held.max_bars
    numbers[16], numbers[17], numbers[18], numbers[19] = entry.side, entry.quantity, entry.stop_loss, entry.take_profit
    numbers[20], numbers[21], numbers[22] = entry.trailing_stop, entry.break_even, entry.max_bars
    numbers[23], numbers[24], numbers[25] = entry.priority, entry.limit, entry.reserved
    numbers[26], numbers[27], numbers[28], numbers[29] = record.wins, record.losses, record.won, record.lost
    numbers[30], numbers[31], numbers[32], numbers[33] = leg.realised, leg.rate, leg.last_range, leg.last_volume
    marks[0], marks[1], marks[2], marks[3] = int(held.trailing), held.parts, held.adds, held.number
    marks[4], marks[5], marks[6] = held.entry_bar, held.target_from, held.entry_time
    marks[7], marks[8], marks[9], marks[10], marks[11] = leg.leave, leg.last_exit, leg.carried, entry.until, leg.bar


def leg_of(table: Table, row: int) -> Leg:
    """The leg of a row."""
    n, m = table.numbers[row], table.marks[row]
    held = Position(
        n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[_TRAILED],
        n[10], n[11], n[12], n[13], n[14], n[15],
        m[0] != 0, m[1], m[2], m[3], m[4], m[5], m[6],
    )  # fmt: skip
    entry = Entry(n[16], n[17], n[18], n[19], n[20], n[21], n[22], n[23], n[24], n[25], m[10])
    record = Record(n[26], n[27], n[28], n[29])
    return Leg(held, m[7], entry, m[8], record, n[30], n[31], n[32], n[33], m[9], m[11])
