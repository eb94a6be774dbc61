"""The rule for inputs that are not finite: the last finite value stands in for them, and they are counted.

TA-Lib's streaming handles refuse NaN and its arrays carry NaN for ever; an expression can make one on a dead bar.
Before the first finite value there is nothing to stand in: those bars do not count towards the warm-up.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tradefleet.graph.node import Column, Run


def fill_column(values: Any, run: Run) -> tuple[Column, int]:
    """A float64 column filled forward, and the index of its first finite value (its length when none is)."""
    if run.is_field(values):
        return values, 0
    column = np.broadcast_to(np.asarray(values, dtype=np.float64), (run.length,))
    finite = np.isfinite(column)
    first = int(np.argmax(finite)) if finite.any() else run.length
    missing = int(np.count_nonzero(~finite[first:]))
    if missing:
        run.count_replaced(missing)
        position = np.where(finite, np.arange(run.length), first)
        np.maximum.accumulate(position, out=position)
        column = column[position]
    if first:
        column = column.copy()
        column[:first] = np.nan
    return np.ascontiguousarray(column), first


class Filler:
    """The same rule, one bar at a time; `ready` once every input has had a finite value."""

    def __init__(self, count: int, run: Run) -> None:
        self._last: list[float | None] = [None] * count
        self._run = run
        self.ready = count == 0

    def fill(self, inputs: tuple[float, ...]) -> tuple[float, ...]:
        """The inputs with the last finite value in place of those that are not finite."""
        last = self._last
        for index, value in enumerate(inputs):
            if value - value == 0.0:
                last[index] = float(value)
            elif last[index] is not None:
                self._run.replaced += 1
        if not self.ready:
            self.ready = None not in last
        return tuple(last)  # type: ignore[arg-type]
