"""Combinations cut into tasks, as workers ask for them."""

from __future__ import annotations

from collections import deque
from typing import Any, Self

import numpy as np

from tradefleet.research.parallel import Outcome, Task
from tradefleet.research.search.combinations import Combinations

# A task of several combinations is to take about so long, in seconds: long beside what sending it takes, short beside
# what is lost when it comes to nothing. Its results are held twice while they are sent.
_SECONDS = 1.0
_MOST = 8_192
# A task takes at most this part of what is left, so that all workers end at about the same time.
_PART = 4


class Slices:
    """Tasks of some combinations each, `size` of them at first and more while that is quick; or of one each.

    Where a task of several comes to nothing, each of its combinations is given by itself. Having no task for now does
    not mean that none will come: those of the next call, or of a slice that failed.

    >>> from tradefleet.research.search.combinations import Combinations
    >>> slices = Slices("ema_cross", 1)
    >>> slices.begin(Combinations.of([{"fast": 5}, {"fast": 9}]), "measure")
    >>> [task.name for task in slices], slices.open
    (['ema_cross with fast=5', 'ema_cross with fast=9'], True)
    """

    def __init__(self, name: str, size: int, timeout: float = 300.0) -> None:
        self._name = name
        self._size = size
        self._varies = size > 1
        self._seconds = min(_SECONDS, timeout / 8)
        self._combinations = Combinations((), (), np.empty((0, 0), np.int32))
        self._asked: Any = None
        self._left: deque[range] = deque()
        self._given: dict[int, range] = {}
        self._number = 0

    def begin(self, combinations: Combinations, asked: Any) -> None:
        """Have the next tasks be those of these combinations; each payload is some of them, and what is asked."""
        self._combinations, self._asked = combinations, asked
        self._left = deque([range(len(combinations))] if len(combinations) else [])
        self._given.clear()

    @property
    def open(self) -> bool:
        """Whether tasks are under way or still to be given."""
        return bool(self._left or self._given)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Task:
        if not self._left:
            raise StopIteration
        rows = self._left.popleft()
        count = min(self._size, -(-len(rows) // _PART))
        rest, rows = rows[count:], rows[:count]
        if rest:
            self._left.appendleft(rest)
        number, self._number = self._number, self._number + 1
        self._given[number] = rows
        some = self._combinations.take(slice(rows.start, rows.stop))
        return Task(number, self._title(rows), (some, self._asked))

    def take(self, outcome: Outcome) -> range | None:
        """The rows that an outcome is of; None where each of them is given again."""
        rows = self._given.pop(outcome.number)
        if outcome.error is not None and len(rows) > 1:
            self._left.extend(rows[place : place + 1] for place in range(len(rows)))
            return None
        if self._varies and outcome.error is None:
            self._adapt(len(rows), outcome.seconds)
        return rows

    def _adapt(self, count: int, seconds: float) -> None:
        if seconds < self._seconds:
            self._size = max(self._size, min(2 * count, _MOST))
        elif seconds > 4 * self._seconds:
            self._size = max(1, min(self._size, count // 2))

    def _title(self, rows: range) -> str:
        if len(rows) > 1:
            return f"{len(rows)} combinations of {self._name}"
        values = self._combinations[rows.start]
        return f"{self._name} with {', '.join(f'{name}={value}' for name, value in values.items())}"
