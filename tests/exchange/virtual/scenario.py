"""A whole exchange and real CCXT clients that trade on it, in virtual time.

    python -m tests.exchange.virtual.scenario '{"seed": 1, "seconds": 60}' '{"seed": 2}'

plays scenarios one after the other and writes what came of each as a line of JSON.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import ccxt.pro
import msgspec
from tests.exchange.virtual.audit import Books
from tests.exchange.virtual.heard import Heard
from tests.exchange.virtual.trader import Trader

from tradefleet.exchange.accounts import Account
from tradefleet.exchange.connect import connect, session
from tradefleet.exchange.faults.rules import Rule, When
from tradefleet.exchange.replay.generated import GeneratedMarket
from tradefleet.exchange.replay.pace import Pace
from tradefleet.exchange.serving import Running, Setup, serving
from tradefleet.exchange.virtual import run_virtually
from tradefleet.exchange.wire.tls import Authority
from tradefleet.market.time import parse_time

Truth = Callable[[str, str], Awaitable[dict[str, Any]]]
START = parse_time("2024-01-01T12:00:00", "start")
_DEPOSIT = Decimal(100_000)
_HOST = re.compile(r"^(http|ws)s?://[^/]+")
# Client, its symbols and the smallest order.
_KINDS: tuple[tuple[Any, list[str], float], ...] = (
    (ccxt.pro.binance, ["BTC/USDT", "ETH/USDT"], 0.01),
    (ccxt.pro.binanceusdm, ["BTC/USDT:USDT", "ETH/USDT:USDT"], 0.02),
)
# What a client remembers is bounded as what the exchange remembers is.
_OPTIONS = {
    "fetchCurrencies": False,
    "fetchMargins": False,
    "warnOnFetchOpenOrdersWithoutSymbol": False,
    "ordersLimit": 100,
    "tradesLimit": 100,
    "OHLCVLimit": 100,
}


def _some(share: float) -> When:
    return When(probability=share)


FAULTS = (
    Rule(what="latency", when=_some(0.3), with_={"seconds": 0.3, "jitter": 0.2}),
    Rule(what="answer_lost", when=_some(0.02)),
    Rule(what="cut_after", when=_some(0.03)),
    Rule(what="lost_before", when=_some(0.03)),
    Rule(what="fills_before_cancel", when=_some(0.2)),
    Rule(what="duplicate", when=_some(0.05)),
    Rule(what="reordered", when=_some(0.05)),
    Rule(what="late", when=_some(0.02), with_={"seconds": 0.5, "jitter": 0.5}),
    Rule(what="close", when=_some(0.002)),
)


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """What is played: `seconds` of virtual time, the market `speed` times as fast.

    Traders do something every `pause` seconds or so; `audits` is how often the books are compared before the end.
    """

    seed: int = 1
    seconds: float = 60.0
    speed: float = 60.0
    pause: float = 2.0
    faults: bool = False
    tls: bool = False
    audits: int = 2
    keep: int = 100_000


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it; `real` is the processor's time in seconds, `differences` those between books and truth."""

    trace: str
    heard: str
    events: int
    requests: int
    fills: int
    told: dict[str, int]
    differences: list[str]
    virtual: float
    real: float

    @property
    def hashes(self) -> tuple[str, str, int, int]:
        """What has to be equal in equal runs."""
        return self.trace, self.heard, self.events, self.requests


def play(scenario: Scenario, heard: Heard | None = None, look: Callable[[], None] = lambda: None) -> Outcome:
    """Play it from beginning to end; `look` is called after each audit."""
    heard = Heard() if heard is None else heard
    begun = time.process_time()

    async def main() -> Outcome:
        async with AsyncExitStack() as stack:
            return await _Play(scenario, heard, look).run(stack, begun)

    return run_virtually(main, start=START)


class _Play:
    def __init__(self, scenario: Scenario, heard: Heard, look: Callable[[], None]) -> None:
        self._scenario = scenario
        self._heard = heard
        self._look = look

    async def run(self, stack: AsyncExitStack, begun: float) -> Outcome:
        seconds, loop = self._scenario.seconds, asyncio.get_running_loop()
        authority = None
        if self._scenario.tls:
            authority = Authority(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        tls = None if authority is None else authority.server_context()
        running = await stack.enter_async_context(serving(_setup(self._scenario), tls=tls))
        books = [Books(trader, _DEPOSIT) for trader in await self._traders(stack, running, authority)]
        truth = await stack.enter_async_context(_truths(running, authority))
        lives = asyncio.gather(*(each.trader.live(seconds) for each in books))
        random, differences = Random(f"{self._scenario.seed} audits"), []
        for moment in sorted(random.uniform(0, seconds) for _ in range(self._scenario.audits)):
            await asyncio.sleep(max(0.0, moment - loop.time()))
            differences += await _audit(truth, books)
            self._look()
        await lives
        differences += await _audit(truth, books)
        return self._outcome(running, books, differences, begun)

    async def _traders(self, stack: AsyncExitStack, running: Running, authority: Authority | None) -> list[Trader]:
        made = []
        for account in running.exchange.accounts:
            for kind, symbols, size in _KINDS:
                client = await stack.enter_async_context(_client(kind, running, account, authority))
                random = Random(f"{self._scenario.seed} {account.name} {client.id}")
                made.append(Trader(account.name, client, symbols, size, self._scenario.pause, random, self._heard))
        return made

    def _outcome(self, running: Running, books: list[Books], differences: list[str], begun: float) -> Outcome:
        trace = running.exchange.trace
        return Outcome(
            trace=trace.digest(),
            heard=self._heard.digest(),
            events=trace.count,
            requests=sum(each.trader.requests for each in books),
            fills=sum(each.fills for each in books),
            told=dict(self._heard.kinds),
            differences=differences,
            virtual=asyncio.get_running_loop().time(),
            real=time.process_time() - begun,
        )


def _setup(scenario: Scenario) -> Setup:
    return Setup(
        GeneratedMarket(seed=scenario.seed, count=2, days=0.1),
        pace=Pace(speed=scenario.speed),
        names=("ann", "bob"),
        faults=FAULTS if scenario.faults else (),
        seed=scenario.seed,
        keep=scenario.keep,
        wall=lambda: time.time_ns(),
    )


@asynccontextmanager
async def _client(kind: Any, running: Running, account: Account, authority: Authority | None) -> AsyncIterator[Any]:
    """On the official addresses with TLS, or without it on the exchange's own."""
    markets = {"types": ["spot" if kind is ccxt.pro.binance else "linear"]}
    # Its own rate limiter naps for a millisecond at a time, which is most of what would be simulated.
    settings = {"options": {**_OPTIONS, "fetchMarkets": markets}, "tokenBucket": {"delay": 0.05}}
    if authority is not None:
        keys = account.api_key, account.secret
        async with connect(kind, running.port, authority.certificate_file, *keys, **settings) as client:
            yield client
        return
    client = kind({"apiKey": account.api_key, "secret": account.secret, **settings})
    client.urls["api"] = _local(client.urls["api"], running.port)
    try:
        yield client
    finally:
        await client.close()


def _local(addresses: Any, port: int) -> Any:
    if isinstance(addresses, dict):
        return {name: _local(address, port) for name, address in addresses.items()}
    return _HOST.sub(lambda found: f"{found[1]}://127.0.0.1:{port}", addresses)


@asynccontextmanager
async def _truths(running: Running, authority: Authority | None) -> AsyncIterator[Truth]:
    """Asks the control interface for the truth about an account on a market."""
    made = aiohttp.ClientSession() if authority is None else session(running.port, authority.certificate_file)
    address = f"http://127.0.0.1:{running.port}" if authority is None else "https://localhost"

    async def truth(account: str, market: str) -> dict[str, Any]:
        async with made.get(f"{address}/control/ledger", params={"account": account}) as response:
            told = msgspec.json.decode(await response.read())
        accounts: dict[str, dict[str, Any]] = told["markets"][market]["accounts"]
        return accounts[account]

    async with made:
        yield truth


async def _audit(truth: Truth, books: Sequence[Books]) -> list[str]:
    """Compare all books with the truth, each as of one moment."""
    found = []
    for each in books:
        while True:
            before = await truth(each.trader.name, each.market)
            await each.update()
            after = await truth(each.trader.name, each.market)
            if before["fills"] == after["fills"] and before["balances"] == after["balances"]:
                break
            # Something has happened meanwhile: the books are of another moment than the truth.
            await asyncio.sleep(0.1)
        found += each.differences(after)
    return found


def main() -> None:
    """Play what the command line asks for."""
    for asked in sys.argv[1:]:
        outcome = play(msgspec.json.decode(asked, type=Scenario))
        sys.stdout.write(msgspec.json.encode(outcome).decode() + "\n")


if __name__ == "__main__":
    main()
