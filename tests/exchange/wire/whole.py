"""A whole exchange of a made-up market behind a real server, and clients that speak plain HTTP and websockets."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tradefleet.exchange.engine.amounts import nearest_to
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay.coins import coins
from tradefleet.exchange.replay.generated import GeneratedMarket
from tradefleet.exchange.replay.moments import DrivenMarket
from tradefleet.exchange.replay.pace import Pace
from tradefleet.exchange.serving import Running, Setup, serving
from tradefleet.exchange.wire.limits import unlimited
from tradefleet.exchange.wire.signing import signature


@dataclass
class Whole:
    """The exchange that runs, and a client of it."""

    running: Running
    client: aiohttp.ClientSession
    count: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.running.port}"

    def names(self, market: Market) -> list[str]:
        """All symbols of a market."""
        return list(self.running.exchange.engines[market].symbols)

    def first_price(self, name: str, market: Market = Market.SPOT) -> Decimal:
        """What a symbol is quoted at before anybody asks for it."""
        return next(coin.price for coin in coins(self.count) if coin.symbol(market).name == name)

    def price(self, part: str = "1", market: Market = Market.SPOT, symbol: str = "BTCUSDT") -> str:
        """A part of a symbol's last price, in whole ticks."""
        engine = self.running.exchange.engines[market]
        self.running.exchange.need(market, symbol)
        last = engine.last_price(symbol)
        if last is None:
            raise ValueError(f"{symbol} has no price yet")
        return f"{nearest_to(last * Decimal(part), engine.symbols[symbol].tick):f}"

    async def ask(self, method: str, target: str, **more: Any) -> tuple[int, Any]:
        """Status and JSON of an answer, or its text."""
        async with self.client.request(method, f"{self.url}{target}", **more) as response:
            text = await response.text()
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, text

    async def control(self, method: str, path: str, body: object = None, **more: Any) -> tuple[int, Any]:
        """An answer of the control interface."""
        return await self.ask(method, f"/control{path}", json=body, **more)

    async def signed(self, method: str, path: str, who: str = "ann", **parameters: object) -> tuple[int, Any]:
        """An answer to a request of an account."""
        account = self.running.exchange.accounts[who]
        query = urlencode({**parameters, "timestamp": time.time_ns() // 1_000_000})
        target = f"{path}?{query}&signature={signature(account.secret, query)}"
        return await self.ask(method, target, headers={"X-MBX-APIKEY": account.api_key})

    def wire(self, who: str, method: str, **parameters: object) -> dict[str, object]:
        """A signed message to a websocket API."""
        account = self.running.exchange.accounts[who]
        given = {**parameters, "apiKey": account.api_key, "timestamp": time.time_ns() // 1_000_000}
        payload = "&".join(f"{name}={given[name]}" for name in sorted(given))
        return {"id": "7", "method": method, "params": {**given, "signature": signature(account.secret, payload)}}


@asynccontextmanager
async def whole(
    count: int = 3,
    pace: Pace | None = None,
    token: str | None = None,
    market: DrivenMarket | None = None,
    **settings: Any,
) -> AsyncIterator[Whole]:
    """Made-up coins with a day of history, or a market of your own, played step by step unless told otherwise."""
    played = GeneratedMarket(seed=7, count=count, days=1) if market is None else market
    setup = Setup(played, pace=pace or Pace(steps=True), names=("ann", "bob"), **{"limits": unlimited(), **settings})
    async with serving(setup, control_token=token) as running, aiohttp.ClientSession() as client:
        yield Whole(running, client, count)
