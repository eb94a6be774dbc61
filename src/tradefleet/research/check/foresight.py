"""Foresight: decisions that know prices which the strategy was not given, such as from a file it reads itself.

Cutting the bars does not touch such data. So the strategy is told the bars late: prices of some bars ago, at today's
times. What it decides then cannot go with the real prices that follow, unless it has them from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradefleet.market.time import format_time
from tradefleet.metrics.performance import Floats, Integers
from tradefleet.research.check.finding import Finding, count
from tradefleet.research.check.markets import told_late
from tradefleet.research.check.on_bar import decisions_of
from tradefleet.research.check.subject import Subject, place_of_rule
from tradefleet.research.data import Data
from tradefleet.research.settings import Settings

# Bars that the strategy is told late by.
_LATE = 7
# Moves that must be told right: so large a share of so many, so many standard deviations above chance.
_SHARE, _EVENTS, _DEVIATIONS = 0.85, 36, 6.0
# A market in which a linear rule of so many late steps tells so large a share of the moves proves nothing.
_MEMORY, _REGULAR = 48, 0.7
_HORIZONS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48)
_WAYS = {"enter_long": 1, "exit_long": -1, "enter_short": -1, "exit_short": 1}


@dataclass(frozen=True, eq=False)
class Events:
    """Bars, rising, at which one rule speaks for a direction (1 up, -1 down), by a strategy that was told late."""

    name: str
    bars: Integers
    directions: Integers


@dataclass(frozen=True)
class Told:
    """How often events had the direction of the move over so many bars."""

    ahead: int
    right: int
    number: int

    @property
    def share(self) -> float:
        """The share that was right."""
        return self.right / self.number


def foresight_findings(subject: Subject, data: Data, settings: Settings) -> list[Finding]:
    """An error for each rule whose decisions go with what follows, though it was not told even what is now."""
    if len(subject.bars) < subject.lookback + _LATE + _EVENTS:
        return []
    events = _of_requests(subject, data, settings) if subject.strategy.acts_on_bars() else _of_conditions(subject)
    return [_finding(subject, each, told) for each in events if (told := foretold(subject.bars.close, each))]


def _of_conditions(subject: Subject) -> list[Events]:
    named = {name: node for name, node in subject.conditions._asdict().items() if node.call.clock is not None}
    found = subject.over(told_late(subject.bars, _LATE), nodes=tuple(named.values()))
    events = []
    for name, column in zip(named, found.columns, strict=True):
        bars = found.lookback + np.flatnonzero(column[found.lookback :])
        bars = bars[bars >= _LATE]
        events.append(Events(name, bars, np.full(len(bars), _WAYS[name])))
    return events


def _of_requests(subject: Subject, data: Data, settings: Settings) -> list[Events]:
    made = decisions_of(subject, told_late(subject.bars, _LATE), data, settings)
    spoken = [decision for decision in made if decision.direction != 0]
    bars = np.searchsorted(subject.bars.time, np.array([each.time for each in spoken], np.int64))
    directions = np.array([each.direction for each in spoken], np.int64)
    return [Events("on_bar", bars[bars >= _LATE], directions[bars >= _LATE])]


def foretold(close: Floats, events: Events) -> Told | None:
    """The horizon at which events foretell the moves of the closes best; None where they do no better than chance.

    A move is that from the close at hand, and where a rule compares with the close it was told, that from there: of
    those only the ones count that the close at hand would tell wrong.
    """
    found = [told for ahead in _HORIZONS for late in (False, True) if (told := _told(close, events, ahead, late))]
    best = max(found, key=lambda told: (told.share, -told.ahead), default=None)
    return None if best is None or _is_regular(close, best.ahead) else best


def _is_regular(close: Floats, ahead: int) -> bool:
    """Whether the market is so regular, like a wave, that its moves can be told from what was long before."""
    steps = np.diff(np.log(close))
    bars = np.arange(_LATE + _MEMORY, len(close) - ahead)
    if len(bars) < 4 * _MEMORY:
        return False
    past = np.column_stack([steps[bars - _LATE - back] for back in range(1, _MEMORY + 1)])
    moves = np.log(close[bars + ahead] / close[bars])
    fitted = past @ np.linalg.lstsq(past, moves, rcond=None)[0]
    moved = moves != 0.0
    right = np.count_nonzero(((fitted > 0.0) == (moves > 0.0))[moved])
    return bool(right > _REGULAR * np.count_nonzero(moved))


def _told(close: Floats, events: Events, ahead: int, late: bool) -> Told | None:
    bars = np.arange(_LATE, len(close) - ahead)
    moves = np.zeros(len(close), np.int64)
    if late:
        passed = np.sign(close[bars] - close[bars - _LATE])
        coming = np.sign(close[bars + ahead] - close[bars - _LATE])
        moves[bars] = np.where(passed * coming < 0, coming, 0)
    else:
        moves[bars] = np.sign(close[bars + ahead] - close[bars])
    kept = _apart(events.bars, moves, ahead)
    chosen = np.isin(events.bars, kept)
    directions, real = events.directions[chosen], moves[events.bars[chosen]]
    number, right = len(real), int(np.count_nonzero(directions == real))
    if number < _EVENTS or right < _SHARE * number:
        return None
    ups = np.count_nonzero(moves > 0) / np.count_nonzero(moves)
    chance = np.where(directions > 0, ups, 1.0 - ups)
    deviation = float(np.sqrt((chance * (1.0 - chance)).sum()))
    return Told(ahead, right, number) if right - chance.sum() >= _DEVIATIONS * deviation else None


def _apart(bars: Integers, moves: Integers, ahead: int) -> list[int]:
    """Of events at which there was a move those that do not share it: so many bars apart."""
    kept: list[int] = []
    for bar in bars[moves[bars] != 0].tolist():
        if not kept or bar >= kept[-1] + ahead:
            kept.append(bar)
    return kept


def _finding(subject: Subject, events: Events, told: Told) -> Finding:
    time = int(subject.bars.time[events.bars[0]])
    return Finding(
        severity="error",
        kind="look_ahead",
        column=events.name,
        message=(
            f"{events.name} knows prices that it is not given: told the bars {_LATE} late, it still has the direction "
            f"of the next {count(told.ahead, 'bar')} right {told.right:,} times of {told.number:,}, "
            f"first at {format_time(time)}"
        ),
        cure="decide by the bars and series that are handed in, not by data read or kept from elsewhere",
        where=place_of_rule(subject),
        bars_ahead=told.ahead,
        first_time=time,
    )
