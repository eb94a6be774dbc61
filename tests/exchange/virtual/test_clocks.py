"""The process's clocks in virtual time, and after it."""

from __future__ import annotations

import asyncio
import importlib
import queue
import sys
import threading
import time
import types
from pathlib import Path

import aiohttp.connector
import ccxt.async_support
import pytest

from tradefleet.exchange.virtual import run_virtually

# A package of the same name hides it from an import statement.
throttler = importlib.import_module(f"{ccxt.async_support.__name__}.base.throttler")
START = 1_700_000_000 * 10**9
NAMES = ("time", "time_ns", "monotonic", "monotonic_ns", "sleep")


def clocks() -> dict[str, object]:
    return {name: getattr(time, name) for name in NAMES}


def test_clocks_that_clients_have_taken_by_name_are_told_too() -> None:
    async def main() -> None:
        await asyncio.sleep(5)
        assert (time.time(), time.time_ns()) == (START / 10**9 + 5, START + 5 * 10**9)
        assert (time.monotonic(), time.monotonic_ns()) == (5.0, 5 * 10**9)
        assert asyncio.get_running_loop().time() == 5.0
        # Idle connections are closed by this one, and requests are spaced by that.
        assert aiohttp.connector.monotonic() == 5.0
        assert throttler.time() == START / 10**9 + 5

    before = (clocks(), aiohttp.connector.monotonic, throttler.time, queue.time)
    run_virtually(main, start=START)
    assert before == (clocks(), aiohttp.connector.monotonic, throttler.time, queue.time)


def test_a_module_that_is_first_imported_meanwhile_gets_the_real_clock_afterwards(tmp_path: Path) -> None:
    module = types.ModuleType("imported_meanwhile")

    async def main() -> None:
        sys.modules[module.__name__] = module
        exec("from time import time, monotonic as kept", module.__dict__)

    try:
        run_virtually(main, start=0)
        assert module.__dict__["time"] is time.time
    finally:
        del sys.modules[module.__name__]


def test_other_threads_sleep_in_real_time() -> None:
    async def main() -> None:
        thread = threading.Thread(target=time.sleep, args=(0.05,))
        begun = time.perf_counter()
        thread.start()
        thread.join()
        assert time.perf_counter() - begun >= 0.05
        assert time.monotonic() == 0

    run_virtually(main, start=0)


def test_there_is_one_virtual_time_at_once() -> None:
    async def inner() -> None:
        raise AssertionError("not reached")

    async def main() -> None:
        with pytest.raises(RuntimeError, match="one virtual time in a process"):
            run_virtually(inner, start=0)

    before = clocks()
    run_virtually(main, start=0)
    assert clocks() == before


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_clocks_are_real_again_after_a_failure(error: type[BaseException]) -> None:
    async def main() -> None:
        await asyncio.sleep(1)
        raise error

    before = clocks()
    with pytest.raises(error):
        run_virtually(main, start=0)
    assert clocks() == before
