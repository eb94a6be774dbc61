"""What the levels of combinations are, as rows of choices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradefleet.graph.node import Node
from tradefleet.metrics.performance import Floats
from tradefleet.research.batch.columns import Columns
from tradefleet.research.batch.distinct import Rows, distinct, values_at
from tradefleet.research.batch.rounds import Bound
from tradefleet.research.batch.symbols import Symbols, constants, is_constant
from tradefleet.research.search.combinations import Combinations


@dataclass(frozen=True, eq=False)
class Level:
    """A level of some combinations: `choice` is for each the row of `values` that it has.

    `values` has one value a row, or one a bar.
    """

    values: Floats
    choice: Rows

    @property
    def each(self) -> Floats:
        """The value of each combination, where it is one for all bars."""
        found: Floats = self.values[self.choice, 0]
        return found


def constant_level(node: Node, combinations: Combinations, symbols: Symbols) -> Level:
    """A level that is the same at every bar; equal values are one choice."""
    names = symbols.of(node)
    groups = distinct(combinations, names)
    found = constants(node, [values_at(combinations, int(row), names) for row in groups.first])
    values, choice = np.unique(found, return_inverse=True)
    return Level(values[:, np.newaxis], choice[groups.group])


def level_of(node: Node, combinations: Combinations, symbols: Symbols, columns: Columns, begin: int, end: int) -> Level:
    """A level, whether it is the same at every bar or not, whose columns are there; of bars `begin` to `end`."""
    if is_constant(node):
        return constant_level(node, combinations, symbols)
    bound = Bound.of(node, combinations, symbols)
    return Level(
        np.array([columns.column(one)[begin:end] for one in bound.nodes if one is not None], np.float64), bound.choice
    )
