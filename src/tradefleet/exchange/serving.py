"""A whole exchange, put together and served: engines, market, driver, server, control interface."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from tradefleet.exchange.accounts import make_accounts
from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.ledger import Ledger
from tradefleet.exchange.engine.perpetual.engine import PerpetualEngine
from tradefleet.exchange.engine.spot import FeeAsset, SpotAccounting
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.engine.trace import Trace
from tradefleet.exchange.exchange import Events, Exchange
from tradefleet.exchange.faults.plan import Faults
from tradefleet.exchange.faults.rules import Rule
from tradefleet.exchange.replay.clock import MarketClock
from tradefleet.exchange.replay.driver import Driver
from tradefleet.exchange.replay.moments import DrivenMarket
from tradefleet.exchange.replay.pace import Pace
from tradefleet.exchange.wire.control import Control
from tradefleet.exchange.wire.limits import Limits
from tradefleet.exchange.wire.server import Server

_LOGGER = logging.getLogger("tradefleet.exchange")
# What every account starts with, in each wallet.
DEPOSITS: Mapping[Market, Mapping[str, Decimal]] = {
    Market.SPOT: {"USDT": Decimal(100_000)},
    Market.PERPETUAL: {"USDT": Decimal(100_000)},
}


def _now() -> int:
    # Looked up at every call: in virtual time it is another function.
    return time.time_ns()


@dataclass(frozen=True, slots=True)
class Setup:
    """What an exchange is made of.

    `recorded` says that the market's own book and trades are known, so that orders match against them and not by the
    rule book of bars. `withdrawals` lets keys withdraw. `keep` bounds the ended orders, fills and postings remembered.
    `wall` is real time in UTC nanoseconds, `sleep` waits for seconds of it.
    """

    market: DrivenMarket
    pace: Pace = field(default_factory=Pace)
    names: Sequence[str] = ("account1", "account2")
    deposits: Mapping[Market, Mapping[str, Decimal]] = field(default_factory=lambda: DEPOSITS)
    fees_in: FeeAsset = FeeAsset.RECEIVED
    faults: Sequence[Rule] = ()
    limits: Limits = field(default_factory=Limits)
    seed: int = 1
    recorded: bool = False
    keep: int = 100_000
    withdrawals: bool = False
    wall: Callable[[], int] = _now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Running:
    """An exchange that is being served."""

    exchange: Exchange
    driver: Driver
    faults: Faults
    server: Server
    port: int


def make_exchange(setup: Setup) -> tuple[Exchange, Driver]:
    """The exchange and who drives it; its accounts have their first deposits, and the market its first quotes."""
    clock = MarketClock(setup.market.start_time, setup.wall)
    events = Events(Trace())
    exchange = Exchange(
        engines=_engines(setup, clock.now, events),
        tapes=setup.market.tapes,
        accounts=make_accounts(setup.names, Random(setup.seed)),
        clock=clock.now,
        wire_clock=setup.wall,
        events=events,
    )
    _open_accounts(setup, exchange)
    setup.market.start(exchange)
    return exchange, Driver(setup.market, clock, setup.pace, setup.sleep)


def _engines(setup: Setup, clock: Callable[[], int], events: Events) -> dict[Market, Engine]:
    symbols: dict[Market, dict[str, Symbol]] = {market: {} for market in Market}
    for symbol in setup.market.symbols:
        symbols[symbol.market][symbol.name] = symbol
    by_bars = not setup.recorded
    spot = SpotAccounting(Ledger(setup.keep), symbols[Market.SPOT], by_bars=by_bars, fee_asset=setup.fees_in)
    return {
        Market.SPOT: Engine(
            Market.SPOT,
            symbols[Market.SPOT],
            spot,
            clock=clock,
            emit=events.emit,
            keep=setup.keep,
            by_bars=by_bars,
        ),
        Market.PERPETUAL: PerpetualEngine(
            symbols[Market.PERPETUAL],
            clock=clock,
            emit=events.emit,
            ledger=Ledger(setup.keep),
            keep=setup.keep,
            by_bars=by_bars,
        ),
    }


def _open_accounts(setup: Setup, exchange: Exchange) -> None:
    for account in exchange.accounts:
        account.permissions.withdrawals = setup.withdrawals
        for market, amounts in setup.deposits.items():
            for asset, amount in amounts.items():
                exchange.engines[market].deposit(account.name, asset, amount)


@asynccontextmanager
async def serving(
    setup: Setup,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    control_token: str | None = None,
    broken: Callable[[], None] = lambda: None,
) -> AsyncIterator[Running]:
    """Serve an exchange while the context lasts, its market playing at its pace.

    Who uses the control interface brings `control_token`, if there is one. Raises ParameterError for a port that is
    taken, and for a host that other machines reach, without a token; at its end, what broke the market meanwhile, which
    is told by `broken` when it happens.
    """
    exchange, driver = make_exchange(setup)
    faults = Faults(setup.faults, Random(setup.seed), setup.wall, exchange.clock)
    server = Server(
        exchange,
        faults=faults,
        control_token=control_token,
        limits=setup.limits,
        tls=tls,
        random=Random(f"{setup.seed} listen keys"),
    )
    server.control = Control(exchange, driver, faults, server.limiter, server.sessions, server.sockets)
    bound = await server.start(host, port)
    playing = asyncio.create_task(driver.run())
    playing.add_done_callback(lambda task: _tell_failure(task, broken))
    try:
        yield Running(exchange, driver, faults, server, bound)
    finally:
        playing.cancel()
        await asyncio.wait([playing])
        await server.stop()
    if not playing.cancelled():
        # What broke the market, if anything did.
        playing.result()


def _tell_failure(playing: asyncio.Task[None], broken: Callable[[], None]) -> None:
    if not playing.cancelled() and (error := playing.exception()) is not None:
        _LOGGER.error("the market has stopped", exc_info=error)
        broken()
