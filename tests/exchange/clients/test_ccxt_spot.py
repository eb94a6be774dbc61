"""CCXT, as it is, on the spot market: it must not notice that this is not Binance."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import ccxt
import ccxt.pro
import pytest
import pytest_asyncio
from tests.exchange.clients.venue import client

from tradefleet.exchange.serving import Running

pytestmark = pytest.mark.asyncio

_S = "BTC/USDT"
_QUICK = 10.0


@pytest_asyncio.fixture
async def binance(running: Running) -> AsyncIterator[Any]:
    async with client(running) as made:
        await made.load_markets()
        yield made


async def _last(binance: Any) -> float:
    last: float = (await binance.fetch_ticker(_S))["last"]
    return last


async def test_markets_have_their_filters(binance: Any) -> None:
    market = binance.market(_S)
    assert (market["spot"], market["active"], market["margin"]) == (True, True, False)
    assert (market["precision"]["price"], market["precision"]["amount"]) == (0.01, 0.00001)
    assert market["limits"]["cost"]["min"] == 5.0
    assert market["taker"] == 0.001
    assert "STOP_LOSS" in market["info"]["orderTypes"]


async def test_candles_tickers_book_and_trades(binance: Any) -> None:
    minutes = await binance.fetch_ohlcv(_S, "1m", limit=61)
    (hour,) = await binance.fetch_ohlcv(_S, "1h", since=minutes[0][0], limit=1)
    assert len(minutes) == 61
    assert all(second[0] - first[0] == 60_000 for first, second in pairwise(minutes))
    inside = [row for row in minutes if hour[0] <= row[0] < hour[0] + 3_600_000]
    assert (hour[2], hour[3]) == (max(row[2] for row in inside), min(row[3] for row in inside))
    tickers = await binance.fetch_tickers()
    assert tickers[_S]["bid"] < tickers[_S]["ask"]
    assert tickers[_S]["last"] == minutes[-1][4]
    book = await binance.fetch_order_book(_S, 5)
    assert book["bids"][0][0] == tickers[_S]["bid"]
    assert (await binance.fetch_trades(_S))[-1]["price"] == tickers[_S]["last"]


async def test_what_is_asked_for_around_trading(binance: Any) -> None:
    assert (await binance.fetch_balance())["USDT"] == {"free": 100_000.0, "used": 0.0, "total": 100_000.0}
    assert (await binance.fetch_trading_fee(_S))["maker"] == 0.001
    assert set(await binance.fetch_trading_fees()) >= {_S}
    assert "BTC" in await binance.fetch_currencies()
    assert (await binance.fetch_status())["status"] == "ok"
    assert (await binance.sapi_get_account_apirestrictions())["enableWithdrawals"] is False
    assert len(await binance.private_get_ratelimit_order()) == 2


async def test_market_orders_fill_and_are_paid(binance: Any) -> None:
    last = await _last(binance)
    order = await binance.create_order(_S, "market", "buy", 0.01)
    assert (order["status"], order["filled"], order["average"]) == ("closed", 0.01, last)
    (trade,) = await binance.fetch_my_trades(_S)
    assert trade["fee"] == {"currency": "BTC", "cost": 0.00001}
    assert (trade["order"], trade["takerOrMaker"]) == (order["id"], "taker")
    balance = await binance.fetch_balance()
    assert balance["BTC"]["free"] == 0.00999
    assert balance["USDT"]["free"] == pytest.approx(100_000 - last * 0.01)
    spent = await binance.create_market_buy_order_with_cost(_S, 100)
    assert 90 < spent["cost"] <= 100


async def test_limit_orders_rest_are_found_and_cancelled(binance: Any) -> None:
    price = float(binance.price_to_precision(_S, await _last(binance) * 0.9))
    order = await binance.create_order(_S, "limit", "buy", 0.01, price, {"clientOrderId": "mine"})
    assert (order["status"], order["clientOrderId"], order["price"]) == ("open", "mine", price)
    assert (await binance.fetch_balance())["USDT"]["used"] == pytest.approx(price * 0.01)
    for found in (
        await binance.fetch_order(order["id"], _S),
        await binance.fetch_order(None, _S, {"origClientOrderId": "mine"}),
        *(await binance.fetch_open_orders(_S)),
    ):
        assert (found["id"], found["status"]) == (order["id"], "open")
    assert (await binance.cancel_order(order["id"], _S))["status"] == "canceled"
    assert await binance.fetch_open_orders(_S) == []
    assert [each["id"] for each in await binance.fetch_canceled_orders(_S)] == [order["id"]]
    assert (await binance.fetch_balance())["USDT"]["used"] == 0.0


async def test_every_type_of_order_is_taken(binance: Any) -> None:
    last = await _last(binance)
    await binance.create_order(_S, "market", "buy", 0.05)
    placed = {
        "STOP_LOSS": ("market", None, {"stopLossPrice": last * 0.9}),
        "STOP_LOSS_LIMIT": ("limit", last * 0.89, {"stopLossPrice": last * 0.9}),
        "TAKE_PROFIT": ("market", None, {"takeProfitPrice": last * 1.1}),
        "TAKE_PROFIT_LIMIT": ("limit", last * 1.1, {"takeProfitPrice": last * 1.1}),
        "LIMIT_MAKER": ("limit", last * 1.2, {"postOnly": True}),
    }
    for kind, (form, price, parameters) in placed.items():
        order = await binance.create_order(_S, form, "sell", 0.005, price, parameters)
        assert (order["info"]["type"], order["status"]) == (kind, "open")
    trailing = {"trailingPercent": "1", "stopLossOrTakeProfit": "stopLoss"}
    order = await binance.create_order(_S, "market", "sell", 0.005, None, trailing)
    assert order["info"]["trailingDelta"] == 100
    assert len(await binance.fetch_open_orders(_S)) == 6
    for wait in ("IOC", "FOK"):
        order = await binance.create_order(_S, "limit", "buy", 0.005, last * 0.9, {"timeInForce": wait})
        assert (order["status"], order["filled"]) == ("expired", 0.0)
        order = await binance.create_order(_S, "limit", "buy", 0.005, last * 1.01, {"timeInForce": wait})
        assert (order["status"], order["filled"], order["average"]) == ("closed", 0.005, last)
    assert len(await binance.cancel_all_orders(_S)) == 6


async def test_an_order_is_edited(binance: Any) -> None:
    last = await _last(binance)
    order = await binance.create_order(_S, "limit", "buy", 0.01, last * 0.9)
    edited = await binance.edit_order(order["id"], _S, "limit", "buy", 0.02, last * 0.8)
    assert (edited["amount"], edited["status"]) == (0.02, "open")
    assert (await binance.fetch_order(order["id"], _S))["status"] == "canceled"


async def test_a_pair_of_orders_ends_together(binance: Any) -> None:
    last = await _last(binance)
    await binance.create_order(_S, "market", "buy", 0.01)

    def price(factor: float) -> str:
        return str(binance.price_to_precision(_S, last * factor))

    pair = await binance.private_post_orderlist_oco(
        {
            "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.005", "aboveType": "LIMIT_MAKER",
            "abovePrice": price(1.1), "belowType": "STOP_LOSS_LIMIT", "belowStopPrice": price(0.9),
            "belowPrice": price(0.89), "belowTimeInForce": "GTC",
        }
    )  # fmt: skip
    first, second = await binance.fetch_open_orders(_S)
    await binance.cancel_order(first["id"], _S)
    assert (await binance.fetch_order(second["id"], _S))["status"] == "canceled"
    (found,) = await binance.private_get_allorderlist()
    assert (found["orderListId"], found["listOrderStatus"]) == (pair["orderListId"], "ALL_DONE")


async def test_a_limit_order_fills_when_the_market_comes_to_it(running: Running, binance: Any) -> None:
    price = float(binance.price_to_precision(_S, await _last(binance) * 0.9995))
    order = await binance.create_order(_S, "limit", "buy", 0.01, price)
    for _ in range(500):
        await running.driver.step()
        found = await binance.fetch_order(order["id"], _S)
        if found["status"] != "open":
            break
    assert (found["status"], found["average"] <= price) == ("closed", True)
    (trade,) = await binance.fetch_order_trades(order["id"], _S)
    assert trade["takerOrMaker"] == "maker"


async def test_orders_and_balances_are_watched(running: Running) -> None:
    async with client(running, ccxt.pro.binance) as watcher, client(running) as trader:
        last = await _last(trader)
        orders = asyncio.ensure_future(watcher.watch_orders(_S))
        balances = asyncio.ensure_future(watcher.watch_balance())
        while not running.server.sessions.listeners():
            await asyncio.sleep(0.01)
        order = await trader.create_order(_S, "limit", "buy", 0.01, last * 0.9, {"clientOrderId": "mine"})
        (seen,) = await asyncio.wait_for(orders, _QUICK)
        assert (seen["id"], seen["clientOrderId"], seen["status"]) == (order["id"], "mine", "open")
        assert (await asyncio.wait_for(balances, _QUICK))["USDT"]["used"] == pytest.approx(order["price"] * 0.01)
        ended = asyncio.ensure_future(watcher.watch_orders(_S))
        await trader.cancel_order(order["id"], _S)
        (seen,) = await asyncio.wait_for(ended, _QUICK)
        assert (seen["id"], seen["status"], seen["clientOrderId"]) == (order["id"], "canceled", "mine")


async def test_fills_are_watched(running: Running) -> None:
    async with client(running, ccxt.pro.binance) as trader:
        last = await _last(trader)
        orders = asyncio.ensure_future(_until_closed(trader))
        trades = asyncio.ensure_future(trader.watch_my_trades(_S))
        while not running.server.sessions.listeners():
            await asyncio.sleep(0.01)
        order = await trader.create_order(_S, "market", "buy", 0.01)
        (trade,) = await asyncio.wait_for(trades, _QUICK)
        assert (trade["order"], trade["amount"], trade["price"]) == (order["id"], 0.01, last)
        assert trade["fee"] == {"currency": "BTC", "cost": 0.00001}
        seen = await asyncio.wait_for(orders, _QUICK)
        assert (seen["id"], seen["filled"], seen["average"]) == (order["id"], 0.01, last)


async def _until_closed(watcher: Any) -> Any:
    while True:
        for order in await watcher.watch_orders(_S):
            if order["status"] == "closed":
                return order


async def test_the_market_is_watched(running: Running) -> None:
    async with client(running, ccxt.pro.binance) as watcher:
        await watcher.load_markets()
        watching = {
            "candles": watcher.watch_ohlcv(_S, "1m"),
            "trades": watcher.watch_trades(_S),
            "ticker": watcher.watch_ticker(_S),
            "tickers": watcher.watch_tickers([_S, "ETH/USDT"]),
            "best": watcher.watch_bids_asks([_S]),
            "book": watcher.watch_order_book(_S, 10),
        }
        tasks = {name: asyncio.ensure_future(waiting) for name, waiting in watching.items()}
        async with asyncio.timeout(2 * _QUICK):
            while not all(task.done() for task in tasks.values()):
                await running.driver.step()
                await asyncio.sleep(0.05)
        seen = {name: task.result() for name, task in tasks.items()}
        candle = seen["candles"][-1]
        assert candle in await watcher.fetch_ohlcv(_S, "1m", since=candle[0], limit=1)
        assert seen["trades"][0]["symbol"] == seen["ticker"]["symbol"] == _S
        assert set(seen["tickers"]) <= {_S, "ETH/USDT"}
        assert seen["best"][_S]["bid"] < seen["best"][_S]["ask"]
        assert seen["book"]["bids"][0][0] < seen["book"]["asks"][0][0]


async def test_a_watched_book_is_the_book(running: Running) -> None:
    async with client(running, ccxt.pro.binance) as watcher:
        last = await _last(watcher)
        watching = asyncio.ensure_future(watcher.watch_order_book(_S))
        async with asyncio.timeout(_QUICK):
            while not watching.done():
                await running.driver.step()
                await asyncio.sleep(0.05)
            price = float(watcher.price_to_precision(_S, last * 0.9))
            await watcher.create_order(_S, "limit", "buy", 0.5, price)
            while [price, 0.5] not in (book := await watcher.watch_order_book(_S))["bids"]:
                pass
        fetched = await watcher.fetch_order_book(_S, 10)
        assert book["bids"][0] == fetched["bids"][0]
        assert book["asks"][0] == fetched["asks"][0]


async def test_orders_go_over_the_websocket_too(running: Running) -> None:
    async with client(running, ccxt.pro.binance) as trader:
        await trader.load_markets()
        last = await _last(trader)
        order = await trader.create_order_ws(_S, "limit", "buy", 0.01, float(trader.price_to_precision(_S, last * 0.9)))
        assert (await trader.fetch_order_ws(order["id"], _S))["status"] == "open"
        assert len(await trader.fetch_open_orders_ws(_S)) == 1
        await trader.cancel_order_ws(order["id"], _S)
        assert (await trader.fetch_order(order["id"], _S))["status"] == "canceled"
        held = (await trader.fetch_balance_ws())["info"]["balances"]
        assert {"asset": "USDT", "free": "100000.00000000", "locked": "0.00000000"} in held
        with pytest.raises(ccxt.InsufficientFunds):
            await trader.create_order_ws(_S, "limit", "buy", 10, last * 0.9)
