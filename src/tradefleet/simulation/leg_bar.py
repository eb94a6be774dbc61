"""A bar of one leg that has the wallet for itself: what the walk and the jump do where something happens."""

from __future__ import annotations

import math
from typing import NamedTuple

from tradefleet.simulation.carrying import settle
from tradefleet.simulation.columns import Journal, LegColumns, at
from tradefleet.simulation.exits import watched
from tradefleet.simulation.managing import manage, moves_at_every_close
from tradefleet.simulation.phases import (
    Money,
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
from tradefleet.simulation.state import NO_EXIT, Leg, Market, Policy, Wallet, with_position


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


def sight_of(leg: Leg, columns: LegColumns, policy: Policy) -> Sight:
    """What to look at for a leg."""
    held, watch = leg.position, watched(leg.position)
    trails = held.side != 0.0 and held.trail > 0.0
    every_close = held.side != 0.0 and moves_at_every_close(held, policy, columns)
    return Sight(
        held.side, held.side * held.quantity, held.entry_price, watch.below, watch.above, held.best_close,
        held.max_bars, held.entry_time, columns.carry.time[leg.carried],
        leg.leave != NO_EXIT or leg.entry.side != 0.0, every_close, trails and not every_close,
    )  # fmt: skip


def during(
    wallet: Wallet,
    leg: Leg,
    columns: LegColumns,
    index: int,
    bar: int,
    market: Market,
    policy: Policy,
    journal: Journal,
) -> Money:
    """The open and the inside of bar `index`, the leg's bar number `bar`."""
    time = columns.bid.time[index]
    close_time = time + market.timeframe
    leg = as_of(leg, columns, index - 1, bar)
    open_price = columns.ask.open[index] if leg.position.side < 0.0 else columns.bid.open[index]
    if columns.carry.time[leg.carried] <= time:
        wallet, leg = settle(wallet, leg, columns.carry, time + 1, open_price)
    wallet, leg = exits_at_open(wallet, leg, 0, open_price, time, market, policy, journal)
    wallet, leg = expired(wallet, leg, time, journal.counts)
    wallet, leg = entry_at_open(wallet, leg, columns, index, time, market, policy, journal)
    wallet, leg = limit_entry(wallet, leg, columns, index, time, market, policy, journal)
    wallet, leg = exits_inside(wallet, leg, 0, columns, index, market, policy, journal)
    if columns.carry.time[leg.carried] < close_time:
        close = columns.ask.close[index] if leg.position.side < 0.0 else columns.bid.close[index]
        wallet, leg = settle(wallet, as_of(leg, columns, index, bar), columns.carry, close_time, close)
    return wallet, leg


def moved(
    leg: Leg, columns: LegColumns, index: int, close: float, close_time: int, market: Market, policy: Policy
) -> Leg:
    """The leg with its position's levels as they are after a close."""
    distance = at(columns.decisions.trailing_distance, index)
    return with_position(leg, manage(leg.position, close, close_time, distance, market, policy))


def decide(
    wallet: Wallet,
    leg: Leg,
    columns: LegColumns,
    index: int,
    bar: int,
    equity: float,
    close_time: int,
    market: Market,
    policy: Policy,
    journal: Journal,
) -> Money:
    """The orders of a leg after the signals of a close."""
    signals = columns.decisions.signals[index]
    leg = as_of(leg, columns, index, bar)
    reason, enters = decided(leg, signals, close_time, market, policy, journal.counts)
    wallet, leg = with_signals(wallet, leg, reason, enters, signals)
    if enters == 0.0:
        return wallet, leg
    close = columns.bid.close[index]
    return with_order(
        wallet, leg, enters, columns.decisions, index, equity, close, close_time, math.inf, market, policy, journal
    )
