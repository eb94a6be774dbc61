"""A bar of one leg that has the wallet for itself: what the walk and the jump do where something happens."""

from __future__ import annotations

import math
from typing import NamedTuple

from tradefleet.simulation.carrying import settle
from tradefleet.simulation.columns import Journal, LegColumns, at
from tradefleet.simulation.exits import watched
from tradefleet.simulation.managing import manage, moves_at_every_close
from tradefleet.simulation.phases import (
    as_of,
    decided,
    entry_at_open,
    exits_at_open,
    exits_inside,
    expired,
    limit_entry,
    with_order,
    with_signals,
)
from tradefleet.simulation.state import NO_EXIT, Wallet, with_position
from tradefleet.simulation.table import Table, keep, leg_of, market_of, policy_of


class Sight(NamedTuple):
    """What every bar is compared with, of a leg: what it holds, its nearest levels, when something is due.

    `busy` says that an order waits for the next bar; `managed` that every close may move a level, `trails` that a
    new best close does.
    """

    side: float
    amount: float
    entry_price: float
    below: float
    above: float
    best: float
    max_bars: float
    entry_time: int
    due: int
    busy: bool
    managed: bool
    trails: bool


def sight_of(table: Table, number: int, columns: LegColumns) -> Sight:
    """What to look at for a leg."""
    leg = leg_of(table, number)
    held, watch = leg.position, watched(leg.position)
    trails = held.side != 0.0 and held.trail > 0.0
    every_close = held.side != 0.0 and moves_at_every_close(held, policy_of(table, number), columns)
    return Sight(
        held.side, held.side * held.quantity, held.entry_price, watch.below, watch.above, held.best_close,
        held.max_bars, held.entry_time, columns.carry.time[leg.carried],
        leg.leave != NO_EXIT or leg.entry.side != 0.0, every_close, trails and not every_close,
    )  # fmt: skip


def during(
    wallet: Wallet, table: Table, number: int, columns: LegColumns, index: int, before: int, journal: Journal
) -> Wallet:
    """The open and the inside of bar `index`; `before` is the index of the bar before, -1 where it is not there."""
    market, policy = market_of(table, number), policy_of(table, number)
    leg = leg_of(table, number)
    time = columns.bid.time[index]
    close_time = time + market.timeframe
    leg = as_of(leg, columns, before, leg.bar)
    open_price = columns.ask.open[index] if leg.position.side < 0.0 else columns.bid.open[index]
    if columns.carry.time[leg.carried] <= time:
        wallet, leg = settle(wallet, leg, columns.carry, time + 1, open_price)
    wallet, leg = exits_at_open(wallet, leg, number, open_price, time, market, policy, journal)
    wallet, leg = expired(wallet, leg, time, journal.counts)
    wallet, leg = entry_at_open(wallet, leg, columns, index, time, market, policy, journal)
    wallet, leg = limit_entry(wallet, leg, columns, index, time, market, policy, journal)
    wallet, leg = exits_inside(wallet, leg, number, columns, index, market, policy, journal)
    if columns.carry.time[leg.carried] < close_time:
        close = columns.ask.close[index] if leg.position.side < 0.0 else columns.bid.close[index]
        wallet, leg = settle(wallet, as_of(leg, columns, index, leg.bar), columns.carry, close_time, close)
    keep(table, number, leg)
    return wallet


def moved(table: Table, number: int, columns: LegColumns, index: int, close: float, close_time: int) -> None:
    """The levels of a leg's position after a close."""
    leg = leg_of(table, number)
    distance = at(columns.decisions.trailing_distance, index)
    held = manage(leg.position, close, close_time, distance, market_of(table, number), policy_of(table, number))
    keep(table, number, with_position(leg, held))


def decide(
    wallet: Wallet,
    table: Table,
    number: int,
    columns: LegColumns,
    index: int,
    equity: float,
    close_time: int,
    journal: Journal,
) -> Wallet:
    """The orders of a leg after the signals of a close."""
    market, policy = market_of(table, number), policy_of(table, number)
    leg = leg_of(table, number)
    leg = as_of(leg, columns, index, leg.bar)
    signals = columns.decisions.signals[index]
    reason, enters = decided(leg, signals, close_time, market, policy, journal.counts)
    wallet, leg = with_signals(wallet, leg, reason, enters, signals)
    if enters != 0.0:
        close = columns.bid.close[index]
        wallet, leg = with_order(
            wallet, leg, enters, columns.decisions, index, equity, close, close_time, math.inf, market, policy, journal
        )
    keep(table, number, leg)
    return wallet
