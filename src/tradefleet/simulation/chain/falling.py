"""The drawdown over a whole trade, without looking at every bar where its extremes tell enough."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.simulation.blocks import Blocks
from tradefleet.simulation.chain.pyramid import Pyramid, extremes
from tradefleet.simulation.columns import BarColumns
from tradefleet.simulation.falls import Stake, below_peak, fallen, worth
from tradefleet.simulation.rules.drawdown import Drawdown, update_drawdown


class Held(NamedTuple):
    """What is known of a trade: its stake, its bars from `begin` to before `end`, and its levels.

    None of these bars has reached the stop or traded through the target (infinite where there is none). `after` is
    the equity at the close of bar `end`, NaN where there is none. `best` and `worst` are closes, NaN where they are not
    known.
    """

    stake: Stake
    begin: int
    end: int
    stop: float
    target: float
    after: float
    best: float
    worst: float


def while_flat(drawdown: Drawdown, equity: float, first: int, last: int, bars: BarColumns, timeframe: int) -> Drawdown:
    """The drawdown after the closes from `first` to `last`, all of one equity."""
    if equity < drawdown.peak:
        # No new peak: when it was does not matter.
        return update_drawdown(drawdown, equity, 0)
    drawdown = update_drawdown(drawdown, equity, bars.time[first] + timeframe)
    return update_drawdown(drawdown, equity, bars.time[last] + timeframe)


def while_held(
    drawdown: Drawdown, held: Held, bars: BarColumns, blocks: Blocks, pyramid: Pyramid, timeframe: int
) -> Drawdown:
    """The drawdown after the closes of a trade: by its levels, else by its extremes, else by what `fallen` finds."""
    if held.end <= held.begin:
        return drawdown
    lower, upper = worth(held.stake, held.stop), worth(held.stake, held.target)
    if _hidden(drawdown, lower, upper, held.after):
        return below_peak(drawdown)
    # What is known of the closes lies nearer than the levels.
    if held.best == held.best:
        upper = worth(held.stake, held.best)
    if held.worst == held.worst:
        lower = worth(held.stake, held.worst)
    if _hidden(drawdown, lower, upper, held.after):
        return below_peak(drawdown)
    if _topped(drawdown, lower, upper, held, bars, timeframe):
        return drawdown
    low, high = extremes(held.begin, held.end, pyramid)
    one, other = worth(held.stake, low), worth(held.stake, high)
    lower, upper = min(one, other), max(one, other)
    if upper < drawdown.peak:
        return _deepened(drawdown, lower)
    if _topped(drawdown, lower, upper, held, bars, timeframe):
        return drawdown
    end = bars.time[held.end - 1] + timeframe
    if _shallow(drawdown, lower, upper) and end - drawdown.peak_time <= drawdown.longest:
        # All that is left of the trade is its peak, and when it was last there.
        bar = last_at(upper, held, bars, pyramid)
        floor = upper * (1.0 - drawdown.deepest)
        return Drawdown(
            upper, bars.time[bar] + timeframe, floor, drawdown.deepest, drawdown.longest, bar < held.end - 1
        )
    return fallen(drawdown, held.stake, held.begin, held.end, bars, blocks, timeframe)


def _hidden(drawdown: Drawdown, lower: float, upper: float, after: float) -> bool:
    """Whether equity between two bounds makes no new peak, and no fall but one that what comes after exceeds."""
    return upper < drawdown.peak and (lower >= drawdown.floor or lower >= after)


def _topped(drawdown: Drawdown, lower: float, upper: float, held: Held, bars: BarColumns, timeframe: int) -> bool:
    """Whether the equity after a trade is a peak above all of it, and neither depth nor length of a fall changes."""
    if not (held.after >= upper and _shallow(drawdown, lower, upper)):
        return False
    return int(bars.time[held.end]) + timeframe - drawdown.peak_time <= drawdown.longest


def _shallow(drawdown: Drawdown, lower: float, upper: float) -> bool:
    """Whether a fall from the upper to the lower of two bounds is no deeper than the deepest."""
    deep = 1.0 - drawdown.deepest
    return lower > 0.0 and lower >= drawdown.floor and lower >= upper * deep and 1.0 - lower / upper <= drawdown.deepest


def _deepened(drawdown: Drawdown, lowest: float) -> Drawdown:
    """The drawdown after closes below the peak, the lowest of which is this."""
    peak, peak_time, floor, deepest, longest, _ = drawdown
    if lowest < floor:
        return Drawdown(peak, peak_time, lowest, max(deepest, 1.0 - lowest / peak), longest, True)
    return Drawdown(peak, peak_time, floor, deepest, longest, True)


def last_at(equity: float, held: Held, bars: BarColumns, pyramid: Pyramid) -> int:
    """The last bar of a trade at whose close it is worth so much, which is the most it is ever worth."""
    index, extreme = held.end, pyramid.high if held.stake.amount > 0.0 else pyramid.low
    while index > held.begin:
        size = 1
        # The second level has a part for 64 bars, the first for 8.
        if index % 64 == 0 and index - 64 >= held.begin:
            part = extreme[pyramid.begins[2] + index // 64 - 1]
            size = 64 if worth(held.stake, part) < equity else 1
        if size == 1 and index % 8 == 0 and index - 8 >= held.begin:
            part = extreme[pyramid.begins[1] + index // 8 - 1]
            size = 8 if worth(held.stake, part) < equity else 1
        index -= size
        if size == 1 and worth(held.stake, bars.close[index]) >= equity:
            break
    return index


def longest_of(drawdown: Drawdown, time: int) -> int:
    """The longest time below a peak, the one that has not ended by now included."""
    return max(drawdown.longest, time - drawdown.peak_time) if drawdown.under else drawdown.longest
