"""The rules data is judged by: what no bar may be, and what a user should look at.

Import and check use the same rules, so what one lets in the other does not complain about.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.bars import COLUMNS, PRICES, Times
from tradefleet.market.time import format_time
from tradefleet.market.timeframe import Timeframe
from tradefleet.storage.catalog.columns import Columns

Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]

# Kinds of error, by the code that marks a row; 0 is a row without error.
FAULTS = (
    "none",
    "unreadable",
    "not a number",
    "price not positive",
    "high below low",
    "open or close outside",
    "negative volume",
    "out of order",
    "duplicate time",
    "too close",
)
(UNREADABLE, NOT_A_NUMBER, PRICE, HIGH_LOW, OUTSIDE, VOLUME, ORDER, DUPLICATE, TOO_CLOSE) = range(1, len(FAULTS))

# A move is an outlier when it is this many times the usual one around it ...
OUTLIER_FACTOR = 30.0
# ... and at least this large: the ticks of a quiet market are not outliers.
OUTLIER_LEAST = 0.005
# A move this large is one whatever is usual: a price times 2.7, as a slipped decimal point makes.
OUTLIER_MOST = 1.0
# The usual move is the median over blocks of so many bars, but never below the whole series' median.
OUTLIER_BLOCK = 1000


def value_faults(columns: Columns) -> NDArray[np.int8]:
    """For each row the first rule its values break, as an index into FAULTS."""
    high, low = columns.high, columns.low
    top, bottom = np.maximum(columns.open, columns.close), np.minimum(columns.open, columns.close)
    with np.errstate(invalid="ignore"):
        broken = (
            (NOT_A_NUMBER, ~np.isfinite(columns[1:]).all(axis=0)),
            (PRICE, np.minimum(low, bottom) <= 0),
            (PRICE, high <= 0),
            (HIGH_LOW, high < low),
            (OUTSIDE, (high < top) | (low > bottom)),
            (VOLUME, columns.volume < 0),
        )
    faults = np.zeros(columns.rows, np.int8)
    for fault, mask in broken:
        faults[mask & (faults == 0)] = fault
    return faults


def value_reason(fault: int, columns: Columns, row: int) -> str:
    """What is wrong with a row's values, with the values."""
    values = {name: float(getattr(columns, name)[row]) for name in COLUMNS}
    if fault == NOT_A_NUMBER:
        return next(f"{n} is {v!r}, not a number" for n, v in values.items() if not np.isfinite(v))
    if fault == PRICE:
        return next(f"{n} is {values[n]!r}, a price must be above 0" for n in PRICES if values[n] <= 0)
    if fault == HIGH_LOW:
        return f"high {values['high']!r} is below low {values['low']!r}"
    if fault == OUTSIDE:
        name = next(n for n in ("open", "close") if not values["low"] <= values[n] <= values["high"])
        return f"{name} {values[name]!r} is outside low {values['low']!r} and high {values['high']!r}"
    return f"volume is {values['volume']!r}, it must not be negative"


def repeated(time: Times) -> tuple[Rows, Rows]:
    """For each distinct time in the order of first sight: its first and its last row."""
    order = np.argsort(time, kind="stable")
    starts = np.flatnonzero(np.diff(time[order], prepend=time[order][:1] - 1))
    ends = np.append(starts[1:], len(time)) - 1
    first, last = order[starts], order[ends[: len(starts)]]
    seen = np.argsort(first)
    return first[seen], last[seen]


def rising(time: Times) -> Mask:
    """The rows of a longest rising sequence, earlier rows preferred: the others are out of order."""
    if (np.diff(time) > 0).all():
        return np.ones(len(time), dtype=bool)
    # Patience sorting, from the end so that of two swapped bars the second is the one out of order.
    tails: list[int] = []
    tail_rows: list[int] = []
    before = np.empty(len(time), np.intp)
    for row in range(len(time) - 1, -1, -1):
        key = -int(time[row])
        place = bisect_right(tails, key)
        before[row] = tail_rows[place - 1] if place else -1
        if place == len(tails):
            tails.append(key)
            tail_rows.append(row)
        else:
            tails[place], tail_rows[place] = key, row
    keep = np.zeros(len(time), dtype=bool)
    row = tail_rows[-1]
    while row >= 0:
        keep[row] = True
        row = int(before[row])
    return keep


class Remark(NamedTuple):
    """A kind of warning, the rows it is about, and what to say about the k-th of them."""

    kind: str
    rows: Rows
    reason: Callable[[int], str]


def absent_bars(time: Times, timeframe: Timeframe) -> NDArray[np.int64]:
    """Between each bar and the one before: how many bars of the timeframe are absent (0 for the first)."""
    absent = np.zeros(len(time), np.int64)
    absent[1:] = np.maximum(np.diff(time) // timeframe.nanoseconds - 1, 0)
    return absent


def remarks(columns: Columns, timeframe: Timeframe) -> list[Remark]:
    """The warnings about rising, valid columns: gap, outlier, zero volume, off grid; empty kinds left out."""
    time = columns.time
    absent = absent_bars(time, timeframe)
    gaps = np.flatnonzero(absent)
    moves = _moves(columns, timeframe)
    outliers = np.flatnonzero(moves.unusual)
    # A series without any volume, as forex often is, needs no warning at every bar.
    dead = np.flatnonzero(columns.volume == 0) if columns.volume.any() else np.empty(0, np.intp)
    off = np.flatnonzero(time != period_starts(time, timeframe))
    found = (
        Remark("gap", gaps, lambda k: _gap_reason(columns, int(gaps[k]), int(absent[gaps[k]]))),
        Remark("outlier", outliers, lambda k: moves.reason(columns, int(outliers[k]))),
        Remark("zero volume", dead, lambda k: "volume is 0"),
        Remark("off grid", off, lambda k: f"opens at {format_time(int(time[off[k]]))}, not on a {timeframe} period"),
    )
    return [remark for remark in found if len(remark.rows)]


def period_starts(time: Times, timeframe: Timeframe) -> Times:
    """The open times of the periods that hold the times; `Timeframe.start` for arrays."""
    offset = timeframe.start(0) % timeframe.nanoseconds
    return (time - offset) // timeframe.nanoseconds * timeframe.nanoseconds + offset


def _gap_reason(columns: Columns, row: int, absent: int) -> str:
    bars = "bar is" if absent == 1 else "bars are"
    return f"{absent} {bars} absent after {format_time(int(columns.time[row - 1]))}"


class _Moves(NamedTuple):
    size: NDArray[np.float64]
    unusual: Mask

    def reason(self, columns: Columns, row: int) -> str:
        before, high, low = (float(c) for c in (columns.close[row - 1], columns.high[row], columns.low[row]))
        value, name = (high, "high") if high * low >= before * before else (low, "low")
        return f"{name} {value!r} is {abs(value / before - 1):.1%} from the close before, {before!r}"


def _moves(columns: Columns, timeframe: Timeframe) -> _Moves:
    """How far each bar reaches from the close before it, and whether that is out of all proportion.

    The reach is the larger of |ln(high / close before)| and |ln(low / close before)|, divided by the square
    root of the periods in between so that a gap is not an outlier.
    """
    if columns.rows < 3:
        return _Moves(np.zeros(columns.rows), np.zeros(columns.rows, dtype=bool))
    before = np.log(columns.close[:-1])
    up, down = np.log(columns.high[1:]) - before, before - np.log(columns.low[1:])
    periods = np.maximum(np.diff(columns.time) / timeframe.nanoseconds, 1.0)
    size = np.zeros(columns.rows)
    size[1:] = np.maximum(up, down) / np.sqrt(periods)
    usual = _usual(size[1:])
    unusual = np.zeros(columns.rows, dtype=bool)
    unusual[1:] = size[1:] > np.clip(OUTLIER_FACTOR * usual, OUTLIER_LEAST, OUTLIER_MOST)
    return _Moves(size, unusual)


def _usual(size: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = len(size) // OUTLIER_BLOCK * OUTLIER_BLOCK
    overall = float(np.median(size))
    usual = np.full(len(size), overall)
    if whole:
        blocks = np.median(size[:whole].reshape(-1, OUTLIER_BLOCK), axis=1)
        usual[:whole] = np.maximum(np.repeat(blocks, OUTLIER_BLOCK), overall)
        usual[whole:] = max(float(blocks[-1]), overall)
    return usual
