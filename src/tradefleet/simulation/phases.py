"""What happens to one leg in a bar, phase by phase; the walks put the phases in order."""

from __future__ import annotations

from tradefleet.simulation.closing import leave
from tradefleet.simulation.columns import ROWS, BarColumns, DecisionColumns, Detail, Integers, Journal, LegColumns, at
from tradefleet.simulation.entries import enter, enter_at_market, order_for, released
from tradefleet.simulation.exits import ambiguous, exit_at_open, exit_inside, market_exit, watched
from tradefleet.simulation.rules.cooldown import cooling
from tradefleet.simulation.rules.limit_order import limit_fills, limit_price
from tradefleet.simulation.rules.signals import ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT, decide
from tradefleet.simulation.state import (
    AMBIGUOUS_EXITS,
    COOLING_DOWN,
    EXPIRED,
    NO_EXIT,
    RESOLVED_EXITS,
    SIGNAL,
    Leg,
    Market,
    Policy,
    Wallet,
    no_entry,
    with_orders,
)

Money = tuple[Wallet, Leg]


def as_of(leg: Leg, columns: LegColumns, index: int, bar: int) -> Leg:
    """The leg in bar `bar`, knowing what bar `index` of the columns, closed last, has left; -1 is one before them."""
    if index < 0:
        rate, last_range, last_volume = leg.rate, leg.last_range, leg.last_volume
    else:
        rate = at(columns.rate, index)
        last_range = columns.bid.high[index] - columns.bid.low[index]
        last_volume = at(columns.volume, index)
    return Leg(
        leg.position, leg.leave, leg.entry, leg.last_exit, leg.record, leg.realised,
        rate, last_range, last_volume, leg.carried, bar,
    )  # fmt: skip


def exits_at_open(
    wallet: Wallet,
    leg: Leg,
    number: int,
    open_price: float,
    time: int,
    market: Market,
    policy: Policy,
    journal: Journal,
) -> Money:
    """The pending exit, or the levels that the open has passed."""
    if leg.leave != NO_EXIT:
        if leg.position.side != 0.0:
            found = market_exit(leg, open_price, leg.leave, market)
            wallet, leg = leave(wallet, leg, number, found, time, market, policy, journal)
        return wallet, with_orders(leg, NO_EXIT, leg.entry)
    while leg.position.side != 0.0:
        found = exit_at_open(leg, open_price, leg.bar, market, policy)
        if found.reason == NO_EXIT:
            break
        wallet, leg = leave(wallet, leg, number, found, time, market, policy, journal)
    return wallet, leg


def expired(wallet: Wallet, leg: Leg, time: int, counts: Integers) -> Money:
    """Without a resting entry whose time is over at this open."""
    if leg.entry.limit == 0.0 or time < leg.entry.until:
        return wallet, leg
    counts[EXPIRED] += 1
    return released(wallet, leg.entry), with_orders(leg, leg.leave, no_entry())


def entry_at_open(
    wallet: Wallet,
    leg: Leg,
    columns: LegColumns,
    index: int,
    time: int,
    market: Market,
    policy: Policy,
    journal: Journal,
) -> Money:
    """The pending market entry; buys take the ask, sells the bid."""
    if leg.entry.side == 0.0 or leg.entry.limit > 0.0:
        return wallet, leg
    open_price = columns.ask.open[index] if leg.entry.side > 0.0 else columns.bid.open[index]
    return enter_at_market(wallet, leg, open_price, time, market, policy, journal)


def limit_entry(
    wallet: Wallet,
    leg: Leg,
    columns: LegColumns,
    index: int,
    time: int,
    market: Market,
    policy: Policy,
    journal: Journal,
) -> Money:
    """The resting limit entry, where the bar trades through it."""
    entry = leg.entry
    if entry.limit == 0.0:
        return wallet, leg
    side = entry.side
    low = columns.ask.low[index] if side > 0.0 else columns.bid.low[index]
    high = columns.ask.high[index] if side > 0.0 else columns.bid.high[index]
    if not limit_fills(side, low, high, entry.limit):
        return wallet, leg
    open_price = columns.ask.open[index] if side > 0.0 else columns.bid.open[index]
    price = limit_price(side, open_price, entry.limit)
    return enter(wallet, leg, price, market.fees.maker, time, leg.bar + 1, market, policy, journal)


def exits_inside(
    wallet: Wallet,
    leg: Leg,
    number: int,
    columns: LegColumns,
    index: int,
    market: Market,
    policy: Policy,
    journal: Journal,
) -> Money:
    """The levels reached within the bar, in the order that finer bars tell, where there are any."""
    if leg.position.side == 0.0:
        return wallet, leg
    bars = columns.bid if leg.position.side > 0.0 else columns.ask
    # What was entered or added to at this open may have its levels beyond it.
    wallet, leg = exits_at_open(wallet, leg, number, bars.open[index], bars.time[index], market, policy, journal)
    if leg.position.side == 0.0:
        return wallet, leg
    low, high = bars.low[index], bars.high[index]
    unclear = ambiguous(leg, low, high, leg.bar)
    watch = watched(leg.position)
    before, known = journal.used[ROWS], journal.counts[AMBIGUOUS_EXITS]
    if len(columns.detail.start) > 0 and (low <= watch.below or high >= watch.above):
        wallet, leg = _by_detail(wallet, leg, number, columns.detail, index, market, policy, journal)
        if unclear and journal.used[ROWS] > before and journal.counts[AMBIGUOUS_EXITS] == known:
            journal.counts[RESOLVED_EXITS] += 1
    unclear = unclear and journal.used[ROWS] == before
    # What the bar reaches and none of the finer ones does was in one that is absent.
    wallet, leg = _within(wallet, leg, number, bars, index, bars.time[index], market, policy, journal)
    if unclear and journal.used[ROWS] > before:
        journal.counts[AMBIGUOUS_EXITS] += 1
    return wallet, leg


def _within(
    wallet: Wallet,
    leg: Leg,
    number: int,
    bars: BarColumns,
    index: int,
    time: int,
    market: Market,
    policy: Policy,
    journal: Journal,
) -> Money:
    """Levels reached within one bar: the stop first, then targets."""
    while leg.position.side != 0.0:
        found = exit_inside(leg, bars.open[index], bars.low[index], bars.high[index], leg.bar, market, policy)
        if found.reason == NO_EXIT:
            break
        wallet, leg = leave(wallet, leg, number, found, time, market, policy, journal)
    return wallet, leg


def _by_detail(
    wallet: Wallet, leg: Leg, number: int, detail: Detail, index: int, market: Market, policy: Policy, journal: Journal
) -> Money:
    """Levels reached within the finer bars of a bar, one after another."""
    bars = detail.bars
    for row in range(detail.start[index], detail.start[index + 1]):
        watch = watched(leg.position)
        if bars.low[row] > watch.below and bars.high[row] < watch.above:
            continue
        before, unclear = journal.used[ROWS], ambiguous(leg, bars.low[row], bars.high[row], leg.bar)
        wallet, leg = exits_at_open(wallet, leg, number, bars.open[row], bars.time[row], market, policy, journal)
        unclear = unclear and journal.used[ROWS] == before
        wallet, leg = _within(wallet, leg, number, bars, row, bars.time[row], market, policy, journal)
        if unclear and journal.used[ROWS] > before:
            journal.counts[AMBIGUOUS_EXITS] += 1
    return wallet, leg


def decided(
    leg: Leg, signals: int, close_time: int, market: Market, policy: Policy, counts: Integers
) -> tuple[int, float]:
    """Why the position is to be left at the next open, and the side to enter (0.0 for none)."""
    held = leg.position
    decision = decide(held.side, signals)
    enters = decision.enter
    if _adds(held.side, signals) and leg.leave == NO_EXIT and held.adds < policy.pyramiding:
        enters = held.side
    if policy.cooldown > 0.0 and enters != 0.0:
        if decision.leave:
            enters = 0.0
        elif cooling(close_time, leg.last_exit, policy.cooldown, market.timeframe):
            counts[COOLING_DOWN] += 1
            enters = 0.0
    return (SIGNAL if decision.leave and leg.leave == NO_EXIT else leg.leave), enters


def _adds(side: float, signals: int) -> bool:
    """Whether signals ask for more of what is held."""
    if signals & ENTER_LONG != 0 and signals & ENTER_SHORT != 0:
        return False
    if side > 0.0:
        return signals & ENTER_LONG != 0 and signals & EXIT_LONG == 0
    return side < 0.0 and signals & ENTER_SHORT != 0 and signals & EXIT_SHORT == 0


def with_signals(wallet: Wallet, leg: Leg, reason: int, enters: float, signals: int) -> Money:
    """The leg with its exit decided, and without a resting entry that the signals cancel or replace."""
    entry = leg.entry
    cancelled = signals & EXIT_LONG != 0 if entry.side > 0.0 else signals & EXIT_SHORT != 0
    leaving = reason != leg.leave
    if entry.side != 0.0 and (enters != 0.0 or cancelled or leaving):
        return released(wallet, entry), with_orders(leg, reason, no_entry())
    return wallet, with_orders(leg, reason, entry)


def with_order(
    wallet: Wallet,
    leg: Leg,
    enters: float,
    decisions: DecisionColumns,
    index: int,
    equity: float,
    close: float,
    close_time: int,
    room: float,
    market: Market,
    policy: Policy,
    journal: Journal,
) -> Money:
    """The leg with its entry ordered, and the wallet with what that reserves."""
    entry = order_for(
        wallet, leg, enters, decisions, index, equity, close, close_time, room, market, policy, journal.counts
    )
    return Wallet(wallet.balance, wallet.locked, wallet.reserved + entry.reserved), with_orders(leg, leg.leave, entry)
