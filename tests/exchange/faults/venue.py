"""A whole exchange behind its server, on a generated market that goes by steps, with clients that sign."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tradefleet.exchange.accounts import make_accounts
from tradefleet.exchange.engine.amounts import nearest_to
from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.ledger import Ledger
from tradefleet.exchange.engine.perpetual.engine import PerpetualEngine
from tradefleet.exchange.engine.spot import SpotAccounting
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.engine.trace import Trace
from tradefleet.exchange.exchange import Events, Exchange
from tradefleet.exchange.faults.plan import Faults
from tradefleet.exchange.faults.rules import Rule
from tradefleet.exchange.replay.clock import MarketClock
from tradefleet.exchange.replay.driver import Driver
from tradefleet.exchange.replay.generated import GeneratedMarket
from tradefleet.exchange.replay.pace import Pace
from tradefleet.exchange.wire.control import Control
from tradefleet.exchange.wire.limits import unlimited
from tradefleet.exchange.wire.server import Server
from tradefleet.exchange.wire.signing import signature

ORDER, PERPETUAL_ORDER = "/api/v3/order", "/fapi/v1/order"


@dataclass
class Venue:
    """The exchange, its server, and a client."""

    exchange: Exchange
    faults: Faults
    server: Server
    driver: Driver
    port: int
    client: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def ask(self, method: str, path: str, who: str | None = None, **parameters: object) -> tuple[int, Any]:
        """Status and answer of a request, signed by an account if it is named; a text where it is no JSON."""
        status, text, _ = await self.raw(method, path, who, **parameters)
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    async def raw(
        self, method: str, path: str, who: str | None = None, **parameters: object
    ) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers."""
        headers = {}
        if who is not None:
            account = self.exchange.accounts[who]
            query = urlencode({**parameters, "timestamp": time.time_ns() // 1_000_000})
            headers["X-MBX-APIKEY"] = account.api_key
            target = f"{self.url}{path}?{query}&signature={signature(account.secret, query)}"
        else:
            target = f"{self.url}{path}?{urlencode(parameters)}"
        async with self.client.request(method, target, headers=headers) as response:
            return response.status, await response.text(), dict(response.headers)

    async def buy(self, who: str = "ann", **more: object) -> tuple[int, Any]:
        """A market order for a little bitcoin."""
        given = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01", **more}
        return await self.ask("POST", ORDER, who, **given)

    async def bid(self, who: str = "ann", part: str = "0.9", **more: object) -> tuple[int, Any]:
        """A limit order for a little bitcoin that waits at a part of the price."""
        given = {"type": "LIMIT", "timeInForce": "GTC", "price": self.price(part), **more}
        return await self.buy(who, **given)

    def price(self, part: str = "1", market: Market = Market.SPOT) -> str:
        """A part of the last price of bitcoin, as a price that filters take."""
        engine = self.exchange.engines[market]
        last = engine.last_price("BTCUSDT")
        assert last is not None
        return f"{nearest_to(last * Decimal(part), engine.symbols['BTCUSDT'].tick):f}"

    async def control(self, method: str, path: str, body: object = None, **parameters: str) -> tuple[int, Any]:
        """An answer of the control interface."""
        async with self.client.request(method, f"{self.url}/control{path}", json=body, params=parameters) as response:
            return response.status, await response.json()

    async def follow(self, who: str = "ann") -> aiohttp.ClientWebSocketResponse:
        """A spot user stream."""
        account = self.exchange.accounts[who]
        socket = await self.client.ws_connect(f"{self.url}/ws-api/v3")
        now = time.time_ns() // 1_000_000
        signed = f"apiKey={account.api_key}&timestamp={now}"
        parameters = {"apiKey": account.api_key, "timestamp": now, "signature": signature(account.secret, signed)}
        await socket.send_json({"id": "1", "method": "userDataStream.subscribe.signature", "params": parameters})
        answer = await socket.receive_json(timeout=5)
        assert answer["status"] == 200, answer
        return socket

    async def watch(self, *names: str, path: str = "/ws") -> aiohttp.ClientWebSocketResponse:
        """Market streams."""
        return await self.client.ws_connect(f"{self.url}{path}/{'/'.join(names)}")


def _engines(symbols: list[Symbol], clock: Any, emit: Any) -> dict[Market, Engine]:
    spot = {symbol.name: symbol for symbol in symbols if symbol.market is Market.SPOT}
    perpetual = {symbol.name: symbol for symbol in symbols if symbol.market is Market.PERPETUAL}
    accounting = SpotAccounting(Ledger(), spot, by_bars=True)
    return {
        Market.SPOT: Engine(Market.SPOT, spot, accounting, clock=clock, emit=emit, by_bars=True),
        Market.PERPETUAL: PerpetualEngine(perpetual, clock=clock, emit=emit, by_bars=True),
    }


@asynccontextmanager
async def venue(*rules: Rule, seed: int = 1) -> AsyncIterator[Venue]:
    """An exchange with the accounts ann and bob, each with 10,000,000 USDT on either market, one step played."""
    market = GeneratedMarket(count=2, days=1)
    clock = MarketClock(market.start_time)
    events = Events(Trace())
    engines = _engines(list(market.symbols), clock.now, events.emit)
    accounts = make_accounts(["ann", "bob"], Random(seed))
    exchange = Exchange(engines, market.tapes, accounts, clock.now, time.time_ns, events)
    for account in accounts:
        for engine in engines.values():
            engine.deposit(account.name, "USDT", Decimal(10_000_000))
    market.start(exchange)
    for each in Market:
        market.need(each, "BTCUSDT")
    driver = Driver(market, clock, Pace.parse("step"))
    running = asyncio.create_task(driver.run())
    faults = Faults(rules, Random(seed), time.time_ns, clock.now)
    server = Server(exchange, faults=faults, limits=unlimited())
    server.control = Control(exchange, driver, faults, server.limiter, server.sessions, server.sockets)
    try:
        port = await server.start()
        await driver.step()
        async with aiohttp.ClientSession() as client:
            yield Venue(exchange, faults, server, driver, port, client)
    finally:
        await server.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
