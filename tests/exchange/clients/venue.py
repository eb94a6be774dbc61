"""A whole exchange on a local port, and clients that come to it under the official addresses."""

from __future__ import annotations

import atexit
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any

import ccxt.async_support

from tradefleet.exchange.accounts import Account
from tradefleet.exchange.connect import connect
from tradefleet.exchange.replay.generated import GeneratedMarket
from tradefleet.exchange.replay.pace import Pace
from tradefleet.exchange.serving import Running, Setup, serving
from tradefleet.exchange.wire.limits import unlimited
from tradefleet.exchange.wire.tls import Authority


@cache
def authority() -> Authority:
    """The authority that all tests of a process trust."""
    folder = TemporaryDirectory(prefix="tradefleet-authority-")
    atexit.register(folder.cleanup)
    return Authority(folder.name)


@asynccontextmanager
async def venue(**settings: Any) -> AsyncIterator[Running]:
    """Three made-up coins, a day of history, played step by step."""
    market = GeneratedMarket(seed=7, count=3, days=1)
    usual: dict[str, Any] = {"pace": Pace(steps=True), "names": ("ann", "bob"), "limits": unlimited()}
    setup = Setup(market, **(usual | settings))
    async with serving(setup, tls=authority().server_context()) as running:
        yield running


@asynccontextmanager
async def client(
    running: Running, kind: Any = ccxt.async_support.binance, name: str = "ann", *, secret: str = "", **settings: Any
) -> AsyncIterator[Any]:
    """A CCXT client of an account, with the official addresses."""
    account: Account = running.exchange.accounts[name]
    keys = account.api_key, secret or account.secret
    file = authority().certificate_file
    async with connect(kind, running.port, file, *keys, **({"enableRateLimit": False} | settings)) as made:
        yield made
