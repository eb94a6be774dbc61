"""CCXT that is pointed at the exchange by its address, as clients are that cannot be given names of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import ccxt
import ccxt.pro
import pytest

from tradefleet.exchange.connect import point
from tradefleet.exchange.serving import Running

pytestmark = pytest.mark.asyncio
_SPOT, _PERPETUAL = "BTC/USDT", "BTC/USDT:USDT"


async def _made(running: Running, kind: Any) -> Any:
    """A client of any kind, on a port without TLS."""
    account = running.exchange.accounts["ann"]
    port = await running.server.start(plain=True)
    made = kind({"apiKey": account.api_key, "secret": account.secret, "enableRateLimit": False})
    point(made, f"http://127.0.0.1:{port}")
    return made


def _trades_spot(binance: Any) -> None:
    price = binance.fetch_ticker(_SPOT)["last"]
    assert binance.create_order(_SPOT, "market", "buy", 0.01)["status"] == "closed"
    rests = binance.create_order(_SPOT, "limit", "buy", 0.01, price * 0.9)
    assert binance.cancel_order(rests["id"], _SPOT)["status"] == "canceled"
    assert binance.fetch_balance()["BTC"]["free"] == 0.00999


def _trades_perpetuals(binance: Any) -> None:
    binance.create_order(_PERPETUAL, "market", "sell", 0.01)
    assert binance.fetch_positions([_PERPETUAL])[0]["side"] == "short"


@pytest.mark.parametrize(
    ("kind", "use"), [(ccxt.binance, _trades_spot), (ccxt.binanceusdm, _trades_perpetuals)], ids=["spot", "perpetual"]
)
async def test_blocking_client_trades(running: Running, kind: Any, use: Callable[[Any], None]) -> None:
    made = await _made(running, kind)
    try:
        await asyncio.to_thread(use, made)
    finally:
        made.session.close()


@pytest.mark.parametrize(("kind", "symbol"), [(ccxt.pro.binance, _SPOT), (ccxt.pro.binanceusdm, _PERPETUAL)])
async def test_streams_come(running: Running, kind: Any, symbol: str) -> None:
    made = await _made(running, kind)
    try:
        orders = asyncio.ensure_future(made.watch_orders(symbol))
        candles = asyncio.ensure_future(made.watch_ohlcv(symbol, "1m"))
        async with asyncio.timeout(20):
            while not running.server.sessions.listeners():
                await asyncio.sleep(0.01)
            placed = await made.create_order(symbol, "market", "buy", 0.01)
            assert (await orders)[0]["id"] == placed["id"]
            while not candles.done():
                await running.driver.step()
                await asyncio.sleep(0.05)
        assert candles.result()[-1][4] > 0
    finally:
        await made.close()
