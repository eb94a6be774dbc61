"""Cells: combinations run one after another over the same bars, in groups that share their signals.

This one source is the plain chain, run as it is, and the compiled one, which `kernels` makes of it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.program import FLAGS, Events
from tradefleet.metrics.figures import Totals
from tradefleet.metrics.figures_loop import figures_by_loop
from tradefleet.metrics.row import write_row
from tradefleet.simulation.chain.falling import Held, longest_of, while_flat, while_held
from tradefleet.simulation.chain.hits import Keys, of, stop_hit, target_hit, trailed_hit
from tradefleet.simulation.chain.keys import AT_OPEN, bar_of, by_stop, inside, key_of, rank_of, wide
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
from tradefleet.simulation.rules.timer import time_runs_out
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

    `stop_bests` has the best close before each stop, `target_worsts` the worst before each target. Empty where each
    trade looks for its own.
    """

    stop_keys: Keys
    target_keys: Keys
    stop_bests: Floats
    target_worsts: Floats
    column: NDArray[np.int32]


class Scratch(NamedTuple):
    """Room for one group's entries, and for one cell's day ends and trades.

    `spots` has of each entry the bar it is decided at, the bar its exit signal leaves at, its column of Shared, and the
    time it fills at; `quotes` the close it is decided at and the open it fills at. What belongs to an entry lies side
    by side: most entries of a group are passed over. `first` has the first entry of each block of bars or after.
    """

    spots: Integers
    quotes: Floats
    first: Integers
    equity: Floats
    profit: Floats
    ratio: Floats
    returns: Floats


DECIDED, LEAVES, COLUMN, FILLED = range(4)
CLOSE, OPEN = range(2)
# Bars in a block of the look-up of entries, as a power of two.
_BLOCK = 6


def new_scratch(entries: int, bars: int, days: int) -> Scratch:
    """Scratch for groups of at most so many entries."""
    return Scratch(
        np.empty((entries + 1, 4), np.int64),
        np.empty((entries + 1, 2)),
        np.empty((bars >> _BLOCK) + 2, np.int64),
        np.empty(days),
        np.empty(entries + 1),
        np.empty(entries + 1),
        np.empty(days + 1),
    )


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
    spots, quotes = scratch.spots, scratch.quotes
    for mark in marks:
        bar, flags = mark // FLAGS, mark % FLAGS
        if flags & leave != 0:
            # For what was decided before: an entry fills one bar after its decision.
            while followed < entries:
                spots[followed, LEAVES] = bar + 1
                followed += 1
        elif flags & enter != 0 and bar + 1 < count:
            while block << _BLOCK <= bar:
                scratch.first[block] = entries
                block += 1
            spots[entries, DECIDED], spots[entries, FILLED] = bar, bars.time[bar + 1]
            spots[entries, COLUMN] = column[bar] if len(column) > 0 else 0
            quotes[entries, CLOSE], quotes[entries, OPEN] = bars.close[bar], bars.open[bar + 1]
            entries += 1
    while followed < entries:
        spots[followed, LEAVES] = count
        followed += 1
    while block <= count >> _BLOCK:
        scratch.first[block] = entries
        block += 1
    # A fence: the search for the next entry ends there.
    spots[entries, DECIDED] = count
    return entries


class Rules(NamedTuple):
    """What a cell has chosen that is the same at every entry, and the rows of what may not be."""

    stop_row: int
    target_row: int
    size_row: int
    trail: float
    max_bars: float
    cooldown: float


class Out(NamedTuple):
    """A way out: its key, and the stop and the target as they are by then.

    `best` is the best close before it, `worst` the worst; NaN where they are not known.
    """

    key: int
    stop: float
    target: float
    best: float
    worst: float


def way_out(
    index: int, price: float, stop: float, target: float, rules: Rules, market: Market, scene: Scene, shared: Shared,
    scratch: Scratch,
) -> Out:  # fmt: skip
    """The way out of a position entered at a price: looked up where it is shared, else looked for."""
    side, bars, blocks = scene.side, scene.bars, scene.blocks
    begin, last = scratch.spots[index, DECIDED] + 1, scratch.spots[index, LEAVES]
    level, limit = stop_level(side, price, stop, market.tick), target_level(side, price, target, market.tick)
    if rules.max_bars > 0.0:
        last = min(last, timed_out(bars.time, begin, last, rules.max_bars, market.timeframe))
    key = key_of(last, AT_OPEN)
    if len(shared.column) > 0 and rules.trail == 0.0:
        column = scratch.spots[index, COLUMN]
        stopped = wide(shared.stop_keys[rules.stop_row, column])
        passed = wide(shared.target_keys[rules.target_row, column])
        if key <= min(stopped, passed):
            return Out(key, level, limit, math.nan, math.nan)
        if stopped < passed:
            return Out(stopped, level, limit, shared.stop_bests[rules.stop_row, column], math.nan)
        return Out(passed, level, limit, math.nan, shared.target_worsts[rules.target_row, column])
    if rules.trail > 0.0:
        stopped, level = trailed_hit(side, price, level, rules.trail, begin, last, bars, blocks, market)
    else:
        stopped = stop_hit(side, level, begin, last, bars, blocks)
    key = min(key, stopped)
    # In the bar of the stop itself the target may come first.
    key = min(key, target_hit(side, limit, begin, min(bar_of(key) + 1, last), bars, blocks))
    return Out(key, level, limit, math.nan, math.nan)


def timed_out(times: Integers, begin: int, last: int, max_bars: float, timeframe: int) -> int:
    """The bar at whose open the timer leaves a position entered at `begin`; `last` where that comes later."""
    lasts = time_runs_out(times[begin], max_bars, timeframe) - timeframe
    return min(first_after(times, lasts - 1, begin, last) + 1, last)


def run_cell(
    cell: int, entries: int, market: Market, policy: Policy, scene: Scene, choices: Choices, cells: Cells,
    shared: Shared, scratch: Scratch, results: Floats,
) -> None:  # fmt: skip
    """Run one combination from entry to exit to the next entry, and write its measures."""
    bars, side, rate, timeframe, count = scene.bars, scene.side, scene.rate, market.timeframe, len(scene.bars.time)
    rules = Rules(
        cells.stop[cell], cells.target[cell], cells.size[cell], choices.trails[cells.trail[cell]],
        choices.timers[cells.timer[cell]], choices.cooldowns[cells.cooldown[cell]],
    )  # fmt: skip
    balance, leg = scene.terms.initial_cash, first_leg(rate)
    drawdown = Drawdown(balance, bars.time[0], balance, 0.0, 0, False)
    by_range = market.slippage.of_range > 0.0 or market.slippage.impact > 0.0
    trades, held_bars, duration, open_trades, paid, open_fees = 0, 0, 0, 0, 0.0, 0.0
    # From bar `flat` on nothing is held; the next entry is at `index` or after, the next day end `day`.
    flat, last_exit, index, day = 0, LONG_AGO, -1, 0
    while index + 1 < entries:
        index += 1
        decided = scratch.spots[index, DECIDED]
        stop, target = of(choices.stops, rules.stop_row, decided), of(choices.targets, rules.target_row, decided)
        size = of(choices.sizes, rules.size_row, decided)
        if not (valid_levels(side, stop, target, rules.trail, 0.0) and rules.max_bars >= 0.0 and size >= 0.0):
            continue
        if rules.cooldown > 0.0 and cooling(bars.time[decided] + timeframe, last_exit, rules.cooldown, timeframe):
            continue
        quantity = ordered(leg, balance, scratch.quotes[index, CLOSE], size, stop, market, policy)
        if quantity == 0.0:
            continue
        if by_range:
            leg = knowing(leg, bars, scene.volume, decided)
        price = entry_price(leg, side, quantity, scratch.quotes[index, OPEN], market)
        entry = filled(leg, quantity, price, balance, market)
        if entry.quantity == 0.0:
            continue

        out = way_out(index, price, stop, target, rules, market, scene, shared, scratch)
        begin, end, rank = decided + 1, bar_of(out.key), rank_of(out.key)
        drawdown = while_flat(drawdown, balance, flat, decided, bars, timeframe)
        day = flat_days(scene.day_bars, scratch.equity, day, begin, balance)
        stake = Stake(balance - entry.fee, side * entry.quantity, price, rate)
        after = math.nan
        held_bars += end - begin
        if end < count:
            if by_range:
                leg = knowing(leg, bars, scene.volume, end - 1)
            reached = out.stop if by_stop(rank) else out.target
            # Inside a bar its open does not matter, and it lies far away in memory.
            open_price = reached if inside(rank) else bars.open[end]
            gain = gain_of(
                stake.balance, side, entry,
                exit_of(leg, side, entry.quantity, open_price, rank, reached, market), rate,
            )  # fmt: skip
            after, last_exit = gain.balance, bars.time[end]
            scratch.profit[trades], scratch.ratio[trades] = gain.profit, gain.ratio
            trades, paid = trades + 1, paid + gain.fees
            duration += last_exit - scratch.spots[index, FILLED]
        else:
            open_trades, open_fees = 1, entry.fee
        # Where the stop trails, it was at least as near as at first.
        level = stop_level(side, price, stop, market.tick)
        held = Held(stake, begin, end, level, out.target, after, out.best, out.worst)
        drawdown = while_held(drawdown, held, bars, scene.blocks, scene.pyramid, timeframe)
        day = held_days(scene.day_bars, scratch.equity, day, end, stake, bars.close)
        flat = end
        if end >= count:
            break
        balance = after
        index = scratch.first[end >> _BLOCK]
        while scratch.spots[index, DECIDED] < end:
            index += 1
        index -= 1
    if flat < count:
        drawdown = while_flat(drawdown, balance, flat, count - 1, bars, timeframe)
    days = flat_days(scene.day_bars, scratch.equity, day, count, balance)
    longest = longest_of(drawdown, bars.time[count - 1] + timeframe)
    totals = Totals(drawdown.deepest, longest, held_bars / count, open_trades, paid, open_fees, duration)
    figures = figures_by_loop(
        scene.terms, totals, scratch.equity, days, scratch.profit, scratch.ratio, trades, scratch.returns
    )
    write_row(figures, results[cells.place[cell]])


def flat_days(day_bars: Integers, equity: Floats, day: int, end: int, balance: float) -> int:
    """Write the equity of the days that end before bar `end`, in which nothing is held; gives the next day."""
    while day < len(day_bars) and day_bars[day] < end:
        equity[day] = balance
        day += 1
    return day


def held_days(day_bars: Integers, equity: Floats, day: int, end: int, stake: Stake, closes: Floats) -> int:
    """Write the equity of the days that end before bar `end`, in which a stake is held; gives the next day."""
    while day < len(day_bars) and day_bars[day] < end:
        equity[day] = worth(stake, closes[day_bars[day]])
        day += 1
    return day
