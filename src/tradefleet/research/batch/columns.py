"""Columns of all nodes that combinations need, each evaluated once and kept while there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.node import Node
from tradefleet.graph.plan import Evaluation, Plan
from tradefleet.market.errors import UserError

Evaluate = Callable[[Plan], Evaluation]


@dataclass(eq=False)
class Stack:
    """Columns of one type, a row each; more rows than are used, so that not every new one copies all."""

    rows: NDArray[np.generic]
    known: dict[Node, int] = field(default_factory=dict)

    def add(self, node: Node, column: NDArray[np.generic]) -> None:
        """Keep a column."""
        used = len(self.known)
        if used == len(self.rows):
            larger = np.empty((max(4, 2 * used), self.rows.shape[1]), self.rows.dtype)
            larger[:used] = self.rows
            self.rows = larger
        np.copyto(self.rows[used], column, casting="unsafe")
        self.known[node] = used


class Columns:
    """The columns of nodes over some bars, and the bars before the first value of each.

    `refused` has why a node could not be evaluated.
    """

    def __init__(self, bars: int, evaluate: Evaluate) -> None:
        self._bars = bars
        self._evaluate = evaluate
        self._empty()

    def _empty(self) -> None:
        self._stacks = {
            "number": Stack(np.empty((0, self._bars), np.float64)),
            "truth": Stack(np.empty((0, self._bars), np.uint8)),
        }
        self.lookbacks: dict[Node, int] = {}
        self.refused: dict[Node, str] = {}

    def need(self, nodes: Iterable[Node], memory: float) -> None:
        """Evaluate those that are not there yet; where all would take more bytes, the ones not needed are dropped."""
        wanted = list(dict.fromkeys(nodes))
        missing = [node for node in wanted if node not in self.lookbacks and node not in self.refused]
        if not missing:
            return
        if self.bytes_of([*self.lookbacks, *missing]) > memory:
            self._empty()
            missing = wanted
        # Room at once, rather than by doubling.
        for kind, stack in self._stacks.items():
            count = len(stack.known) + sum(node.kind == kind for node in missing)
            if count > len(stack.rows):
                larger = np.empty((count, self._bars), stack.rows.dtype)
                larger[: len(stack.known)] = stack.rows[: len(stack.known)]
                stack.rows = larger
        self._take(missing)

    def bytes_of(self, nodes: Sequence[Node]) -> float:
        """What the columns of nodes take."""
        return float(sum(8 if node.kind == "number" else 1 for node in nodes) * self._bars)

    def _take(self, nodes: Sequence[Node]) -> None:
        try:
            evaluation = self._evaluate(Plan(nodes))
        except UserError as error:
            if len(nodes) == 1:
                self.refused[nodes[0]] = str(error)
                return
            # Whose fault it is shows one by one.
            for node in nodes:
                self._take([node])
            return
        for node, column, lookback in zip(nodes, evaluation.columns, evaluation.lookbacks, strict=True):
            self._stacks[node.kind].add(node, column)
            self.lookbacks[node] = lookback

    def row(self, node: Node) -> int:
        """The row of a node among those of its kind."""
        return self._stacks[node.kind].known[node]

    def column(self, node: Node) -> NDArray[np.generic]:
        """The column of a node."""
        stack = self._stacks[node.kind]
        column: NDArray[np.generic] = stack.rows[stack.known[node]]
        return column

    @property
    def stacked(self) -> Mapping[str, NDArray[np.generic]]:
        """All rows of each kind."""
        return {kind: stack.rows for kind, stack in self._stacks.items()}
