"""Cells: combinations run one after another over the same bars, in groups that share their signals.

This one source is the plain chain, run as it is, and the compiled one, which `kernels` makes of it.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.program import FLAGS, Events
from tradefleet.metrics.figures import Totals
from tradefleet.metrics.figures_loop import figures_by_loop
from tradefleet.metrics.row import write_row
from tradefleet.simulation.chain.falling import Held, longest_of, while_flat, while_held
from tradefleet.simulation.chain.hits import Keys, of, stop_hit, target_hit, trailed_hit
from tradefleet.simulation.chain.keys import AT_OPEN, bar_of, by_stop, key_of, rank_of
from tradefleet.simulation.chain.scene import Scene, knowing
from tradefleet.simulation.chain.trade import entry_price, exit_of, filled, gain_of, ordered
from tradefleet.simulation.columns import BarColumns, Floats, Integers
from tradefleet.simulation.entries import valid_levels
from tradefleet.simulation.falls import Stake, worth
from tradefleet.simulation.jump import first_after
from tradefleet.simulation.rules.cooldown import cooling
from tradefleet.simulation.rules.drawdown import Drawdown
from tradefleet.simulation.rules.stop_loss import stop_level
from tradefleet.simulation.rules.take_profit import target_level
from tradefleet.simulation.state import LONG_AGO, Market, Policy, first_leg
from tradefleet.simulation.table import Table, market_of, policy_of


class Choices(NamedTuple):
    """The values that cells choose from, a row each; those of `stops`, `targets` and `sizes` may differ by bar."""

    stops: Floats
    targets: Floats
    sizes: Floats
    trails: Floats
    timers: Floats
    cooldowns: Floats


class Cells(NamedTuple):
    """What each cell has chosen, as rows of Choices.

    Cells with the same signals stand together: those of item i are cells start[i] to start[i + 1], and their signals
    are row `signals[i]`. `place` is the row of the results that a cell's measures are written to.
    """

    start: Integers
    signals: Integers
    stop: Integers
    target: Integers
    size: Integers
    trail: Integers
    timer: Integers
    cooldown: Integers
    place: Integers


class Shared(NamedTuple):
    """Ways out found beforehand: a row a choice, a column an entry; `column` tells the column of a decision's bar.

    Empty where each trade looks for its own.
    """

    stop_keys: Keys
    target_keys: Keys
    column: NDArray[np.int32]


class Scratch(NamedTuple):
    """Room for one group's entries, and for one cell's day ends and trades.

    Of each entry the bar it is decided at, the bar its exit signal leaves at, its column of Shared, the close it is
    decided at and the open it fills at; `first` has the first entry of each block of bars or after.
    """

    decisions: Integers
    leaves: Integers
    columns: Integers
    closes: Floats
    opens: Floats
    first: Integers
    equity: Floats
    profit: Floats
    ratio: Floats
    returns: Floats


# Bars in a block of the look-up of entries.
BLOCK = 64


def new_scratch(entries: int, bars: int, days: int) -> Scratch:
    """Scratch for groups of at most so many entries."""
    whole: Any = np.int64
    return Scratch(
        np.empty(entries + 1, whole), np.empty(entries + 1, whole), np.empty(entries + 1, whole),
        np.empty(entries + 1), np.empty(entries + 1), np.empty(bars // BLOCK + 2, whole), np.empty(days),
        np.empty(entries + 1), np.empty(entries + 1), np.empty(days + 1),
    )  # fmt: skip


def chain_cells(
    first: int, last: int, events: Events, enter: int, leave: int, table: Table, scene: Scene, choices: Choices,
    cells: Cells, shared: Shared, scratch: Scratch, results: Floats, curves: Floats,
) -> None:  # fmt: skip
    """Measure the cells of items `first` to before `last`; `events` has a row a group.

    `enter` and `leave` are the flags of the scene's side. `curves` takes the equity at day ends, where it has rows.
    """
    market, policy = market_of(table, 0), policy_of(table, 0)
    for item in range(first, last):
        row = cells.signals[item]
        marks = events.marks[row, : events.counts[row]]
        entries = decode(marks, enter, leave, scene.bars, shared.column, scratch)
        for cell in range(cells.start[item], cells.start[item + 1]):
            run_cell(cell, entries, market, policy, scene, choices, cells, shared, scratch, results)
            if len(curves) > 0:
                for day in range(len(scene.day_bars)):
                    curves[cells.place[cell], day] = scratch.equity[day]


def decode(
    marks: NDArray[np.int32], enter: int, leave: int, bars: BarColumns, column: NDArray[np.int32], scratch: Scratch
) -> int:
    """Write the entries of a group into the scratch, and give their number."""
    count, entries, followed, block = len(bars.time), 0, 0, 0
    for mark in marks:
        bar, flags = mark // FLAGS, mark % FLAGS
        if flags & leave != 0:
            # For what was decided before: an entry fills one bar after its decision.
            while followed < entries:
                scratch.leaves[followed] = bar + 1
                followed += 1
        elif flags & enter != 0 and bar + 1 < count:
            while block * BLOCK <= bar:
                scratch.first[block] = entries
                block += 1
            scratch.decisions[entries] = bar
            scratch.columns[entries] = column[bar] if len(column) > 0 else 0
            scratch.closes[entries], scratch.opens[entries] = bars.close[bar], bars.open[bar + 1]
            entries += 1
    while followed < entries:
        scratch.leaves[followed] = count
        followed += 1
    while block <= count // BLOCK:
        scratch.first[block] = entries
        block += 1
    # A fence: the search for the next entry ends there.
    scratch.decisions[entries] = count
    return entries


def run_cell(
    cell: int, entries: int, market: Market, policy: Policy, scene: Scene, choices: Choices, cells: Cells,
    shared: Shared, scratch: Scratch, results: Floats,
) -> None:  # fmt: skip
    """Run one combination from entry to exit to the next entry, and write its measures."""
    bars, side, rate, timeframe, count = scene.bars, scene.side, scene.rate, market.timeframe, len(scene.bars.time)
    day_bars, days, day = scene.day_bars, len(scene.day_bars), 0
    stop_row, target_row, size_row = cells.stop[cell], cells.target[cell], cells.size[cell]
    trail, max_bars = choices.trails[cells.trail[cell]], choices.timers[cells.timer[cell]]
    cooldown = choices.cooldowns[cells.cooldown[cell]]
    balance, begin = scene.terms.initial_cash, bars.time[0]
    drawdown = Drawdown(balance, begin, balance, 0.0, 0, False)
    leg = first_leg(rate)
    looked_up = len(shared.column) > 0 and trail == 0.0
    by_range = market.slippage.of_range > 0.0 or market.slippage.impact > 0.0
    trades, held_bars, duration, open_trades = 0, 0, 0, 0
    paid, open_fees = 0.0, 0.0
    # From this bar on nothing is held.
    flat_from, last_exit, index = 0, LONG_AGO, 0
    while index < entries:
        decided = scratch.decisions[index]
        stop, target = of(choices.stops, stop_row, decided), of(choices.targets, target_row, decided)
        size = of(choices.sizes, size_row, decided)
        index += 1
        if not (valid_levels(side, stop, target, trail, 0.0) and max_bars >= 0.0 and size >= 0.0):
            continue
        if cooldown > 0.0 and cooling(bars.time[decided] + timeframe, last_exit, cooldown, timeframe):
            continue
        quantity = ordered(leg, balance, scratch.closes[index - 1], size, stop, market, policy)
        if quantity == 0.0:
            continue
        begin = decided + 1
        if by_range:
            leg = knowing(leg, bars, scene.volume, decided)
        price = entry_price(leg, side, quantity, scratch.opens[index - 1], market)
        entry = filled(leg, quantity, price, balance, market)
        if entry.quantity == 0.0:
            continue

        level, limit = stop_level(side, price, stop, market.tick), target_level(side, price, target, market.tick)
        last = scratch.leaves[index - 1]
        if max_bars > 0.0:
            last = min(last, timed_out(bars.time, begin, last, max_bars, timeframe))
        first_level = level
        if looked_up:
            column = scratch.columns[index - 1]
            key = min(shared.stop_keys[stop_row, column], shared.target_keys[target_row, column], key_of(last, AT_OPEN))
        else:
            if trail > 0.0:
                key, level = trailed_hit(side, price, level, trail, begin, last, bars, scene.blocks, market)
            else:
                key = stop_hit(side, level, begin, last, bars, scene.blocks)
            beyond = min(bar_of(key) + 1, last)
            key = min(key, target_hit(side, limit, begin, beyond, bars, scene.blocks), key_of(last, AT_OPEN))
        end, rank = bar_of(key), rank_of(key)

        drawdown = while_flat(drawdown, balance, flat_from, decided, bars, timeframe)
        while day < days and day_bars[day] < begin:
            scratch.equity[day] = balance
            day += 1
        stake = Stake(balance - entry.fee, side * entry.quantity, price, rate)
        after = math.nan
        held_bars += end - begin
        if end < count:
            if by_range:
                leg = knowing(leg, bars, scene.volume, end - 1)
            reached = level if by_stop(rank) else limit
            left = exit_of(leg, side, entry.quantity, bars.open[end], rank, reached, market)
            gain = gain_of(stake.balance, side, entry, left, rate)
            after = gain.balance
            scratch.profit[trades], scratch.ratio[trades] = gain.profit, gain.ratio
            trades += 1
            paid += gain.fees
            duration += bars.time[end] - bars.time[begin]
            last_exit = bars.time[end]
        else:
            open_trades, open_fees = 1, entry.fee
        held = Held(stake, begin, end, first_level, limit, after)
        drawdown = while_held(drawdown, held, bars, scene.blocks, scene.pyramid, timeframe)
        while day < days and day_bars[day] < end:
            scratch.equity[day] = worth(stake, bars.close[day_bars[day]])
            day += 1
        flat_from = end
        if end >= count:
            break
        balance = after
        index = scratch.first[end // BLOCK]
        while scratch.decisions[index] < end:
            index += 1
    if flat_from < count:
        drawdown = while_flat(drawdown, balance, flat_from, count - 1, bars, timeframe)
    while day < days:
        scratch.equity[day] = balance
        day += 1
    last_close = bars.time[count - 1] + timeframe
    totals = Totals(
        drawdown.deepest, longest_of(drawdown, last_close), held_bars / count, open_trades, paid, open_fees, duration
    )
    figures = figures_by_loop(
        scene.terms, totals, scratch.equity, days, scratch.profit, scratch.ratio, trades, scratch.returns
    )
    write_row(figures, results[cells.place[cell]])


def timed_out(times: Integers, begin: int, last: int, max_bars: float, timeframe: int) -> int:
    """The bar at whose open the timer leaves a position entered at `begin`; `last` where that comes later."""
    # As the timer's rule says it, for whole nanoseconds.
    lasts = times[begin] + math.ceil(max_bars * timeframe) - timeframe
    return min(first_after(times, lasts - 1, begin, last) + 1, last)
