"""Programs of conditions give what plans give, plain."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.indicators.samples import strange

from tradefleet.graph import Node, Plan, close, constant, high, low, open_, rolling_mean, volume
from tradefleet.graph import program as of
from tradefleet.graph.program import FLAGS, STRETCH, Instruction, Operands, new_events, new_room, run_program

EXAMPLES = int(os.environ.get("TRADEFLEET_EXAMPLES", "80"))
MANY = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 1000, suppress_health_check=list(HealthCheck)
)
COMPARE: Mapping[int, Any] = {
    of.LESS: np.less,
    of.LESS_EQUAL: np.less_equal,
    of.GREATER: np.greater,
    of.GREATER_EQUAL: np.greater_equal,
    of.EQUAL: np.equal,
    of.UNEQUAL: lambda one, other: (one < other) | (one > other),
}


def random_program(random: np.random.Generator, count: int, operands: int, truths: int) -> list[Instruction]:
    """A program of `count` slots, and at its end flags from some of them; the last operands are truths."""
    code = []
    for slot in range(count):
        kind = int(random.choice([*COMPARE, of.AND, of.OR, of.COLUMN, of.CONSTANT]))
        if kind in (of.AND, of.OR) and slot == 0:
            kind = of.LESS
        if kind in COMPARE:
            a, b = random.integers(0, operands, 2).tolist()
            code.append(Instruction(kind, a, b, slot, int(random.choice([0, 0, 1, 3, 5000]))))
        elif kind in (of.AND, of.OR):
            code.append(Instruction(kind, *random.integers(0, slot, 2).tolist(), slot))
        elif kind == of.COLUMN:
            code.append(Instruction(kind, operands + int(random.integers(truths)), 0, slot))
        else:
            code.append(Instruction(kind, int(random.integers(2)), 0, slot))
    return [*code, *(Instruction(of.EMIT, int(random.integers(count)), flag, 0) for flag in (1, 2, 4, 8))]


def by_arrays(code: list[Instruction], operands: Operands, row: int) -> Any:
    """The flags of all bars, computed on whole arrays."""
    bars = operands.numbers.shape[1]
    slots: dict[int, Any] = {}
    flags = np.zeros(bars, np.int64)
    for kind, a, b, slot, delay in code:
        if kind == of.EMIT:
            flags |= slots[a] * b
        elif kind == of.CONSTANT:
            slots[slot] = np.full(bars, a)
        elif kind == of.COLUMN:
            slots[slot] = operands.truths[operands.rows[row, a]].astype(int)
        elif kind in COMPARE:
            one, other = (
                operands.numbers[operands.rows[row, x]]
                if operands.rows[row, x] >= 0
                else np.full(bars, operands.scalars[row, x])
                for x in (a, b)
            )
            held = COMPARE[kind](one, other).astype(int)
            slots[slot] = np.concatenate((np.zeros(min(delay, bars), int), held))[:bars]
        else:
            slots[slot] = slots[a] & slots[b] if kind == of.AND else slots[a] | slots[b]
    flags[: max(0, operands.lookbacks[row])] = 0
    return flags


def random_operands(random: np.random.Generator, bars: int, operands: int, truths: int, rows: int) -> Operands:
    """Columns of few values, unknown ones among them, and numbers."""
    numbers = random.choice([0.0, -0.0, 1.0, 2.0, np.nan], (4, bars))
    chosen = np.column_stack([random.integers(-1, 4, (rows, operands)), random.integers(0, 2, (rows, truths))])
    scalars = random.choice([0.0, 1.0, 2.0, np.nan], (rows, operands + truths))
    lookbacks = random.choice([0, 1, 7, bars, bars + 9], rows)
    return Operands(chosen, scalars, numbers, random.integers(0, 2, (2, bars)).astype(np.uint8), lookbacks)


def flags_of(events: Any, row: int, bars: int) -> Any:
    """The flags of all bars, from the events."""
    marks = events.marks[row, : events.counts[row]].astype(np.int64)
    assert (np.diff(marks // FLAGS) > 0).all() and (marks % FLAGS > 0).all()
    flags = np.zeros(bars, np.int64)
    flags[marks // FLAGS] = marks % FLAGS
    return flags


def check(seed: int, bars: int, run: Any = run_program) -> None:
    random = np.random.default_rng(seed)
    slots, rows = int(random.integers(1, 6)), 3
    code, operands = random_program(random, slots, 3, 2), random_operands(random, bars, 3, 2, rows)
    begin, end = np.sort(random.integers(0, bars + 1, 2)).tolist()
    if random.random() < 0.5:
        begin, end = 0, bars
    events, packed = new_events(rows, end - begin), np.array(code, np.int64)
    # In two parts, as threads do it.
    for first, last in ((0, 1), (1, rows)):
        run(packed, operands, first, last, begin, end, new_room(slots), events)
    for row in range(rows):
        np.testing.assert_array_equal(flags_of(events, row, end - begin), by_arrays(code, operands, row)[begin:end])


@given(st.integers(0, 2**32), st.sampled_from([1, 7, 8, 9, 40]))
@MANY
def test_program_gives_what_whole_arrays_give(seed: int, bars: int) -> None:
    check(seed, bars)


def test_stretches_join() -> None:
    for seed in range(2):
        check(seed, STRETCH + 5)


def test_comparisons_are_those_of_plans() -> None:
    bars = strange(3, ["walk", "ticks", "dead", "flat", "walk"], 100.0)
    dead = close / volume
    nodes: list[tuple[Node, int, Node, Node]] = [
        (open_ < close, of.LESS, open_, close),
        (dead <= rolling_mean(close, 9), of.LESS_EQUAL, dead, rolling_mean(close, 9)),
        (high > low, of.GREATER, high, low),
        (dead >= constant(1.0), of.GREATER_EQUAL, dead, constant(1.0)),
        (open_ == close, of.EQUAL, open_, close),
        (dead != close, of.UNEQUAL, dead, close),
    ]
    for node, kind, left, right in nodes:
        plan = Plan([node, left, right]).over(bars)
        numbers = np.array([np.broadcast_to(column, len(bars)) for column in plan.columns[1:]], np.float64)
        operands = Operands(
            np.array([[0, 1]]), np.zeros((1, 2)), numbers, np.zeros((1, len(bars)), np.uint8), np.zeros(1, np.int64)
        )
        code = np.array([Instruction(kind, 0, 1, 0), Instruction(of.EMIT, 0, 1, 0)], np.int64)
        events = new_events(1, len(bars))
        run_program(code, operands, 0, 1, 0, len(bars), new_room(1), events)
        np.testing.assert_array_equal(flags_of(events, 0, len(bars)), plan.columns[0].astype(int), str(node))
