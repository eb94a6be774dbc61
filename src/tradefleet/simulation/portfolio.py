"""The walk of several legs on one wallet: step by step, a step for each time at which a bar opens.

The legs' columns lie behind one another; leg i has rows offsets[i] to offsets[i + 1].
"""

from __future__ import annotations

import math
from typing import NamedTuple

from tradefleet.simulation.carrying import settle
from tradefleet.simulation.columns import DAYS, Floats, Integers, Journal, LegColumns, at
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
from tradefleet.simulation.rules.drawdown import update_drawdown
from tradefleet.simulation.rules.exposure import no_slot, room_left
from tradefleet.simulation.rules.timer import time_is_up
from tradefleet.simulation.state import (
    DAY,
    NEVER,
    NO_EXIT,
    NO_SLOT,
    TIME,
    Limits,
    State,
    Wallet,
    with_orders,
    with_position,
)
from tradefleet.simulation.table import (
    BAR,
    CARRIED,
    ENTRY_PRICE,
    ENTRY_QUANTITY,
    ENTRY_SIDE,
    LAST_CLOSE,
    LEAVE,
    MARK,
    QUANTITY,
    RATE,
    REALISED,
    SIDE,
    Table,
    keep,
    leg_of,
    market_of,
    policy_of,
)

# Whether a leg has a bar at a step, and whether something happens in it.
ABSENT = 0
QUIET = 1
BUSY = 2


class Legs(NamedTuple):
    """All legs at a step: their table and columns, the row each is at, and whether it has a bar there.

    `below` and `above` are the nearest levels of each; `follows` is 1 where closes may move them or end the position;
    `order`, `ranks` and `wanted` are for ranking those that enter.
    """

    table: Table
    columns: LegColumns
    offsets: Integers
    symbols: Integers
    rows: Integers
    here: Integers
    order: Integers
    below: Floats
    above: Floats
    wanted: Floats
    ranks: Floats
    follows: Floats


def walk_together(
    state: State,
    table: Table,
    columns: LegColumns,
    offsets: Integers,
    symbols: Integers,
    limits: Limits,
    timeframe: int,
    scratch: Floats,
    places: Integers,
    journal: Journal,
) -> State:
    """Carry the legs over their bars, writing trades, day-end equity and counts into the journal.

    `symbols` tells which legs trade the same one; `scratch` and `places` are five and three rows for the walk's own
    use, a column a leg. The journal needs room for the rows of an entry for each entry signal and two more for each
    leg, for a day for each step, and for each leg's equity of each day.
    """
    wallet, drawdown, day_end, equity, close_time, steps = state
    legs = Legs(
        table, columns, offsets, symbols, places[0], places[1], places[2],
        scratch[0], scratch[1], scratch[2], scratch[3], scratch[4],
    )  # fmt: skip
    for number in range(len(symbols)):
        legs.rows[number] = offsets[number]
        _watch(legs, number)
    while True:
        time = _next_time(legs)
        if time == NEVER:
            break
        if time >= day_end:
            _end_day(legs, close_time, equity, journal)
            day_end = time - time % DAY + DAY
        close_time = time + timeframe
        wallet, busy, entering = _open(legs, wallet, time, close_time, journal)
        if entering > 0:
            wallet = _enter(legs, entering, wallet, time, journal)
        if busy > 0:
            wallet = _inside(legs, wallet, close_time, journal)
        deciding = _close(legs, close_time)
        equity = wallet.balance
        for number in range(len(symbols)):
            equity += _unrealised(table.numbers[number])
        drawdown = update_drawdown(drawdown, equity, close_time)
        if len(journal.bar_equity) > 0:
            journal.bar_equity[steps] = equity
        if deciding > 0:
            wallet = _decide(legs, wallet, equity, close_time, limits, journal)
        steps += 1
        for number in range(len(symbols)):
            if legs.here[number] != ABSENT:
                legs.rows[number] += 1
    for number in range(len(symbols)):
        last = offsets[number + 1] - 1
        if last >= offsets[number]:
            keep(table, number, as_of(leg_of(table, number), columns, last, table.marks[number, BAR]))
    return State(wallet, drawdown, day_end, equity, close_time, steps)


def _watch(legs: Legs, number: int) -> None:
    """Note the nearest levels of a leg, and whether its closes matter to them."""
    held = leg_of(legs.table, number).position
    watch = watched(held)
    legs.below[number], legs.above[number] = watch.below, watch.above
    moves = held.trail > 0.0 or moves_at_every_close(held, policy_of(legs.table, number), legs.columns)
    legs.follows[number] = 1.0 if held.side != 0.0 and (moves or held.max_bars > 0.0) else 0.0


def _next_time(legs: Legs) -> int:
    """When the next bar of any leg opens; NEVER after the last."""
    time = NEVER
    for number in range(len(legs.rows)):
        if legs.rows[number] < legs.offsets[number + 1]:
            time = min(time, legs.columns.bid.time[legs.rows[number]])
    return time


def _end_day(legs: Legs, close_time: int, equity: float, journal: Journal) -> None:
    """Write down the equity of all, and of each leg, at the end of a UTC day."""
    day = journal.used[DAYS]
    journal.day_times[day], journal.day_equity[day] = close_time, equity
    if len(journal.day_legs) > 0:
        for number in range(len(legs.rows)):
            numbers = legs.table.numbers[number]
            journal.day_legs[day, number] = numbers[REALISED] + _unrealised(numbers)
    journal.used[DAYS] = day + 1


def _open(legs: Legs, wallet: Wallet, time: int, close_time: int, journal: Journal) -> tuple[Wallet, int, int]:
    """The open: what is due, exits, orders that expire. Gives how many legs are busy and how many want to enter."""
    table, columns = legs.table, legs.columns
    bid, ask = columns.bid, columns.ask
    busy, entering = 0, 0
    for number in range(len(legs.rows)):
        row = legs.rows[number]
        legs.here[number] = ABSENT
        if row >= legs.offsets[number + 1] or bid.time[row] != time:
            continue
        legs.here[number] = QUIET
        short = table.numbers[number, SIDE] < 0.0
        low = ask.low[row] if short else bid.low[row]
        high = ask.high[row] if short else bid.high[row]
        due = columns.carry.time[table.marks[number, CARRIED]]
        ordered = table.marks[number, LEAVE] != NO_EXIT or table.numbers[number, ENTRY_SIDE] != 0.0
        if not (ordered or low <= legs.below[number] or high >= legs.above[number] or due < close_time):
            continue
        legs.here[number] = BUSY
        busy += 1
        before = row - 1 if row > legs.offsets[number] else -1
        leg = as_of(leg_of(table, number), columns, before, table.marks[number, BAR])
        market, policy = market_of(table, number), policy_of(table, number)
        open_price = ask.open[row] if short else bid.open[row]
        if due <= time:
            wallet, leg = settle(wallet, leg, columns.carry, time + 1, open_price)
        wallet, leg = exits_at_open(wallet, leg, number, open_price, time, market, policy, journal)
        wallet, leg = expired(wallet, leg, time, journal.counts)
        keep(table, number, leg)
        if leg.entry.side != 0.0:
            legs.order[entering], legs.ranks[number] = number, leg.entry.priority
            entering += 1
    return wallet, busy, entering


def _enter(legs: Legs, count: int, wallet: Wallet, time: int, journal: Journal) -> Wallet:
    """Market entries by rank, then limit entries by rank."""
    table = legs.table
    _rank(legs.order, legs.ranks, count)
    for resting in range(2):
        for place in range(count):
            number = legs.order[place]
            if table.numbers[number, ENTRY_SIDE] == 0.0:
                continue
            leg, row = leg_of(table, number), legs.rows[number]
            market, policy = market_of(table, number), policy_of(table, number)
            if resting == 0:
                wallet, leg = entry_at_open(wallet, leg, legs.columns, row, time, market, policy, journal)
            else:
                wallet, leg = limit_entry(wallet, leg, legs.columns, row, time, market, policy, journal)
            keep(table, number, leg)
    return wallet


def _inside(legs: Legs, wallet: Wallet, close_time: int, journal: Journal) -> Wallet:
    """Levels reached within the bars of busy legs, and what falls due in them."""
    table, columns = legs.table, legs.columns
    for number in range(len(legs.rows)):
        if legs.here[number] != BUSY:
            continue
        market, policy = market_of(table, number), policy_of(table, number)
        leg, row = leg_of(table, number), legs.rows[number]
        wallet, leg = exits_inside(wallet, leg, number, columns, row, market, policy, journal)
        if columns.carry.time[leg.carried] < close_time:
            close = columns.ask.close[row] if leg.position.side < 0.0 else columns.bid.close[row]
            wallet, leg = settle(wallet, as_of(leg, columns, row, leg.bar), columns.carry, close_time, close)
        keep(table, number, leg)
        _watch(legs, number)
    return wallet


def _close(legs: Legs, close_time: int) -> int:
    """The close: positions are marked, levels move, timers end. Gives how many legs have signals."""
    table, columns = legs.table, legs.columns
    deciding = 0
    for number in range(len(legs.rows)):
        if legs.here[number] == ABSENT:
            continue
        row, numbers = legs.rows[number], table.numbers[number]
        table.marks[number, BAR] += 1
        numbers[RATE], numbers[LAST_CLOSE] = at(columns.rate, row), columns.bid.close[row]
        if numbers[SIDE] != 0.0:
            numbers[MARK] = columns.ask.close[row] if numbers[SIDE] < 0.0 else columns.bid.close[row]
            if legs.follows[number] != 0.0:
                _follow(legs, number, row, close_time)
        if columns.decisions.signals[row] != 0:
            deciding += 1
    return deciding


def _follow(legs: Legs, number: int, row: int, close_time: int) -> None:
    """Move the levels of a leg's position after its close, and end it where its time is up."""
    table = legs.table
    market, policy, leg = market_of(table, number), policy_of(table, number), leg_of(table, number)
    held = leg.position
    moves = held.trail > 0.0 or moves_at_every_close(held, policy, legs.columns)
    ends = time_is_up(close_time, held.entry_time, held.max_bars, market.timeframe)
    if moves:
        distance = at(legs.columns.decisions.trailing_distance, row)
        held = manage(held, table.numbers[number, MARK], close_time, distance, market, policy)
        leg = with_position(leg, held)
    if ends:
        leg = with_orders(leg, TIME, leg.entry)
    if moves or ends:
        keep(table, number, leg)
        _watch(legs, number)


def _decide(legs: Legs, wallet: Wallet, equity: float, close_time: int, limits: Limits, journal: Journal) -> Wallet:
    """Decisions: exits and cancellations of all legs, then entries by rank, as far as the limits allow."""
    table, columns = legs.table, legs.columns
    candidates = 0
    for number in range(len(legs.rows)):
        row = legs.rows[number]
        if legs.here[number] == ABSENT or columns.decisions.signals[row] == 0:
            continue
        market, policy, signals = market_of(table, number), policy_of(table, number), columns.decisions.signals[row]
        leg = as_of(leg_of(table, number), columns, row, table.marks[number, BAR])
        reason, enters = decided(leg, signals, close_time, market, policy, journal.counts)
        wallet, leg = with_signals(wallet, leg, reason, enters, signals)
        keep(table, number, leg)
        if enters != 0.0:
            priority = at(columns.decisions.priority, row)
            legs.ranks[number] = priority if priority - priority == 0.0 else -math.inf
            legs.order[candidates], legs.wanted[number] = number, enters
            candidates += 1
    _rank(legs.order, legs.ranks, candidates)
    for place in range(candidates):
        number = legs.order[place]
        if no_slot(_taken(table, number), limits.open_positions):
            journal.counts[NO_SLOT] += 1
            continue
        row = legs.rows[number]
        room = _room(table, number, legs.symbols, equity, limits)
        wallet, leg = with_order(
            wallet, leg_of(table, number), legs.wanted[number], columns.decisions, row, equity,
            columns.bid.close[row], close_time, room, market_of(table, number), policy_of(table, number), journal,
        )  # fmt: skip
        keep(table, number, leg)
    return wallet


def _unrealised(numbers: Floats) -> float:
    """What the position of a leg has won and not realised, at its last close."""
    if numbers[SIDE] == 0.0:
        return 0.0
    return numbers[SIDE] * numbers[QUANTITY] * (numbers[MARK] - numbers[ENTRY_PRICE]) * numbers[RATE]  # type: ignore[no-any-return]


def _taken(table: Table, besides: int) -> int:
    """How many other legs hold a position that nothing has decided to leave, or have an entry under way."""
    taken = 0
    for number in range(len(table.numbers)):
        stays = table.numbers[number, SIDE] != 0.0 and table.marks[number, LEAVE] == NO_EXIT
        if number != besides and (stays or table.numbers[number, ENTRY_SIDE] != 0.0):
            taken += 1
    return taken


def _room(table: Table, besides: int, symbols: Integers, equity: float, limits: Limits) -> float:
    """The notional that the exposure limits leave for an entry of a leg, in the account's currency."""
    if limits.exposure == 0.0 and limits.symbol_exposure == 0.0:
        return math.inf
    of_all, of_symbol = 0.0, 0.0
    for number in range(len(symbols)):
        numbers = table.numbers[number]
        exposed = 0.0
        if numbers[SIDE] != 0.0 and table.marks[number, LEAVE] == NO_EXIT:
            exposed += numbers[QUANTITY] * numbers[MARK] * numbers[RATE]
        if numbers[ENTRY_SIDE] != 0.0:
            exposed += numbers[ENTRY_QUANTITY] * numbers[LAST_CLOSE] * numbers[RATE]
        of_all += exposed
        if symbols[number] == symbols[besides]:
            of_symbol += exposed
    return room_left(equity, limits.exposure, of_all, limits.symbol_exposure, of_symbol)


def _rank(order: Integers, ranks: Floats, count: int) -> None:
    """Put the first legs of `order` by rank: the higher first, equal ones as they are."""
    for place in range(1, count):
        number = order[place]
        hole = place
        while hole > 0 and ranks[order[hole - 1]] < ranks[number]:
            order[hole] = order[hole - 1]
            hole -= 1
        order[hole] = number
