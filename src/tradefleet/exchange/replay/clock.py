"""The market's clock: it stands where it is put, or flows as a wall clock does, a number of times as fast."""

from __future__ import annotations

from collections.abc import Callable


class MarketClock:
    """Market time in UTC nanoseconds; it never goes back as long as `wall` does not.

    `wall` gives nanoseconds of real time, from anywhere; without it the clock can only stand. It never passes the time
    it has been allowed to go to, so that nothing can happen after something that has not been played yet.

    >>> clock = MarketClock(100)
    >>> clock.allow(200)
    >>> clock.now()
    200
    """

    def __init__(self, start: int, wall: Callable[[], int] | None = None) -> None:
        self._wall = wall
        self._limit = start
        self._speed = 0.0
        self._since = (start, 0)

    def now(self) -> int:
        """The time."""
        if self._speed == 0.0 or self._wall is None:
            return self._limit
        market, wall = self._since
        return min(self._limit, market + int((self._wall() - wall) * self._speed))

    def allow(self, time: int) -> None:
        """It may go on up to `time`; a clock that stands is there at once."""
        self._limit = max(self._limit, time)

    def flow(self, speed: float) -> None:
        """Flow from now on, so many times as fast as the wall clock; where it does already, nothing changes."""
        if self._wall is None:
            raise ValueError("a clock without a wall clock cannot flow")
        if speed != self._speed:
            self._since = (self.now(), self._wall())
            self._speed = speed

    def stand(self) -> None:
        """Stand still from now on."""
        self._limit = self.now()
        self._speed = 0.0
