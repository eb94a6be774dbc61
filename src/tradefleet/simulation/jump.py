"""The jump: from event to event of one leg, with the same numbers as the walk.

Bars in which nothing can happen are passed in blocks: a block whose extremes reach no level, and whose equity makes
neither a new peak nor a deeper fall, is not looked into. What happens in a bar is `one_bar`, as in the walk.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradefleet.simulation.blocks import LARGE, SMALL, Blocks, Extremes
from tradefleet.simulation.carrying import settle
from tradefleet.simulation.columns import DAYS, BarColumns, Integers, Journal, LegColumns
from tradefleet.simulation.exits import Watch, watched
from tradefleet.simulation.falls import fallen, stake_of, worth
from tradefleet.simulation.leg_bar import decide, during, moved
from tradefleet.simulation.phases import as_of
from tradefleet.simulation.rules.drawdown import update_drawdown
from tradefleet.simulation.rules.signals import ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT
from tradefleet.simulation.rules.timer import time_is_up, time_runs_out
from tradefleet.simulation.rules.trailing_stop import better, trailing_level
from tradefleet.simulation.state import (
    DAY,
    NO_EXIT,
    TIME,
    Leg,
    Market,
    Policy,
    Position,
    State,
    Wallet,
    with_levels,
    with_orders,
    with_position,
)
from tradefleet.simulation.table import Table, keep, leg_of, market_of, policy_of

# A byte in each of the eight of a word.
_EACH = 0x0101010101010101
_WORD = 8


def can_jump(columns: LegColumns, policy: Policy) -> bool:
    """Whether the jump knows all rules that are asked for; it does not know those that every bar may change."""
    decisions = columns.decisions
    steady = len(columns.rate) == 1 and columns.ask is columns.bid
    alike = policy.pyramiding == 0 or len(decisions.trailing_stop) == 1
    fixed = (decisions.trailing_distance, decisions.break_even)
    plain = all(len(values) == 1 and values[0] == 0.0 for values in fixed)
    return steady and alike and plain and not policy.limit_entries and len(policy.aging) == 0


def words_of(signals: NDArray[np.uint8]) -> Integers:
    """The signals eight at a time."""
    padded = np.zeros(-(-len(signals) // _WORD) * _WORD, np.uint8)
    padded[: len(signals)] = signals
    return padded.view(np.int64)


def jump(state: State, table: Table, columns: LegColumns, words: Integers, blocks: Blocks, journal: Journal) -> State:
    """What `walk` does, for columns that `can_jump`; equity per bar is not written."""
    wallet, drawdown, day_end, equity, close_time, steps = state
    market, policy, leg = market_of(table, 0), policy_of(table, 0), leg_of(table, 0)
    bars, timeframe, first = columns.bid, market.timeframe, leg.bar
    count, index, day = len(bars.time), 0, 0
    while index < count:
        event, held = next_event(leg, index, columns, words, blocks, market, policy)
        if event > index:
            day, day_end = _day_ends(
                day, day_end, index, event, held, wallet, equity, close_time, columns, blocks, timeframe, journal
            )
            close_time = bars.time[event - 1] + timeframe
            equity = worth(stake_of(wallet, held, columns.rate[0]), bars.close[event - 1])
            if held.side == 0.0:
                # The same at every close: the first may recover from a fall, the last is the last time at the peak.
                drawdown = update_drawdown(drawdown, equity, bars.time[index] + timeframe)
                drawdown = update_drawdown(drawdown, equity, close_time)
            else:
                stake = stake_of(wallet, held, columns.rate[0])
                drawdown = fallen(drawdown, stake, index, event, bars, blocks, timeframe)
        if event < count:
            time = bars.time[event]
            if time >= day_end:
                row = journal.used[DAYS]
                journal.day_times[row], journal.day_equity[row] = close_time, equity
                journal.used[DAYS] = row + 1
                day_end = time - time % DAY + DAY
            leg = with_position(leg, held)
            wallet, leg = during(wallet, leg, columns, event, first + event, market, policy, journal)
            close_time = time + timeframe
            held = leg.position
            equity = worth(stake_of(wallet, held, columns.rate[0]), bars.close[event])
            drawdown = update_drawdown(drawdown, equity, close_time)
            if held.side != 0.0:
                if held.trail > 0.0:
                    leg = moved(leg, columns, event, bars.close[event], close_time, market, policy)
                if time_is_up(close_time, held.entry_time, held.max_bars, timeframe):
                    leg = with_orders(leg, TIME, leg.entry)
            if columns.decisions.signals[event] != 0:
                wallet, leg = decide(
                    wallet, leg, columns, event, first + event, equity, close_time, market, policy, journal
                )
        else:
            leg = with_position(leg, held)
        index = event + 1
    leg = as_of(leg, columns, count - 1, first + count)
    wallet, leg = settle(wallet, leg, columns.carry, close_time, 0.0) if leg.position.side == 0.0 else (wallet, leg)
    keep(table, 0, leg)
    return State(wallet, drawdown, day_end, equity, close_time, steps + count)


def next_event(
    leg: Leg, index: int, columns: LegColumns, words: Integers, blocks: Blocks, market: Market, policy: Policy
) -> tuple[int, Position]:
    """The first bar from `index` on in which something may happen, and the position, its stop followed till there."""
    held, times, signals = leg.position, columns.bid.time, columns.decisions.signals
    count, timeframe = len(times), market.timeframe
    if leg.leave != NO_EXIT or leg.entry.side != 0.0:
        return index, held
    if held.side == 0.0:
        return _next_signal(signals, words, ENTER_LONG | ENTER_SHORT, index, count), held
    relevant = EXIT_LONG | ENTER_SHORT if held.side > 0.0 else EXIT_SHORT | ENTER_LONG
    if policy.pyramiding > 0:
        relevant = relevant | ENTER_LONG | ENTER_SHORT
    last = first_after(times, columns.carry.time[leg.carried] - timeframe, index, count)
    if held.max_bars > 0.0:
        lasts = time_runs_out(held.entry_time, held.max_bars, timeframe) - timeframe
        last = min(last, first_after(times, lasts - 1, index, count))
    last = _next_signal(signals, words, relevant, index, last)
    if held.trail == 0.0:
        return reached(watched(held), index, last, columns.bid, blocks), held
    return trailed(held, index, last, columns.bid, blocks, market)


def _next_signal(signals: NDArray[np.uint8], words: Integers, wanted: int, index: int, stop: int) -> int:
    """The first bar from `index` on with one of the wanted signals, at most `stop`."""
    each = wanted * _EACH
    while index < stop and index % _WORD != 0:
        if signals[index] & wanted != 0:
            return index
        index += 1
    word, last = index // _WORD, stop // _WORD
    while word + 4 <= last and (words[word] | words[word + 1] | words[word + 2] | words[word + 3]) & each == 0:
        word += 4
    while word < last and words[word] & each == 0:
        word += 1
    for bar in range(max(index, word * _WORD), stop):
        if signals[bar] & wanted != 0:
            return bar
    return stop


def first_after(times: Integers, time: int, low: int, high: int) -> int:
    """The first of the bars from `low` to `high` that opens after a time; `high` if none does."""
    if high <= low or times[high - 1] <= time:
        return high
    # In growing strides first: what is looked for is near as a rule.
    stride = 1
    while low + stride < high and times[low + stride] <= time:
        low += stride
        stride += stride
    high = min(high, low + stride)
    while low < high:
        middle = (low + high) // 2
        if times[middle] > time:
            high = middle
        else:
            low = middle + 1
    return low


def reached(watch: Watch, index: int, stop: int, bars: BarColumns, blocks: Blocks) -> int:
    """The first bar from `index` on that reaches a level, at most `stop`."""
    below, above = watch.below, watch.above
    lows, highs = bars.low, bars.high
    small, large = blocks.small, blocks.large
    while index < stop:
        if index % LARGE == 0 and large.low[index // LARGE] > below and large.high[index // LARGE] < above:
            index += LARGE
        elif index % SMALL == 0 and small.low[index // SMALL] > below and small.high[index // SMALL] < above:
            index += SMALL
        elif lows[index] <= below or highs[index] >= above:
            return index
        else:
            index += 1
    return min(index, stop)


def trailed(
    held: Position, index: int, stop: int, bars: BarColumns, blocks: Blocks, market: Market
) -> tuple[int, Position]:
    """The first bar that reaches a level while the stop trails, at most `stop`, and the position before that bar."""
    long = held.side > 0.0
    best, level, stop_level, trailing = held.best_close, held.trailed, held.stop, held.trailing
    below, above = watched(held)
    while index < stop:
        size = 0
        # The widths are written out: division by a constant is a shift.
        if index % LARGE == 0 and index + LARGE <= stop:
            nearest = _clear(blocks.large, index // LARGE, held, best, below, above, market)
            if nearest > 0.0:
                best, size = nearest, LARGE
        if size == 0 and index % SMALL == 0 and index + SMALL <= stop:
            nearest = _clear(blocks.small, index // SMALL, held, best, below, above, market)
            if nearest > 0.0:
                best, size = nearest, SMALL
        if size == 0:
            if bars.low[index] <= below or bars.high[index] >= above:
                break
            best, size = better(held.side, best, bars.close[index]), 1
        level = better(held.side, level, trailing_level(held.side, best, held.trail, market.tick))
        if level > stop_level if long else level < stop_level:
            stop_level, trailing = level, True
        below, above = (max(below, level), above) if long else (below, min(above, level))
        index += size
    moved_to = with_levels(held, stop_level, level, held.target, best, held.break_even, trailing)
    return index, moved_to


def _clear(part: Extremes, row: int, held: Position, best: float, below: float, above: float, market: Market) -> float:
    """The best close after a block that reaches no level, wherever the stop has trailed to in it; 0.0 if it may."""
    long = held.side > 0.0
    nearest = better(held.side, best, part.high_close[row] if long else part.low_close[row])
    moved = trailing_level(held.side, nearest, held.trail, market.tick)
    lowest, highest = (max(below, moved), above) if long else (below, min(above, moved))
    return nearest if part.low[row] > lowest and part.high[row] < highest else 0.0


def _day_ends(
    day: int,
    day_end: int,
    index: int,
    stop: int,
    held: Position,
    wallet: Wallet,
    equity: float,
    close_time: int,
    columns: LegColumns,
    blocks: Blocks,
    timeframe: int,
    journal: Journal,
) -> tuple[int, int]:
    """Write the equity of the days that end from bar `index` to before `stop`; `equity` is that before `index`.

    Takes and gives the row of the first UTC day that may begin later, and when the present one ends.
    """
    times, closes, days = columns.bid.time, columns.bid.close, blocks.days
    while day < len(days) and days[day] < stop:
        begins = days[day]
        if begins >= index and times[begins] >= day_end:
            if begins > index:
                close_time = times[begins - 1] + timeframe
                equity = worth(stake_of(wallet, held, columns.rate[0]), closes[begins - 1])
            row = journal.used[DAYS]
            journal.day_times[row], journal.day_equity[row] = close_time, equity
            journal.used[DAYS] = row + 1
            day_end = times[begins] - times[begins] % DAY + DAY
        day += 1
    return day, day_end
