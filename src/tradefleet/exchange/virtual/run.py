"""A program in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tradefleet.exchange.virtual.clocks import told
from tradefleet.exchange.virtual.loop import VirtualLoop

T = TypeVar("T")


def run_virtually(main: Callable[[], Coroutine[Any, Any, T]], *, start: int) -> T:
    """Run a coroutine function in virtual time, `start` being the first time in UTC nanoseconds; gives what it returns.

    The functions of `time` tell the virtual time meanwhile, but for `perf_counter`; a function that was kept elsewhere
    before does not, so clocks are best passed as `lambda: time.time_ns()`. Tasks that are left are cancelled at the
    end, and connections cut, as after `asyncio.run`.

    Raises RuntimeError where everything waits for something that can never come, telling what waits where, and where
    virtual time runs already.

    >>> import asyncio, time
    >>> async def nap() -> int:
    ...     await asyncio.sleep(3600)
    ...     return time.time_ns()
    >>> run_virtually(nap, start=0)
    3600000000000
    """
    loop = VirtualLoop()
    try:
        with (
            told(lambda: start + loop.elapsed, lambda: loop.elapsed, loop.pass_time),
            asyncio.Runner(loop_factory=lambda: loop) as runner,
        ):
            return runner.run(main())
    finally:
        loop.close()
