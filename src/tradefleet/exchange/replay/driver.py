"""Who plays the market: at its pace, and holding where clients may act."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tradefleet.exchange.replay.clock import MarketClock
from tradefleet.exchange.replay.moments import DrivenMarket, Moment
from tradefleet.exchange.replay.pace import Pace
from tradefleet.market.errors import ParameterError
from tradefleet.market.time import SECOND

# The shortest nap: what rounding leaves of a wait must not become a busy loop.
_SHORTEST = 1e-6


@dataclass(frozen=True, slots=True)
class Held:
    """Where the market holds: its time, whether inside a bar, or at the end of the data."""

    time: int
    inside: bool = False
    ended: bool = False


class Driver:
    """Plays a market until its data ends; nobody else moves its prices or its clock.

    `clock` is the market's, `sleep` waits for seconds of real time. `run` is the task that does it; the rest may be
    called from other tasks of its event loop.
    """

    def __init__(
        self,
        market: DrivenMarket,
        clock: MarketClock,
        pace: Pace,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.done = asyncio.Event()
        self._market = market
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._going = asyncio.Event()
        self._going.set()
        self._changed = asyncio.Event()
        self._stepping = asyncio.Lock()
        self._holding = asyncio.Event()
        self._released = asyncio.Event()
        # Nobody waits for a hold that will not come.
        self._unstepped = asyncio.Event()
        self._held = Held(clock.now())
        self._played = clock.now()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    async def run(self) -> None:
        """Play all there is."""
        try:
            while self._market.next_time() is not None:
                await self._step()
        finally:
            self._end()

    async def _step(self) -> None:
        for moment in self._market.phases():
            self._wake(self._played)
            if moment.hold:
                await self._hold(moment)
            else:
                await self._reach(moment.time)
            self._played = moment.time
        self._wake(self._played)

    @property
    def pace(self) -> Pace:
        """How fast it goes; may be set at any time."""
        return self._pace

    @pace.setter
    def pace(self, pace: Pace) -> None:
        self._pace = pace
        self._clock.stand()
        self._changed.set()
        if pace.steps:
            self._unstepped.clear()
        else:
            self._unstepped.set()
            self._release()

    @property
    def paused(self) -> bool:
        """Whether it stands still until `resume`."""
        return not self._going.is_set()

    def pause(self) -> None:
        """Stand still, at the latest at the next moment something would happen."""
        self._going.clear()
        self._clock.stand()
        self._changed.set()

    def resume(self) -> None:
        """Go on."""
        self._going.set()

    @property
    def now(self) -> int:
        """The market's time."""
        return self._clock.now()

    async def step(self, count: int = 1, *, inside: bool = True) -> Held:
        """Play so many steps, and give where the market holds then: the next bars' open, with closed bars told.

        With `inside` it also comes back where it holds within a bar, after orders have filled that a client may want to
        protect; call it again to go on. Without it, such holds are passed. A market that stops to go by steps meanwhile
        ends it. Raises ParameterError for a market that does not go by steps.
        """
        if not self._pace.steps:
            raise ParameterError("the market does not go by steps", where="step", cure="set its pace to step")
        async with self._stepping:
            await self._until_held()
            for _ in range(count):
                held = await self._on(inside)
                if held.ended or held.inside or not self._pace.steps:
                    break
        return self._held

    async def _on(self, inside: bool) -> Held:
        """Go on from one hold to the next."""
        while not self._held.ended and self._pace.steps:
            self._release()
            await self._until_held()
            if inside or not self._held.inside:
                break
        return self._held

    async def _until_held(self) -> None:
        """Wait until the market holds, or does not go by steps any more."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._holding, self._unstepped)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def wait_until(self, time: int) -> None:
        """Come back when all that happens up to a time has happened, or the data has ended."""
        if time <= self._played or self.done.is_set():
            return
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (time, next(self._numbers), future))
        await future

    async def _reach(self, time: int) -> None:
        """Come to a time."""
        await self._going.wait()
        if self._pace.flows:
            self._clock.flow(self._pace.speed)
        self._clock.allow(time)
        while (left := time - self._clock.now()) > 0:
            await self._nap(left / SECOND / (self._pace.speed or 1.0))
            await self._going.wait()
            if self._pace.flows:
                self._clock.flow(self._pace.speed)
            self._clock.allow(time)

    async def _hold(self, moment: Moment) -> None:
        """Stand where clients may act: until a step, or as long as the pace says."""
        if self._pace.steps:
            self._clock.stand()
            self._held = Held(moment.time, moment.inside)
            self._holding.set()
            await self._released.wait()
            self._released.clear()
        elif self._pace.hold:
            self._clock.stand()
            await self._nap(self._pace.hold / 1000)
        else:
            await self._sleep(0)

    def _release(self) -> None:
        if self._holding.is_set() and not self._held.ended:
            self._holding.clear()
            self._released.set()

    async def _nap(self, seconds: float) -> None:
        """Sleep, unless the pace changes meanwhile."""
        self._changed.clear()
        tasks = [
            asyncio.ensure_future(self._sleep(max(seconds, _SHORTEST))),
            asyncio.ensure_future(self._changed.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _wake(self, time: int) -> None:
        while self._waiting and self._waiting[0][0] <= time:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)

    def _end(self) -> None:
        self._clock.stand()
        self._held = Held(self._clock.now(), ended=True)
        self._holding.set()
        self.done.set()
        self._wake(2**63)
