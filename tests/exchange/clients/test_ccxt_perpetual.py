"""CCXT, unmodified, trades perpetuals on the exchange: what it reads is what is there, and its errors are Binance's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import ccxt
import ccxt.async_support
import ccxt.pro
import pytest
from tests.exchange.clients.venue import client, venue

from tradefleet.exchange.serving import Running

BTC = "BTC/USDT:USDT"
OPTIONS = {"fetchOpenOrders": {"warnWithoutSymbol": False}}


@asynccontextmanager
async def trading(kind: Any = ccxt.async_support.binanceusdm) -> AsyncIterator[tuple[Any, Running, float]]:
    """A client with markets loaded, the exchange, and the price of bitcoin once it trades."""
    async with venue() as running, client(running, kind, options=OPTIONS) as made:
        await made.load_markets()
        # A symbol is played from when somebody first asks for it.
        await made.fetch_ticker(BTC)
        await running.driver.step()
        yield made, running, (await made.fetch_ticker(BTC))["last"]


@pytest.mark.asyncio
async def test_markets_and_prices() -> None:
    async with trading() as (client, _, price):
        market = client.market(BTC)
        assert (market["swap"], market["linear"], market["active"], market["contractSize"]) == (True, True, True, 1)
        assert set(await client.fetch_tickers()) >= {BTC}
        book = await client.fetch_order_book(BTC, 5)
        assert book["bids"][0][0] < book["asks"][0][0]
        candles = await client.fetch_ohlcv(BTC, "1m", limit=5)
        assert len(candles) == 5
        assert [candle[0] for candle in candles] == sorted(candle[0] for candle in candles)
        assert (await client.fetch_trades(BTC, limit=3))[-1]["symbol"] == BTC
        assert (await client.fetch_funding_rate(BTC))["fundingRate"] == pytest.approx(0.0001)
        assert set(await client.fetch_funding_rates()) >= {BTC}
        assert (await client.fetch_mark_prices())[BTC]["markPrice"] == pytest.approx(price, rel=0.05)
        assert (await client.fetch_funding_rate_history(BTC, limit=2))[0]["symbol"] == BTC
        assert (await client.fetch_leverage_tiers())[BTC][0]["maxLeverage"] == 125


@pytest.mark.asyncio
async def test_market_order_makes_a_position() -> None:
    async with trading() as (client, _, price):
        await client.set_leverage(10, BTC)
        order = await client.create_order(BTC, "market", "buy", 0.1)
        assert (order["status"], order["filled"]) == ("closed", 0.1)
        (position,) = await client.fetch_positions()
        assert (position["side"], position["contracts"], position["hedged"]) == ("long", 0.1, False)
        assert position["entryPrice"] == order["average"] == pytest.approx(price, rel=0.01)
        assert position["initialMargin"] == pytest.approx(0.1 * position["markPrice"] / 10, rel=1e-6)
        balance = (await client.fetch_balance())["USDT"]
        assert balance["free"] == pytest.approx(balance["total"] - balance["used"])
        (trade,) = await client.fetch_my_trades(BTC)
        assert (trade["order"], trade["takerOrMaker"], trade["amount"]) == (order["id"], "taker", 0.1)
        assert trade["fee"]["cost"] == pytest.approx(trade["cost"] * 0.0005)
        closed = await client.create_order(BTC, "market", "sell", 0.1, None, {"reduceOnly": True})
        assert closed["reduceOnly"] is True
        assert await client.fetch_positions() == []
        kinds = {row["type"] for row in await client.fetch_ledger("USDT")}
        assert kinds >= {"transfer", "commission"}


@pytest.mark.asyncio
async def test_limit_orders_are_found_amended_and_cancelled() -> None:
    async with trading() as (client, _, price):
        low = price * 0.98
        order = await client.create_order(BTC, "limit", "buy", 0.01, low, {"clientOrderId": "mine-1"})
        assert (order["status"], order["clientOrderId"]) == ("open", "mine-1")
        assert (await client.fetch_order(order["id"], BTC))["id"] == order["id"]
        assert (await client.fetch_order(None, BTC, {"clientOrderId": "mine-1"}))["id"] == order["id"]
        assert [row["id"] for row in await client.fetch_open_orders()] == [order["id"]]
        edited = await client.edit_order(order["id"], BTC, "limit", "buy", 0.02, price * 0.97)
        assert (edited["id"], edited["amount"]) == (order["id"], 0.02)
        assert (await client.cancel_order(None, BTC, {"clientOrderId": "mine-1"}))["status"] == "canceled"
        assert await client.fetch_open_orders(BTC) == []
        rows = [{"symbol": BTC, "type": "limit", "side": "buy", "amount": 0.01, "price": low} for _ in range(3)]
        placed = await client.create_orders(rows)
        cancelled = await client.cancel_orders([row["id"] for row in placed[:2]], BTC)
        assert [row["status"] for row in cancelled] == ["canceled", "canceled"]
        await client.cancel_all_orders(BTC)
        assert {row["status"] for row in await client.fetch_orders(BTC)} == {"canceled"}


@pytest.mark.asyncio
async def test_limit_orders_wait_as_long_as_they_are_told() -> None:
    async with trading() as (client, running, price):
        for wait in ("IOC", "FOK"):
            away = await client.create_order(BTC, "limit", "buy", 0.1, price * 0.97, {"timeInForce": wait})
            assert (await client.fetch_order(away["id"], BTC))["status"] == "expired"
            taken = await client.create_order(BTC, "limit", "buy", 0.1, price * 1.03, {"timeInForce": wait})
            assert (taken["status"], taken["filled"], taken["average"] <= price * 1.03) == ("closed", 0.1, True)
        maker = await client.create_order(BTC, "limit", "buy", 0.1, price * 0.9995, {"postOnly": True})
        assert (maker["status"], maker["postOnly"], maker["timeInForce"]) == ("open", True, "PO")
        for _ in range(500):
            await running.driver.step()
            if (await client.fetch_order(maker["id"], BTC))["status"] == "closed":
                break
        (trade,) = await client.fetch_my_trades(BTC, params={"orderId": maker["id"]})
        assert trade["takerOrMaker"] == "maker"
        assert trade["fee"]["cost"] == pytest.approx(trade["cost"] * 0.0002)


@pytest.mark.asyncio
async def test_one_client_trades_both_markets() -> None:
    async with venue() as running, client(running, options=OPTIONS) as both:
        await both.load_markets()
        await both.create_order("BTC/USDT", "market", "buy", 0.01)
        await both.create_order(BTC, "market", "sell", 0.01)
        assert (await both.fetch_balance())["BTC"]["free"] == 0.00999
        (position,) = await both.fetch_positions([BTC])
        assert (position["side"], position["contracts"]) == ("short", 0.01)
        assert len(await both.fetch_my_trades("BTC/USDT")) == len(await both.fetch_my_trades(BTC)) == 1
        await both.create_order(BTC, "market", "buy", 0.01, None, {"reduceOnly": True})
        assert await both.fetch_positions([BTC]) == []


CONDITIONAL = [
    ("market", {"stopLossPrice": 0.95}, "STOP_MARKET"),
    ("limit", {"stopLossPrice": 0.95}, "STOP"),
    ("market", {"takeProfitPrice": 1.05}, "TAKE_PROFIT_MARKET"),
    ("limit", {"takeProfitPrice": 1.05}, "TAKE_PROFIT"),
    ("market", {"trailingPercent": 1}, "TRAILING_STOP_MARKET"),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("kind", "more", "type_"), CONDITIONAL)
async def test_conditional_orders_live_apart(kind: str, more: dict[str, float], type_: str) -> None:
    async with trading() as (client, _, price):
        await client.create_order(BTC, "market", "buy", 0.1)
        asked = {name: value if name == "trailingPercent" else value * price for name, value in more.items()}
        limit = next(iter(asked.values())) if kind == "limit" else None
        order = await client.create_order(BTC, kind, "sell", 0.1, limit, {**asked, "reduceOnly": True})
        assert (order["status"], order["info"]["orderType"]) == ("open", type_)
        assert await client.fetch_open_orders(BTC) == []
        (waiting,) = await client.fetch_open_orders(BTC, params={"trigger": True})
        assert waiting["id"] == order["id"]
        assert (await client.fetch_order(order["id"], BTC, {"trigger": True}))["symbol"] == BTC
        assert (await client.cancel_order(order["id"], BTC, {"trigger": True}))["status"] == "canceled"
        assert await client.fetch_open_orders(BTC, params={"trigger": True}) == []


@pytest.mark.asyncio
async def test_stop_closes_the_whole_position() -> None:
    async with trading() as (client, running, price):
        await client.create_order(BTC, "market", "buy", 0.1)
        engine = running.exchange.perpetual
        stop = {"stopPrice": price * 0.999, "closePosition": True}
        await client.create_order(BTC, "STOP_MARKET", "sell", 0, None, stop)
        engine.trigger(engine.sleeping("BTCUSDT")[0])
        assert await client.fetch_positions() == []
        (done,) = await client.fetch_orders(BTC, params={"trigger": True})
        assert done["status"] == "closed"


@pytest.mark.asyncio
async def test_hedge_mode_and_margin_modes() -> None:
    async with trading() as (client, _, _price):
        assert (await client.fetch_position_mode(BTC))["hedged"] is False
        await client.set_position_mode(True, BTC)
        await client.create_order(BTC, "market", "buy", 0.1, None, {"hedged": True})
        await client.create_order(BTC, "market", "sell", 0.2, None, {"hedged": True})
        assert {row["side"]: row["contracts"] for row in await client.fetch_positions()} == {"long": 0.1, "short": 0.2}
        await client.create_order(BTC, "market", "sell", 0.1, None, {"hedged": True, "reduceOnly": True})
        await client.create_order(BTC, "market", "buy", 0.2, None, {"hedged": True, "reduceOnly": True})
        assert await client.fetch_positions() == []
        await client.set_margin_mode("isolated", BTC)
        with pytest.raises(ccxt.MarginModeAlreadySet):
            await client.set_margin_mode("isolated", BTC, {"throwMarginModeAlreadySet": True})
        assert (await client.fetch_margin_mode(BTC))["marginMode"] == "isolated"
        await client.set_leverage(7, BTC)
        assert (await client.fetch_leverage(BTC))["longLeverage"] == 7


@pytest.mark.asyncio
async def test_user_stream_follows_orders_trades_positions_and_balance() -> None:
    async with trading(ccxt.pro.binanceusdm) as (client, _, price):
        orders, trades = [], []

        async def hear_orders() -> None:
            while not any(order["status"] == "closed" for order in orders):
                orders.extend(await client.watch_orders(BTC))

        async def hear_trades() -> None:
            while not trades:
                trades.extend(await client.watch_my_trades(BTC))

        async def hear_positions() -> Any:
            # The first answer may be what there was before.
            while not (found := await client.watch_positions([BTC])):
                pass
            return found[0]

        hearing = [asyncio.create_task(hear_orders()), asyncio.create_task(hear_trades())]
        positions = asyncio.create_task(hear_positions())
        balance = asyncio.create_task(client.watch_balance())
        await asyncio.sleep(0.5)
        placed = await client.create_order(BTC, "market", "buy", 0.1)
        stop = await client.create_order(BTC, "market", "sell", 0.1, None, {"stopLossPrice": price * 0.9})
        async with asyncio.timeout(10):
            await asyncio.gather(*hearing)
            held = await positions
            await balance
            while not any(order["id"] == stop["id"] for order in orders):
                orders.extend(await client.watch_orders(BTC))
        assert {order["id"] for order in orders} >= {placed["id"], stop["id"]}
        assert (trades[0]["order"], trades[0]["amount"]) == (placed["id"], 0.1)
        assert (held["side"], held["contracts"]) == ("long", 0.1)


@pytest.mark.asyncio
async def test_market_streams_of_perpetuals() -> None:
    async with trading(ccxt.pro.binanceusdm) as (client, running, _):
        watching = [
            asyncio.create_task(client.watch_ohlcv(BTC, "1m")),
            asyncio.create_task(client.watch_ticker(BTC)),
            asyncio.create_task(client.watch_trades(BTC)),
            asyncio.create_task(client.watch_order_book(BTC, 5)),
            asyncio.create_task(client.watch_mark_price(BTC)),
        ]
        await asyncio.sleep(0.5)
        async with asyncio.timeout(20):
            while not all(task.done() for task in watching):
                await running.driver.step()
                await asyncio.sleep(0.05)
        candles, ticker, trades, book, mark = [task.result() for task in watching]
        assert candles[-1][4] > 0
        assert ticker["symbol"] == trades[0]["symbol"] == book["symbol"] == mark["symbol"] == BTC
