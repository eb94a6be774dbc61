"""The walk of several legs on one wallet: step by step, a step for each time at which a bar opens.

The legs' columns lie behind one another; leg i has rows offsets[i] to offsets[i + 1].
"""

from __future__ import annotations

import math

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
from tradefleet.simulation.rules.timer import time_is_up
from tradefleet.simulation.state import (
    DAY,
    NEVER,
    NO_EXIT,
    NO_SLOT,
    TIME,
    Limits,
    State,
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

    `symbols` tells which legs trade the same one; `scratch` and `places` are four and three rows for the walk's own
    use, a column a leg. The journal needs room for the rows of an entry for each entry signal and two more for each
    leg, for a day for each step, and for each leg's equity of each day.
    """
    wallet, drawdown, day_end, equity, close_time, steps = state
    count = len(symbols)
    bid, ask = columns.bid, columns.ask
    numbers, marks = table.numbers, table.marks
    below, above, wanted, ranks = scratch[0], scratch[1], scratch[2], scratch[3]
    rows, here, order = places[0], places[1], places[2]
    for number in range(count):
        rows[number] = offsets[number]
    for number in range(count):
        watch = watched(leg_of(table, number).position)
        below[number], above[number] = watch.below, watch.above
    while True:
        time = NEVER
        for number in range(count):
            if rows[number] < offsets[number + 1]:
                time = min(time, bid.time[rows[number]])
        if time == NEVER:
            break
        if time >= day_end:
            day = journal.used[DAYS]
            journal.day_times[day], journal.day_equity[day] = close_time, equity
            if len(journal.day_legs) > 0:
                for number in range(count):
                    journal.day_legs[day, number] = _brought(numbers[number])
            journal.used[DAYS] = day + 1
            day_end = time - time % DAY + DAY
        close_time = time + timeframe

        # At the open: what is due, exits; then entries by rank; within the bar: limit entries by rank, then exits.
        entering, active = 0, 0
        for number in range(count):
            row = rows[number]
            here[number] = 0
            if row >= offsets[number + 1] or bid.time[row] != time:
                continue
            short = numbers[number, SIDE] < 0.0
            low = ask.low[row] if short else bid.low[row]
            high = ask.high[row] if short else bid.high[row]
            due = columns.carry.time[marks[number, CARRIED]]
            busy = marks[number, LEAVE] != NO_EXIT or numbers[number, ENTRY_SIDE] != 0.0
            here[number] = 1
            if not (busy or low <= below[number] or high >= above[number] or due < close_time):
                continue
            here[number] = 2
            active += 1
            leg = as_of(leg_of(table, number), columns, _before(row, offsets[number]), marks[number, BAR])
            open_price = ask.open[row] if short else bid.open[row]
            if due <= time:
                wallet, leg = settle(wallet, leg, columns.carry, time + 1, open_price)
            wallet, leg = exits_at_open(
                wallet, leg, number, open_price, time, market_of(table, number), policy_of(table, number), journal
            )
            wallet, leg = expired(wallet, leg, time, journal.counts)
            keep(table, number, leg)
            if leg.entry.side != 0.0:
                order[entering], ranks[number] = number, leg.entry.priority
                entering += 1
        if entering > 0:
            _rank(order, ranks, entering)
            for place in range(entering):
                number = order[place]
                market, policy = market_of(table, number), policy_of(table, number)
                leg = leg_of(table, number)
                wallet, leg = entry_at_open(wallet, leg, columns, rows[number], time, market, policy, journal)
                keep(table, number, leg)
            for place in range(entering):
                number = order[place]
                if table.numbers[number, ENTRY_SIDE] != 0.0:
                    market, policy = market_of(table, number), policy_of(table, number)
                    leg = leg_of(table, number)
                    wallet, leg = limit_entry(wallet, leg, columns, rows[number], time, market, policy, journal)
                    keep(table, number, leg)
        if active > 0:
            for number in range(count):
                if here[number] == 2:
                    market, policy = market_of(table, number), policy_of(table, number)
                    leg, row = leg_of(table, number), rows[number]
                    wallet, leg = exits_inside(wallet, leg, number, columns, row, market, policy, journal)
                    close = ask.close[row] if leg.position.side < 0.0 else bid.close[row]
                    if columns.carry.time[leg.carried] < close_time:
                        leg = as_of(leg, columns, row, leg.bar)
                        wallet, leg = settle(wallet, leg, columns.carry, close_time, close)
                    keep(table, number, leg)
                    watch = watched(leg.position)
                    below[number], above[number] = watch.below, watch.above

        # At the close: levels move, timers end; then the equity of all, then decisions.
        deciding = 0
        for number in range(count):
            if here[number] == 0:
                continue
            row = rows[number]
            marks[number, BAR] += 1
            if numbers[number, SIDE] != 0.0:
                market, policy = market_of(table, number), policy_of(table, number)
                leg = leg_of(table, number)
                held = leg.position
                close = ask.close[row] if held.side < 0.0 else bid.close[row]
                numbers[number, MARK] = close
                changed = held.trail > 0.0 or moves_at_every_close(held, policy, columns)
                if changed:
                    distance = at(columns.decisions.trailing_distance, row)
                    held = manage(held, close, close_time, distance, market, policy)
                    watch = watched(held)
                    below[number], above[number] = watch.below, watch.above
                    leg = with_position(leg, held)
                if time_is_up(close_time, held.entry_time, held.max_bars, market.timeframe):
                    leg, changed = with_orders(leg, TIME, leg.entry), True
                if changed:
                    keep(table, number, leg)
            numbers[number, RATE], numbers[number, LAST_CLOSE] = at(columns.rate, row), bid.close[row]
            if columns.decisions.signals[row] != 0:
                deciding += 1
        equity = wallet.balance
        for number in range(count):
            equity += _unrealised(numbers[number])
        drawdown = update_drawdown(drawdown, equity, close_time)
        if len(journal.bar_equity) > 0:
            journal.bar_equity[steps] = equity
        if deciding > 0:
            candidates = 0
            for number in range(count):
                row = rows[number]
                if here[number] == 0 or columns.decisions.signals[row] == 0:
                    continue
                market, policy = market_of(table, number), policy_of(table, number)
                leg = as_of(leg_of(table, number), columns, row, marks[number, BAR])
                signals = columns.decisions.signals[row]
                reason, enters = decided(leg, signals, close_time, market, policy, journal.counts)
                wallet, leg = with_signals(wallet, leg, reason, enters, signals)
                keep(table, number, leg)
                if enters != 0.0:
                    order[candidates], wanted[number] = number, enters
                    priority = at(columns.decisions.priority, row)
                    ranks[number] = priority if priority - priority == 0.0 else -math.inf
                    candidates += 1
            _rank(order, ranks, candidates)
            for place in range(candidates):
                number = order[place]
                if limits.open_positions > 0 and _taken(table, number) >= limits.open_positions:
                    journal.counts[NO_SLOT] += 1
                    continue
                row = rows[number]
                leg = leg_of(table, number)
                room = _room(table, number, symbols, equity, limits)
                wallet, leg = with_order(
                    wallet, leg, wanted[number], columns.decisions, row, equity, bid.close[row], close_time, room,
                    market_of(table, number), policy_of(table, number), journal,
                )  # fmt: skip
                keep(table, number, leg)
        steps += 1
        for number in range(count):
            if here[number] != 0:
                rows[number] += 1
    for number in range(count):
        last = offsets[number + 1] - 1
        if last >= offsets[number]:
            keep(table, number, as_of(leg_of(table, number), columns, last, marks[number, BAR]))
    return State(wallet, drawdown, day_end, equity, close_time, steps)


def _before(row: int, first: int) -> int:
    """The row before, or -1 where it belongs to another leg."""
    return row - 1 if row > first else -1


def _unrealised(numbers: Floats) -> float:
    """What the position of a leg has won and not realised, at its last close."""
    if numbers[SIDE] == 0.0:
        return 0.0
    return numbers[SIDE] * numbers[QUANTITY] * (numbers[MARK] - numbers[ENTRY_PRICE]) * numbers[RATE]  # type: ignore[no-any-return]


def _brought(numbers: Floats) -> float:
    """What a leg has brought so far, realised or not."""
    return numbers[REALISED] + _unrealised(numbers)  # type: ignore[no-any-return]


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
    room = math.inf
    if limits.exposure > 0.0:
        room = limits.exposure * equity - of_all
    if limits.symbol_exposure > 0.0:
        room = min(room, limits.symbol_exposure * equity - of_symbol)
    return max(room, 0.0)


def _rank(order: Integers, ranks: Floats, count: int) -> None:
    """Put the first legs of `order` by rank: the higher first, equal ones as they are."""
    for place in range(1, count):
        number = order[place]
        hole = place
        while hole > 0 and ranks[order[hole - 1]] < ranks[number]:
            order[hole] = order[hole - 1]
            hole -= 1
        order[hole] = number
