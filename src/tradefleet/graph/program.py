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
    """Room for one stretch: truths by slot, and two numbers repeated."""

    slots: Truths
    left: Floats
    right: Floats


def new_room(slots: int) -> Room:
    """Room for a program of so many slots."""
    return Room(np.empty((max(slots, 1), STRETCH), np.uint8), np.empty(STRETCH), np.empty(STRETCH))


def run_program(
    program: Integers, operands: Operands, first: int, last: int, begin: int, end: int, room: Room, signals: Truths
) -> None:
    """Write the flags of combinations `first` to before `last` for the bars from `begin` to before `end`.

    `signals` has a row a combination; bar `begin` goes to its first column.
    """
    for start in range(begin, end, STRETCH):
        stop = min(start + STRETCH, end)
        for row in range(first, last):
            out = signals[row, start - begin : stop - begin]
            for bar in range(len(out)):
                out[bar] = 0
            for step in range(len(program)):
                _run(program[step], operands, row, start, stop, room, out)
            blind = min(operands.lookbacks[row] - start, stop - start)
            for bar in range(blind):
                out[bar] = 0


def _run(instruction: Integers, operands: Operands, row: int, start: int, stop: int, room: Room, out: Truths) -> None:
    code, a, b, length = instruction[0], instruction[1], instruction[2], stop - start
    if code == EMIT:
        _emit(room.slots[a, :length], b, out)
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
