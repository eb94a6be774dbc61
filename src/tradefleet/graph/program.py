"""Conditions of many combinations at once: comparisons and logic over columns, a stretch of bars at a time.

A program says what is compared with what; which columns or numbers those are differs by combination. This one source
runs plain and compiled. A stretch is short enough for its columns to stay in the processor's cache
for all combinations.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Truths = NDArray[np.uint8]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# What an instruction does with its operands; the result goes into a slot.
LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, UNEQUAL, AND, OR, COLUMN, CONSTANT, EMIT = range(11)
# Bars at a time.
STRETCH = 2048
_WORD = 8


class Instruction(NamedTuple):
    """Comparisons: operands `a` and `b`, `delay` bars earlier (false before the first bar). AND, OR: slots `a` and `b`.
    COLUMN: operand `a`. CONSTANT: `a` is 0 or 1. EMIT: slot `a` gives the flag `b`; `slot` is where the result goes."""

    code: int
    a: int
    b: int
    slot: int
    delay: int = 0


class Operands(NamedTuple):
    """For each combination (a row) and operand: the row of its column, or -1 and a number instead.

    `numbers` and `truths` have a row a column; bars before `lookbacks` have no signal.
    """

    rows: Integers
    scalars: Floats
    numbers: Floats
    truths: Truths
    lookbacks: Integers


class Room(NamedTuple):
    """Room for one stretch: truths by slot, the flags they give (`words` are the same, eight at a time), and two
    numbers repeated."""

    slots: Truths
    flags: Truths
    words: Integers
    left: Floats
    right: Floats


class Events(NamedTuple):
    """The bars of each combination (a row) that have a flag, in order: sixteen times the bar, and its flags.

    `counts` says how many a row has; those for which there is no room are counted and not written.
    """

    marks: NDArray[np.int32]
    counts: Integers


# Flags in an event.
FLAGS = 16


def new_room(slots: int) -> Room:
    """Room for a program of so many slots."""
    flags = np.zeros(STRETCH, np.uint8)
    slotted = np.empty((max(slots, 1), STRETCH), np.uint8)
    return Room(slotted, flags, flags.view(np.int64), np.empty(STRETCH), np.empty(STRETCH))


def new_events(combinations: int, most: int) -> Events:
    """Events of so many combinations, none yet, with room for so many of each."""
    return Events(np.empty((combinations, most + 1), np.int32), np.zeros(combinations, np.int64))


def run_program(
    program: Integers, operands: Operands, first: int, last: int, begin: int, end: int, room: Room, events: Events
) -> None:
    """Write the events of combinations `first` to before `last` for the bars from `begin` to before `end`.

    Bar `begin` is bar 0 of the events.
    """
    for start in range(begin, end, STRETCH):
        stop = min(start + STRETCH, end)
        length = stop - start
        for row in range(first, last):
            blind = min(operands.lookbacks[row] - start, length)
            if blind == length:
                continue
            flags = room.flags[: -(-length // _WORD) * _WORD]
            for bar in range(len(flags)):
                flags[bar] = 0
            for step in range(len(program)):
                _run(program[step], operands, row, start, stop, room, flags[:length])
            for bar in range(blind):
                flags[bar] = 0
            _collect(room, len(flags) // _WORD, start - begin, events.marks[row], events.counts, row)


def _collect(room: Room, words: int, begin: int, marks: NDArray[np.int32], counts: Integers, row: int) -> None:
    """Add the events of a stretch to those of a combination."""
    count, last = counts[row], len(marks) - 1
    for word in range(words):
        if room.words[word] != 0:
            for bar in range(word * _WORD, word * _WORD + _WORD):
                # Written in any case, and kept where there is a flag: which bars have one cannot be foreseen.
                marks[min(count, last)] = (begin + bar) * FLAGS + int(room.flags[bar])
                count += room.flags[bar] != 0
    counts[row] = count


def _run(instruction: Integers, operands: Operands, row: int, start: int, stop: int, room: Room, flags: Truths) -> None:
    code, a, b, length = instruction[0], instruction[1], instruction[2], stop - start
    if code == EMIT:
        _emit(room.slots[a, :length], b, flags)
        return
    result = room.slots[instruction[3], :length]
    if code == CONSTANT:
        result[:] = a
    elif code == COLUMN:
        _copy(operands.truths[operands.rows[row, a], start:stop], result)
    elif code in (AND, OR):
        _combine(code, room.slots[a, :length], room.slots[b, :length], result)
    else:
        late = max(0, min(instruction[4] - start, length))
        result[:late] = 0
        begin, shown = start + late - instruction[4], length - late
        # Compiled functions do not give arrays, so these are chosen here.
        one, other = operands.rows[row, a], operands.rows[row, b]
        left, right = room.left[:shown], room.right[:shown]
        if one >= 0:
            left = operands.numbers[one, begin : begin + shown]
        else:
            left[:] = operands.scalars[row, a]
        if other >= 0:
            right = operands.numbers[other, begin : begin + shown]
        else:
            right[:] = operands.scalars[row, b]
        _compare(code, left, right, result[late:])


def _copy(column: Truths, result: Truths) -> None:
    for bar in range(len(result)):
        result[bar] = column[bar]


def _emit(slot: Truths, flag: int, out: Truths) -> None:
    for bar in range(len(out)):
        out[bar] |= slot[bar] * np.uint8(flag)


def _combine(code: int, left: Truths, right: Truths, result: Truths) -> None:
    if code == AND:
        for bar in range(len(result)):
            result[bar] = left[bar] & right[bar]
    else:
        for bar in range(len(result)):
            result[bar] = left[bar] | right[bar]


def _compare(code: int, left: Floats, right: Floats, result: Truths) -> None:
    if code == LESS:
        for bar in range(len(result)):
            result[bar] = left[bar] < right[bar]
    elif code == LESS_EQUAL:
        for bar in range(len(result)):
            result[bar] = left[bar] <= right[bar]
    elif code == GREATER:
        for bar in range(len(result)):
            result[bar] = left[bar] > right[bar]
    elif code == GREATER_EQUAL:
        for bar in range(len(result)):
            result[bar] = left[bar] >= right[bar]
    elif code == EQUAL:
        for bar in range(len(result)):
            result[bar] = left[bar] == right[bar]
    else:
        # Not !=, which is true for NaN.
        for bar in range(len(result)):
            result[bar] = (left[bar] < right[bar]) | (left[bar] > right[bar])
