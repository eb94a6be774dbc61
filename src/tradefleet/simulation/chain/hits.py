"""The first bars that reach a level, from each entry on."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tradefleet.simulation.blocks import Blocks
from tradefleet.simulation.chain.keys import STOP_AT_OPEN, STOP_INSIDE, TARGET_AT_OPEN, TARGET_INSIDE, bar_of, key_of
from tradefleet.simulation.chain.pyramid import extremes
from tradefleet.simulation.chain.scene import Scene, knowing
from tradefleet.simulation.chain.trade import entry_price
from tradefleet.simulation.columns import BarColumns, Floats, Integers
from tradefleet.simulation.exits import Watch
from tradefleet.simulation.jump import reached, trailed
from tradefleet.simulation.rules.stop_loss import stop_level, stop_touched
from tradefleet.simulation.rules.take_profit import target_level, target_passed
from tradefleet.simulation.rules.trailing_stop import better
from tradefleet.simulation.state import Market, Position, first_leg
from tradefleet.simulation.table import Table, market_of

Keys = NDArray[np.int32]


def of(values: Floats, row: int, bar: int) -> float:
    """A value of a choice at a bar, where there may be one for all bars."""
    return values[row, bar] if values.shape[1] > 1 else values[row, 0]  # type: ignore[no-any-return]


def stop_hit(side: float, level: float, start: int, last: int, bars: BarColumns, blocks: Blocks) -> int:
    """The way out by a stop from bar `start` on; that of bar `last` where no bar before it touches the level."""
    if level - level != 0.0:
        return key_of(last, 0)
    watch = Watch(level, math.inf) if side > 0.0 else Watch(-math.inf, level)
    bar = reached(watch, start, last, bars, blocks)
    if bar >= last:
        return key_of(last, 0)
    passed = stop_touched(side, bars.open[bar], bars.open[bar], level)
    return key_of(bar, STOP_AT_OPEN if passed else STOP_INSIDE)


def target_hit(side: float, level: float, start: int, last: int, bars: BarColumns, blocks: Blocks) -> int:
    """The way out by a target from bar `start` on; that of bar `last` where no bar before it trades through it."""
    if level - level != 0.0:
        return key_of(last, 0)
    watch = Watch(-math.inf, level) if side > 0.0 else Watch(level, math.inf)
    bar = reached(watch, start, last, bars, blocks)
    # It takes more than touching.
    while bar < last and not target_passed(side, bars.low[bar], bars.high[bar], level):
        bar = reached(watch, bar + 1, last, bars, blocks)
    if bar >= last:
        return key_of(last, 0)
    passed = target_passed(side, bars.open[bar], bars.open[bar], level)
    return key_of(bar, TARGET_AT_OPEN if passed else TARGET_INSIDE)


def trailed_hit(
    side: float, price: float, stop: float, trail: float, start: int, last: int,
    bars: BarColumns, blocks: Blocks, market: Market,
) -> tuple[int, float]:  # fmt: skip
    """The way out by a stop that trails, and the stop's level by then."""
    bar, held = trailed(_held(side, price, stop, trail), start, last, bars, blocks, market)
    if bar >= last:
        return key_of(last, 0), held.stop
    passed = stop_touched(side, bars.open[bar], bars.open[bar], held.stop)
    return key_of(bar, STOP_AT_OPEN if passed else STOP_INSIDE), held.stop


def _held(side: float, price: float, stop: float, trail: float) -> Position:
    """A position with a stop, as far as trailing looks at it."""
    away = side * math.inf
    return Position(
        side, 0.0, 0.0, price, 0.0, 0.0, 0.0, 0.0, -away, stop, -away, away, away,
        trail, -away, 0.0, 0.0, False, 0, 0, 0, 0, 0, 0,
    )  # fmt: skip


def find_hits(
    decisions: Integers, first: int, last: int, table: Table, scene: Scene, stops: Floats, targets: Floats,
    stop_keys: Keys, target_keys: Keys, stop_bests: Floats, target_worsts: Floats,
) -> None:  # fmt: skip
    """Fill in the ways out of the entries decided at `decisions[first:last]`: a row a fraction, a column an entry.

    With a stop goes the best close before it, with a target the worst. A search goes on where that of the fraction
    before ended, if its level lies farther. Not for slippage that depends on the quantity.
    """
    market, side, bars, blocks = market_of(table, 0), scene.side, scene.bars, scene.blocks
    count = len(bars.time)
    for column in range(first, last):
        bar = decisions[column]
        begin = bar + 1
        leg = knowing(first_leg(scene.rate), bars, scene.volume, bar)
        price = entry_price(leg, side, 0.0, bars.open[begin], market)
        level, key, reached_close = side * math.inf, key_of(begin, 0), -side * math.inf
        for row in range(stops.shape[0]):
            nearer = level
            level = stop_level(side, price, of(stops, row, bar), market.tick)
            farther = level <= nearer if side > 0.0 else level >= nearer
            start = _from(key, begin, farther)
            key = stop_hit(side, level, start, count, bars, blocks)
            low, high = extremes(start, bar_of(key), scene.pyramid)
            reached_close = better(side, reached_close if farther else -side * math.inf, high if side > 0.0 else low)
            stop_keys[row, column], stop_bests[row, column] = key, reached_close
        level, key, reached_close = -side * math.inf, key_of(begin, 0), side * math.inf
        for row in range(targets.shape[0]):
            nearer = level
            level = target_level(side, price, of(targets, row, bar), market.tick)
            farther = level >= nearer if side > 0.0 else level <= nearer
            start = _from(key, begin, farther)
            key = target_hit(side, level, start, count, bars, blocks)
            low, high = extremes(start, bar_of(key), scene.pyramid)
            reached_close = better(-side, reached_close if farther else side * math.inf, low if side > 0.0 else high)
            target_keys[row, column], target_worsts[row, column] = key, reached_close


def _from(key: int, begin: int, farther: bool) -> int:
    """Where to look for the next level: from the bar of the last one found, if this one lies farther."""
    return bar_of(key) if farther else begin
