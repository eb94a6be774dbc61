"""The walk: every bar in turn, by the rule book.

This one source is the plain walk, run as it is, and the compiled walk, which `kernels` makes of it. It can be given
any number of bars at a time: the state it returns goes on where it stopped.
"""

from __future__ import annotations

from tradefleet.simulation.entries import enter, pending_entry
from tradefleet.simulation.exits import Exit, exit_at_open, exit_inside, level_reached, market_exit
from tradefleet.simulation.rules.drawdown import update_drawdown
from tradefleet.simulation.rules.fees import fee_of
from tradefleet.simulation.rules.signals import decide
from tradefleet.simulation.rules.timer import time_is_up
from tradefleet.simulation.rules.trailing_stop import better, trailing_level
from tradefleet.simulation.state import (
    DAY,
    NO_EXIT,
    SIGNAL,
    TIME,
    BarColumns,
    DecisionColumns,
    Journal,
    Market,
    Pending,
    Position,
    State,
    flat,
    nothing_pending,
)


def walk(state: State, bars: BarColumns, decisions: DecisionColumns, market: Market, journal: Journal) -> State:
    """Carry the state over the bars, writing trades, day-end equity and counts into the journal, from its first row on.

    The journal has room for a trade for each entry signal and two more, and for a day for each bar: a compiled walk
    does not look whether it has.
    """
    cash, position, pending, drawdown, bar, trades, days, day_end, equity, close_time = state
    first_trade, first_day = trades, days
    times, opens, highs, lows, closes = bars
    for index in range(len(times)):
        time = times[index]
        if time >= day_end:
            row = days - first_day
            journal.day_times[row], journal.day_equity[row] = close_time, equity
            days += 1
            day_end = time - time % DAY + DAY
        open_price, high, low = opens[index], highs[index], lows[index]

        if (
            pending.leave != NO_EXIT
            or pending.enter != 0.0
            or (position.side != 0.0 and level_reached(position, low, high))
        ):
            if position.side != 0.0:
                if pending.leave != NO_EXIT:
                    found = market_exit(position, open_price, pending.leave, market)
                else:
                    found = exit_at_open(position, open_price, market)
                if found.reason != NO_EXIT:
                    cash = close_trade(cash, position, found, trades - first_trade, bar, time, journal)
                    position = flat()
                    trades += 1
            if pending.enter != 0.0:
                position = enter(pending, cash, bar, time, open_price, market, journal.counts)
                cash -= position.side * position.quantity * position.entry_price + position.fees
            if position.side != 0.0:
                found = exit_inside(position, open_price, low, high, market)
                if found.reason != NO_EXIT:
                    cash = close_trade(cash, position, found, trades - first_trade, bar, time, journal)
                    position = flat()
                    trades += 1
            pending = nothing_pending()

        close = closes[index]
        close_time = time + market.timeframe
        equity = cash + position.side * position.quantity * close
        drawdown = update_drawdown(drawdown, equity, close_time)
        if position.side != 0.0:
            position = trail(position, close, market)
            if time_is_up(close_time, position.entry_time, position.max_bars, market.timeframe):
                pending = Pending(TIME, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        signals = decisions.signals[index]
        if signals != 0:
            decision = decide(position.side, signals)
            leave = SIGNAL if decision.leave and pending.leave == NO_EXIT else pending.leave
            if decision.enter != 0.0:
                pending = pending_entry(leave, decision.enter, decisions, index, equity, close, market, journal.counts)
            else:
                pending = Pending(leave, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        if len(journal.bar_equity) > 0:
            journal.bar_equity[index] = equity
        bar += 1
    return State(cash, position, pending, drawdown, bar, trades, days, day_end, equity, close_time)


def close_trade(cash: float, position: Position, found: Exit, row: int, bar: int, time: int, journal: Journal) -> float:
    """Write the trade down; the cash after it."""
    exit_fee = fee_of(position.quantity, found.price, found.rate)
    fees = position.fees + exit_fee
    gross = position.side * position.quantity * (found.price - position.entry_price)
    numbers, marks = journal.trade_numbers[row], journal.trade_marks[row]
    numbers[0], numbers[1] = position.entry_price, found.price
    numbers[2], numbers[3], numbers[4] = position.quantity, fees, gross - fees
    marks[0], marks[1] = int(position.side), found.reason
    marks[2], marks[3] = position.entry_bar, bar
    marks[4], marks[5] = position.entry_time, time
    return cash + position.side * position.quantity * found.price - exit_fee


def trail(position: Position, close: float, market: Market) -> Position:
    """The position with its trailing level moved up by this close, where it has one."""
    if position.trail == 0.0:
        return position
    best = better(position.side, position.best_close, close)
    level = trailing_level(position.side, best, position.trail, market.tick)
    moved = level > position.stop if position.side > 0.0 else level < position.stop
    return Position(
        position.side,
        position.quantity,
        position.entry_price,
        position.fees,
        level if moved else position.stop,
        position.target,
        position.trail,
        best,
        position.max_bars,
        position.trailing or moved,
        position.entry_bar,
        position.entry_time,
    )
