"""A selector that never waits."""

from __future__ import annotations

import itertools
import selectors
from collections.abc import Callable
from typing import Any

from tradefleet.market.time import SECOND

# A program that has done so much at one instant is taken to be waiting for the time to pass, ...
_TURNS_AT_ONCE = 1_000
# ... and then each turn takes as long as one of a slow machine.
_TURN = 100_000


class JumpingSelector(selectors.DefaultSelector):
    """When no socket is ready, it moves the clock by what it was asked to wait.

    `stuck` is called where there is nothing to wait for.
    """

    def __init__(self, stuck: Callable[[], None]) -> None:
        super().__init__()
        # Nanoseconds.
        self.elapsed = 0
        self._stuck = stuck
        self._turns = 0
        self._numbers = itertools.count()
        self._order: dict[int, int] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = super().register(fileobj, events, data)
        self._order[key.fd] = next(self._numbers)
        return key

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout != 0:
            if timeout is None:
                self._stuck()
            else:
                self.wait(max(1, round(timeout * SECOND)))
            return []
        self._turns += 1
        if self._turns > _TURNS_AT_ONCE:
            self.elapsed += _TURN
        # Sockets that are ready together are served in the order they were opened, whatever the system says.
        return ready if len(ready) < 2 else sorted(ready, key=lambda pair: self._order[pair[0].fd])

    def wait(self, nanoseconds: int) -> None:
        """Let so much time pass."""
        self.elapsed += nanoseconds
        self._turns = 0
