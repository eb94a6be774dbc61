"""A client that trades by a seeded random, as unwisely as it gets, and notes all it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import ccxt
from tests.exchange.virtual.heard import Heard

_BACK_OFF = 1.0


class Trader:
    """One CCXT client and what it does, every `pause` seconds or so; every choice comes from `random`."""

    def __init__(
        self, name: str, client: Any, symbols: list[str], size: float, pause: float, random: Random, heard: Heard
    ) -> None:
        self.name = name
        self.client = client
        self.symbols = symbols
        self.requests = 0
        self._size = size
        self._pause = pause
        self._random = random
        self._heard = heard
        self._orders = 0

    async def live(self, until: float) -> None:
        """Trade and watch up to a time of the loop."""
        await self.patiently(self.client.load_markets)
        watching = [asyncio.ensure_future(self._watch(*each)) for each in self._streams()]
        loop = asyncio.get_running_loop()
        try:
            while loop.time() < until:
                await asyncio.sleep(self._random.expovariate(1 / self._pause))
                await self._act(self._random.choice(self.symbols))
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)

    async def patiently(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Ask until there is an answer."""
        while True:
            self.requests += 1
            try:
                return await ask()
            except ccxt.OperationFailed as error:
                self._heard.note(self.name, "error", repr(error))
                await asyncio.sleep(_BACK_OFF)

    async def _act(self, symbol: str) -> None:
        acts = (self._at_market, self._at_limit, self._at_limit, self._stop, self._cancel, self._look)
        act = self._random.choice(acts)
        self.requests += 1
        try:
            self._heard.note(self.name, act.__name__, await act(symbol))
        except ccxt.BaseError as error:
            self._heard.note(self.name, "error", repr(error))

    async def _order(self, symbol: str, kind: str, side: str, price: float | None = None, **more: Any) -> Any:
        self._orders += 1
        amount = self._size * self._random.choice((1, 2, 5))
        parameters = {"clientOrderId": f"{self.name}-{self._orders}", **more}
        return (await self.client.create_order(symbol, kind, side, amount, price, parameters))["info"]

    async def _at_market(self, symbol: str) -> Any:
        return await self._order(symbol, "market", self._side())

    async def _at_limit(self, symbol: str) -> Any:
        near = await self._price(symbol) * (1 + self._random.uniform(-0.001, 0.001))
        return await self._order(symbol, "limit", self._side(), near)

    async def _stop(self, symbol: str) -> Any:
        side = self._side()
        away = 1 + self._random.uniform(0.0002, 0.002) * (1 if side == "buy" else -1)
        level = await self._price(symbol) * away
        return await self._order(symbol, "limit", side, level, stopLossPrice=level)

    async def _cancel(self, symbol: str) -> Any:
        waiting = await self._open(symbol)
        if not waiting:
            return None
        order = self._random.choice(waiting)
        trigger = {"trigger": True} if "algoId" in order["info"] else {}
        return (await self.client.cancel_order(order["id"], symbol, trigger))["info"]

    async def _look(self, symbol: str) -> Any:
        balance = await self.client.fetch_balance()
        return [balance["info"], [order["info"] for order in await self._open(symbol)]]

    async def _open(self, symbol: str) -> list[Any]:
        waiting: list[Any] = await self.client.fetch_open_orders(symbol)
        if self.client.market(symbol)["swap"]:
            waiting += await self.client.fetch_open_orders(symbol, params={"trigger": True})
        return waiting

    async def _price(self, symbol: str) -> float:
        last: float = (await self.client.fetch_ticker(symbol))["last"]
        return last

    def _side(self) -> str:
        return self._random.choice(("buy", "sell"))

    def _streams(self) -> list[tuple[str, Callable[[], Awaitable[Any]]]]:
        first, client = self.symbols[0], self.client
        streams: list[tuple[str, Callable[[], Awaitable[Any]]]] = [
            ("orders", client.watch_orders),
            ("my trades", client.watch_my_trades),
            ("balance", client.watch_balance),
            ("candles", lambda: client.watch_ohlcv(first, "1m")),
            ("ticker", lambda: client.watch_ticker(first)),
        ]
        if client.id == "binance":
            return [*streams, ("book", lambda: client.watch_order_book(first))]
        return [*streams, ("positions", client.watch_positions)]

    async def _watch(self, kind: str, watch: Callable[[], Awaitable[Any]]) -> None:
        while True:
            try:
                self._heard.note(self.name, kind, await watch())
            except ccxt.BaseError as error:
                self._heard.note(self.name, f"{kind} error", repr(error))
                await asyncio.sleep(_BACK_OFF)
