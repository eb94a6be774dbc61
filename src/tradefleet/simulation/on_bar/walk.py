"""The walk of desks: bars in turn, by the same rule book and in the same order of things as the other walks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from tradefleet.simulation.columns import DAYS, Journal
from tradefleet.simulation.exits import watched
from tradefleet.simulation.managing import moves_at_every_close
from tradefleet.simulation.on_bar.desk import Desk
from tradefleet.simulation.on_bar.run import Run
from tradefleet.simulation.rules.drawdown import update_drawdown
from tradefleet.simulation.rules.exposure import no_slot, room_left
from tradefleet.simulation.state import DAY, NO_SLOT, Leg, Limits, State

# More rows of the journal than a leg's own levels and a reversal need in one bar.
_ROWS = 8


class Walked(NamedTuple):
    """What a walk left behind; `tags` has those that entries were given, by the number of their position."""

    state: State
    legs: tuple[Leg, ...]
    journal: Journal
    tags: dict[int, str]


def walk_desks(state: State, desks: Sequence[Desk], symbols: Sequence[int], limits: Limits, journal: Journal) -> Walked:
    """Carry desks over all their bars on one wallet; the journal grows as it must.

    `symbols` tells which desks trade the same one.
    """
    run = Run(state.wallet, journal, limits)
    if len(desks) == 1 and limits == Limits(0, 0.0, 0.0):
        state = _alone(state, desks[0], run)
    else:
        state = _together(state, desks, symbols, run)
    return Walked(state, tuple(desk.leg for desk in desks), run.journal, run.tags)


class _Sight(NamedTuple):
    """What every bar of one desk is compared with, until something happens.

    `waits` says that the next bar must be looked at, `moves` that every close must, `trails` that a new best close
    must.
    """

    balance: float
    side: float
    amount: float
    entry_price: float
    below: float
    above: float
    due: int
    best: float
    waits: bool
    moves: bool
    trails: bool


def _sight(desk: Desk, run: Run) -> _Sight:
    leg, book, columns = desk.leg, desk.book, desk.columns
    held, watch, due = leg.position, watched(leg.position), columns.carry.time[leg.carried]
    below, above, waits = watch.below, watch.above, desk.busy
    if book:
        dearest, cheapest, due = book.reach(due)
        below, above = max(below, dearest), min(above, cheapest)
        # Of two sides of bars one alone is looked at.
        waits = waits or columns.ask is not columns.bid
    is_held = held.side != 0.0
    moves = is_held and (held.max_bars > 0.0 or moves_at_every_close(held, desk.policy, columns))
    trails = is_held and held.trail > 0.0
    return _Sight(
        run.wallet.balance, held.side, held.side * held.quantity, held.entry_price, below, above, due,
        held.best_close, waits, moves, trails,
    )  # fmt: skip


def _alone(state: State, desk: Desk, run: Run) -> State:
    """One desk. Most bars reach no level: they take the shortest way from one call of `on_bar` to the next."""
    _, drawdown, day_end, equity, close_time, steps = state
    timeframe, account, ask_strategy = desk.market.timeframe, desk.account, desk.ask
    per_bar = len(run.journal.bar_equity) > 0
    while desk.load():
        bid, ask, rates = desk.columns.bid, desk.columns.ask, desk.columns.rate
        rate, varies, first = rates[0], len(rates) > 1, desk.first - desk.begin
        lows, highs, closes = bid.low, bid.high, bid.close
        looked: Leg | None = None
        for row, time in enumerate(bid.time):
            if time >= day_end:
                day_end = _end_day(run, time, close_time, equity, ())
            close_time = time + timeframe
            if looked is None:
                looked = desk.leg
                balance, side, amount, entry_price, below, above, due, best, waits, moves, trails = _sight(desk, run)
                lows, highs, closes = (ask.low, ask.high, ask.close) if side < 0.0 else (bid.low, bid.high, bid.close)
                desk.show(run)
            happened = waits or lows[row] <= below or highs[row] >= above or due < close_time
            if happened:
                run.make_room(_ROWS + len(desk.book))
                desk.opening(run, row)
                desk.entering(run, row)
                desk.limits(run, row)
                desk.inside(run, row)
                looked = desk.leg
                balance, side, amount, entry_price, below, above, due, best, waits, moves, trails = _sight(desk, run)
                lows, highs, closes = (ask.low, ask.high, ask.close) if side < 0.0 else (bid.low, bid.high, bid.close)
                desk.show(run)
            close = closes[row]
            if varies:
                rate = rates[row]
            account.equity = equity = balance + amount * (close - entry_price) * rate
            # Between its floor and its peak nothing changes.
            if not drawdown.under or equity >= drawdown.peak or equity < drawdown.floor:
                drawdown = update_drawdown(drawdown, equity, close_time)
            if per_bar:
                run.journal.bar_equity[steps + row] = equity
            if moves or (trails and (happened or (close > best if side > 0.0 else close < best))):
                desk.closing(row, close, close_time)
                if desk.leg is not looked:
                    looked = None
            if row >= first and ask_strategy(row):
                _decide(desk, run, row, equity, close_time)
                looked = None
        steps += desk.length
    return State(run.wallet, drawdown, day_end, equity, close_time, steps)


def _decide(desk: Desk, run: Run, row: int, equity: float, close_time: int) -> None:
    """What a desk that is alone asks for at a close."""
    enters = desk.leaving(run, row, close_time)
    if enters != 0.0:
        desk.ordering(run, row, enters, equity, close_time, math.inf)
    for order in desk.account.new:
        desk.book.place(desk, run, row, order, equity, close_time, math.inf, full=False)
    desk.account.forget()


def _end_day(run: Run, time: int, close_time: int, equity: float, desks: Sequence[Desk]) -> int:
    """Write down the day that the bar before was the last of; gives the end of this one's."""
    journal = run.journal
    day = journal.used[DAYS]
    journal.day_times[day], journal.day_equity[day] = close_time, equity
    if len(journal.day_legs) > 0:
        journal.day_legs[day] = [desk.leg.realised + desk.unrealised for desk in desks]
    journal.used[DAYS] = day + 1
    return time - time % DAY + DAY


def _together(state: State, desks: Sequence[Desk], symbols: Sequence[int], run: Run) -> State:
    """Several desks, or limits for one: step by step, a step for each time at which a bar opens."""
    _, drawdown, day_end, equity, close_time, steps = state
    going = [desk for desk in desks if desk.load()]
    while going:
        time = min(desk.time for desk in going)
        here = [desk for desk in going if desk.time == time]
        if time >= day_end:
            day_end = _end_day(run, time, close_time, equity, desks)
        close_time = time + here[0].market.timeframe
        _during(here, run)
        for desk in here:
            desk.mark_to_close(close_time)
        equity = run.wallet.balance
        for desk in desks:
            equity += desk.unrealised
        drawdown = update_drawdown(drawdown, equity, close_time)
        if len(run.journal.bar_equity) > 0:
            run.journal.bar_equity[steps] = equity
        _decide_together(here, desks, symbols, run, equity, close_time)
        steps += 1
        for desk in here:
            desk.advance()
        going = [desk for desk in going if desk.here]
    return State(run.wallet, drawdown, day_end, equity, close_time, steps)


def _during(here: Sequence[Desk], run: Run) -> None:
    """The open and the inside of one step, of those to which anything can happen."""
    active = [desk for desk in here if desk.stirs(desk.row)]
    if not active:
        return
    run.make_room(sum(_ROWS + desk.orders + 2 * len(desk.policy.scale_out) for desk in active))
    for desk in active:
        desk.opening(run, desk.row)
    ranked = sorted(active, key=lambda desk: -desk.leg.entry.priority)
    for desk in ranked:
        desk.entering(run, desk.row)
    for desk in ranked:
        desk.limits(run, desk.row)
    for desk in active:
        desk.inside(run, desk.row)


def _decide_together(
    here: Sequence[Desk], desks: Sequence[Desk], symbols: Sequence[int], run: Run, equity: float, close_time: int
) -> None:
    """What all ask for at a close: exits first, then entries by rank."""
    deciding = [desk for desk in here if desk.decides(run, equity)]
    wanted = {desk: desk.leaving(run, desk.row, close_time) for desk in deciding}
    for desk in sorted(deciding, key=lambda desk: -desk.priority):
        row = desk.row
        if wanted[desk] != 0.0:
            if _full(desk, desks, run.limits):
                run.journal.counts[NO_SLOT] += 1
            else:
                room = _room(desk, desks, symbols, equity, run.limits)
                desk.ordering(run, row, wanted[desk], equity, close_time, room)
        for order in desk.new_orders:
            room, full = _room(desk, desks, symbols, equity, run.limits), _full(desk, desks, run.limits)
            desk.book.place(desk, run, row, order, equity, close_time, room, full=full)
        desk.heard()


def _full(besides: Desk, desks: Sequence[Desk], limits: Limits) -> bool:
    """Whether the other desks take all positions that the account allows."""
    return no_slot(sum(desk.takes_a_slot for desk in desks if desk is not besides), limits.open_positions)


def _room(one: Desk, desks: Sequence[Desk], symbols: Sequence[int], equity: float, limits: Limits) -> float:
    """The notional that the exposure limits leave for an entry of a desk, in the account's currency."""
    of_all = sum(desk.exposed for desk in desks)
    of_symbol = sum(desk.exposed for desk in desks if symbols[desk.number] == symbols[one.number])
    return room_left(equity, limits.exposure, of_all, limits.symbol_exposure, of_symbol)
