"""From the conditions of a strategy, traced with symbols, to a program that serves all combinations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tradefleet.graph import program
from tradefleet.graph.clock import BASE
from tradefleet.graph.constant import ALWAYS, NEVER
from tradefleet.graph.elementwise import AND, EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, OR, UNEQUAL
from tradefleet.graph.node import Node, Operation
from tradefleet.graph.program import Instruction, Integers
from tradefleet.graph.shift import Shift
from tradefleet.graph.symbolic import Symbolic
from tradefleet.research.decisions import FLAGS
from tradefleet.strategies.trace import Conditions

_COMPARISONS: Mapping[Operation, int] = {
    LESS: program.LESS,
    LESS_EQUAL: program.LESS_EQUAL,
    GREATER: program.GREATER,
    GREATER_EQUAL: program.GREATER_EQUAL,
    EQUAL: program.EQUAL,
    UNEQUAL: program.UNEQUAL,
}
_LOGIC: Mapping[Operation, int] = {AND: program.AND, OR: program.OR}


@dataclass(frozen=True, eq=False)
class Written:
    """A program, the nodes that its operands are, and how many bars later than each operand its slots know more.

    `delays` has for each operand the most bars that a comparison looks back at it.
    """

    code: Integers
    operands: tuple[Node, ...]
    delays: tuple[int, ...]
    slots: int


def written(conditions: Conditions) -> Written:
    """The program of some conditions; what it cannot say itself is an operand: a column of truths."""
    writer = _Writer()
    emitted = [
        Instruction(program.EMIT, writer.slot(node), flag, 0)
        for flag, node in zip(FLAGS, conditions, strict=True)
        if node is not NEVER
    ]
    code = np.array([*writer.code, *emitted], dtype=np.int64).reshape(-1, len(Instruction._fields))
    return Written(code, tuple(writer.operands), tuple(writer.delays), len(writer.slots))


class _Writer:
    """Gives every distinct node a slot of its own: a loop whose result lies in one of its inputs is slow."""

    def __init__(self) -> None:
        self.code: list[Instruction] = []
        self.operands: dict[Node, int] = {}
        self.delays: list[int] = []
        self.slots: dict[tuple[Node, int], int] = {}

    def slot(self, node: Node, delay: int = 0) -> int:
        """The slot of a condition so many bars earlier."""
        key = (node, delay)
        if key not in self.slots:
            instruction = self._instruction(node, delay)
            self.slots[key] = len(self.slots)
            self.code.append(instruction._replace(slot=self.slots[key]))
        return self.slots[key]

    def _instruction(self, node: Node, delay: int) -> Instruction:
        call = node.call
        if call.operation in _LOGIC and delay == 0 and call.clock in (BASE, None):
            left, right = (self.slot(source) for source in call.inputs)
            return Instruction(_LOGIC[call.operation], left, right, 0)
        if call.operation in _COMPARISONS and call.clock in (BASE, None):
            left, right = (self._operand(source, delay) for source in call.inputs)
            return Instruction(_COMPARISONS[call.operation], left, right, 0, delay)
        if delay == 0 and (node is ALWAYS or node is NEVER):
            return Instruction(program.CONSTANT, int(node is ALWAYS), 0, 0)
        if delay == 0 and isinstance(call.operation, Shift) and call.clock is BASE:
            (bars,), source = call.parameters, call.inputs[0]
            if not isinstance(bars, Symbolic) and source.call.operation in _COMPARISONS:
                return self._instruction(source, bars)
        return Instruction(program.COLUMN, self._operand(node, 0), 0, 0)

    def _operand(self, node: Node, delay: int) -> int:
        # By the dictionary's own look-up: nodes compared with == give a node.
        place = self.operands.setdefault(node, len(self.delays))
        if place == len(self.delays):
            self.delays.append(0)
        self.delays[place] = max(self.delays[place], delay)
        return place
