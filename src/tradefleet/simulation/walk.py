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
from tradefleet.simulation.state import DAY, TIME, State, with_orders
from tradefleet.simulation.table import Table, keep, leg_of, market_of, policy_of


def walk(state: State, table: Table, columns: LegColumns, journal: Journal) -> State:
    """Carry the one leg of the table over its bars, writing trades, day-end equity and counts into the journal.

    The journal needs room for the rows of an entry for each entry signal and two more, and for a day for each bar: a
    compiled walk does not look whether it has.
    """
    wallet, drawdown, day_end, equity, close_time, steps = state
    bid_lows, bid_highs, bid_closes = columns.bid.low, columns.bid.high, columns.bid.close
    ask_lows, ask_highs, ask_closes = columns.ask.low, columns.ask.high, columns.ask.close
    times, signals, rates = columns.bid.time, columns.decisions.signals, columns.rate
    market, policy, leg = market_of(table, 0), policy_of(table, 0), leg_of(table, 0)
    timeframe, first = market.timeframe, leg.bar
    sight = sight_of(leg, columns, policy)
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
            wallet, leg = during(wallet, leg, columns, index, first + index, market, policy, journal)
            sight = sight_of(leg, columns, policy)

        close = bid_closes[index] if sight.side >= 0.0 else ask_closes[index]
        equity = wallet.balance + sight.amount * (close - sight.entry_price) * at(rates, index)
        drawdown = update_drawdown(drawdown, equity, close_time)
        if sight.side != 0.0:
            best = close > sight.best if sight.side > 0.0 else close < sight.best
            if sight.managed or (sight.trails and (best or happened)):
                leg = moved(leg, columns, index, close, close_time, market, policy)
                sight = sight_of(leg, columns, policy)
            if time_is_up(close_time, sight.entry_time, sight.max_bars, timeframe):
                leg = with_orders(leg, TIME, leg.entry)
                sight = sight_of(leg, columns, policy)
        if signals[index] != 0:
            wallet, leg = decide(
                wallet, leg, columns, index, first + index, equity, close_time, market, policy, journal
            )
            sight = sight_of(leg, columns, policy)
        if len(journal.bar_equity) > 0:
            journal.bar_equity[steps + index] = equity
    keep(table, 0, as_of(leg, columns, len(times) - 1, first + len(times)))
    return State(wallet, drawdown, day_end, equity, close_time, steps + len(times))
