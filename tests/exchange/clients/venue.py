"""A whole exchange on a local port, and CCXT clients that are pointed at it by their addresses."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import ccxt.async_support

from tradefleet.exchange.accounts import Account
from tradefleet.exchange.replay.generated import GeneratedMarket
from tradefleet.exchange.replay.pace import Pace
from tradefleet.exchange.serving import Running, Setup, serving
from tradefleet.exchange.wire.limits import unlimited

_HOST = re.compile(r"^(https?|wss?)://[^/]+")


@asynccontextmanager
async def venue(**settings: Any) -> AsyncIterator[Running]:
    """Three made-up coins, a day of history, played step by step."""
    market = GeneratedMarket(seed=7, count=3, days=1)
    setup = Setup(market, pace=Pace(steps=True), names=("ann", "bob"), limits=unlimited(), **settings)
    async with serving(setup) as running:
        yield running


@asynccontextmanager
async def client(running: Running, kind: Any = ccxt.async_support.binance, name: str = "ann", **settings: Any) -> Any:
    """A CCXT client of an account, every address of which is the exchange's port."""
    account: Account = running.exchange.accounts[name]
    made = kind({"apiKey": account.api_key, "secret": account.secret, "enableRateLimit": False, **settings})
    made.urls["api"] = _local(made.urls["api"], running.port)
    try:
        yield made
    finally:
        await made.close()


def _local(addresses: Any, port: int) -> Any:
    if isinstance(addresses, dict):
        return {name: _local(address, port) for name, address in addresses.items()}
    return _HOST.sub(lambda found: f"{found[1].removesuffix('s')}://127.0.0.1:{port}", addresses)
