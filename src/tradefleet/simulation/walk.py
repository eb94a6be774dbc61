"""The walk: every bar of one leg in turn, by the rule book.

This one source is the plain walk, run as it is, and the compiled walk, which `kernels` makes of it. It can be given
any number of bars at a time: the state it returns, and the table, go on where it stopped.
"""

from __future__ import annotations

from tradefleet.simulation.columns import DAYS, Journal, LegColumns, at
from tradefleet.simulation.leg_bar import decide, during, moved, sight_of
from tradefleet.simulation.phases import as_of
from tradefleet.simulation.rules.drawdown import update_drawdown
from tradefleet.simulation.rules.timer import time_is_up
from tradefleet.simulation.state import DAY, TIME, State
from tradefleet.simulation.table import BAR, LEAVE, Table, keep, leg_of, market_of


def walk(state: State, table: Table, columns: LegColumns, journal: Journal) -> State:
    """Carry the one leg of the table over its bars, writing trades, day-end equity and counts into the journal.

    The journal needs room for the rows of an entry for each entry signal and two more, and for a day for each bar: a
    compiled walk does not look whether it has.
    """
    wallet, drawdown, day_end, equity, close_time, steps = state
    bid_lows, bid_highs, bid_closes = columns.bid.low, columns.bid.high, columns.bid.close
    ask_lows, ask_highs, ask_closes = columns.ask.low, columns.ask.high, columns.ask.close
    times, signals, rates = columns.bid.time, columns.decisions.signals, columns.rate
    timeframe = market_of(table, 0).timeframe
    marks, first = table.marks[0], table.marks[0, BAR]
    sight = sight_of(table, 0, columns)
    for index in range(len(times)):
        time = times[index]
        if time >= day_end:
            day = journal.used[DAYS]
            journal.day_times[day], journal.day_equity[day] = close_time, equity
            journal.used[DAYS] = day + 1
            day_end = time - time % DAY + DAY
        close_time = time + timeframe
        low = bid_lows[index] if sight.side >= 0.0 else ask_lows[index]
        high = bid_highs[index] if sight.side >= 0.0 else ask_highs[index]
        happened = sight.busy or low <= sight.below or high >= sight.above or sight.due < close_time
        if happened:
            marks[BAR] = first + index
            wallet = during(wallet, table, 0, columns, index, index - 1, journal)
            sight = sight_of(table, 0, columns)

        close = bid_closes[index] if sight.side >= 0.0 else ask_closes[index]
        equity = wallet.balance + sight.amount * (close - sight.entry_price) * at(rates, index)
        drawdown = update_drawdown(drawdown, equity, close_time)
        if sight.side != 0.0:
            best = close > sight.best if sight.side > 0.0 else close < sight.best
            if sight.managed or (sight.trails and (best or happened)):
                moved(table, 0, columns, index, close, close_time)
                sight = sight_of(table, 0, columns)
            if time_is_up(close_time, sight.entry_time, sight.max_bars, timeframe):
                marks[LEAVE] = TIME
                sight = sight_of(table, 0, columns)
        if signals[index] != 0:
            marks[BAR] = first + index
            wallet = decide(wallet, table, 0, columns, index, equity, close_time, journal)
            sight = sight_of(table, 0, columns)
        if len(journal.bar_equity) > 0:
            journal.bar_equity[steps + index] = equity
    keep(table, 0, as_of(leg_of(table, 0), columns, len(times) - 1, first + len(times)))
    return State(wallet, drawdown, day_end, equity, close_time, steps + len(times))
