"""Running the cells of one family on one ground: signals, ways out, and the chain, shared by threads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradefleet.graph.program import FLAGS, Events, Operands, new_events, new_room
from tradefleet.kernels import compiled_chain, compiled_hits, compiled_program
from tradefleet.metrics.performance import Floats
from tradefleet.research.batch.conditions import Written
from tradefleet.research.batch.crew import Crew
from tradefleet.research.batch.distinct import Rows
from tradefleet.research.batch.levels import Level
from tradefleet.research.simulate import read_only
from tradefleet.simulation.chain import Cells, Choices, Scene, Shared, new_scratch
from tradefleet.simulation.state import Market
from tradefleet.simulation.table import Table

# Room for events at first: one in so many bars, but so many at least.
_RARE, _FEW_EVENTS = 16, 1024
# Looking a level up from all entries pays where so many cells go by each; a search of one's own looks from few.
_SHARING = 6
# Cells of so many targets are run by turns, so that their ways out stay in the processor's cache.
_TILE = 8
# Cells with the same signals that one thread runs at a time: at most so many, and this part of all, but not too few.
_CELLS, _CUT, _FEWEST = 512, 16, 16
# About what an instruction takes for a bar, looking a level up for an entry, and a cell, in seconds.
_BAR, _LEVEL, _CELL = 1e-10, 4e-8, 2e-5


@dataclass(frozen=True, eq=False)
class Chosen:
    """The levels of some cells."""

    stops: Level
    targets: Level
    sizes: Level
    trails: Level
    timers: Level
    cooldowns: Level


@dataclass(frozen=True, eq=False)
class Terrain:
    """What all cells of a family run on, with the flags that enter and leave."""

    scene: Scene
    market: Market
    table: Table
    enter: int
    leave: int


def events_of(program: Written, operands: Operands, begin: int, end: int, crew: Crew) -> Events:
    """The events of each group (a row) at bars `begin` to before `end`."""
    count, length = len(operands.rows), end - begin
    run, given = compiled_program(), Operands(*map(read_only, operands))
    seconds = count * length * len(program.code) * _BAR

    def within(most: int) -> Events:
        events = new_events(count, most)

        def work(first: int, last: int, room: object) -> None:
            run(program.code, given, first, last, begin, end, room, events)

        crew.share(count, seconds, lambda: new_room(program.slots), work)
        return events

    # Events are rare as a rule; where they are not, it is known afterwards how much room they take.
    most = min(length, max(_FEW_EVENTS, length // _RARE))
    events = within(most)
    needed = int(events.counts.max(initial=0))
    return events if needed <= most else within(needed)


def run_cells(
    events: Events,
    group: Rows,
    chosen: Chosen,
    places: Rows,
    terrain: Terrain,
    crew: Crew,
    results: Floats,
    curves: Floats,
) -> None:
    """Measure cells: `group` is the row of events of each, `places` the row of results and curves it is given."""
    shared, looked_up = _shared(events, group, chosen, terrain, crew)
    cells = _cells(group, chosen, places, looked_up)
    choices = Choices(*(level.values for level in (chosen.stops, chosen.targets, chosen.sizes)), *(
        level.values[:, 0].copy() for level in (chosen.trails, chosen.timers, chosen.cooldowns)
    ))  # fmt: skip
    bars = len(terrain.scene.bars.time)
    run = compiled_chain()
    choices, shared = Choices(*map(read_only, choices)), Shared(*map(read_only, shared))

    def work(first: int, last: int, scratch: object) -> None:
        run(
            first, last, events, terrain.enter, terrain.leave, terrain.table, terrain.scene, choices, cells,
            shared, scratch, results, curves,
        )  # fmt: skip

    days, seconds = len(terrain.scene.day_bars), len(group) * _CELL
    entries = int(events.counts.max(initial=0))
    crew.share(len(cells.start) - 1, seconds, lambda: new_scratch(entries, bars, days), work)


def _cells(group: Rows, chosen: Chosen, places: Rows, looked_up: bool) -> Cells:
    """The cells in the order they are run in: by signals, then so that neighbours have levels in common."""
    stop, target = chosen.stops.choice, chosen.targets.choice
    if looked_up:
        keys = (group * (len(chosen.targets.values) // _TILE + 1) + target // _TILE) * len(chosen.stops.values) + stop
        order = np.argsort(keys, kind="stable")
    else:
        order = np.argsort(group, kind="stable")
    ordered = group[order]
    begins = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    ends = np.append(begins[1:], len(ordered))
    # Groups of many cells are cut, so that threads can share them.
    most = max(_FEWEST, min(_CELLS, len(group) // _CUT))
    start = begins
    if np.any(ends - begins > most):
        start = np.concatenate([np.arange(begin, end, most) for begin, end in zip(begins, ends, strict=True)])

    def arranged(values: Rows) -> Rows:
        return np.ascontiguousarray(values[order])

    return Cells(
        start=np.append(start, len(ordered)),
        signals=ordered[start],
        stop=arranged(stop),
        target=arranged(target),
        size=arranged(chosen.sizes.choice),
        trail=arranged(chosen.trails.choice),
        timer=arranged(chosen.timers.choice),
        cooldown=arranged(chosen.cooldowns.choice),
        place=arranged(places),
    )


def _shared(events: Events, group: Rows, chosen: Chosen, terrain: Terrain, crew: Crew) -> tuple[Shared, bool]:
    """The ways out from all entries, where that is less work than each cell's own search."""
    none = np.empty((0, 0), np.int32)
    nothing = Shared(none, none, np.empty((0, 0)), np.empty((0, 0)), np.empty(0, np.int32))
    levels = sum(np.count_nonzero(level.values.any(axis=1)) for level in (chosen.stops, chosen.targets))
    if levels == 0 or len(group) < _SHARING * levels or terrain.market.slippage.impact > 0.0:
        return nothing, False
    count = len(terrain.scene.bars.time)
    entered = np.zeros(count, bool)
    for marks, used in zip(*events, strict=True):
        some = marks[:used]
        entered[some[some & terrain.enter != 0] // FLAGS] = True
    decisions = np.flatnonzero(entered[: count - 1])
    column = np.zeros(count, np.int32)
    column[decisions] = np.arange(len(decisions))
    stops_shape, targets_shape = ((len(level.values), len(decisions)) for level in (chosen.stops, chosen.targets))
    shared = Shared(
        np.empty(stops_shape, np.int32), np.empty(targets_shape, np.int32), np.empty(stops_shape),
        np.empty(targets_shape), column,
    )  # fmt: skip
    run, stops, targets = compiled_hits(), read_only(chosen.stops.values), read_only(chosen.targets.values)

    def work(first: int, last: int, _: None) -> None:
        run(decisions, first, last, terrain.table, terrain.scene, stops, targets, *shared[:4])

    crew.share(len(decisions), len(decisions) * levels * _LEVEL, lambda: None, work)
    return shared, True
