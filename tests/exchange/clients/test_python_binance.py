"""python-binance, synchronous and asynchronous, REST and websockets, on both markets."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.exchange.clients.venue import authority

from tradefleet.exchange.connect import connector
from tradefleet.exchange.serving import Running

with warnings.catch_warnings():
    # It imports a class that its websockets library has deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    binance = pytest.importorskip("binance")

pytestmark = [pytest.mark.asyncio, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
_QUICK = 10.0


def _blocking(running: Running, use: Callable[[Any, float], None]) -> None:
    """Use a synchronous client, whose addresses are the exchange's, with the last price of bitcoin."""
    account = running.exchange.accounts["ann"]
    url = f"https://127.0.0.1:{running.port}"
    made = binance.Client(account.api_key, account.secret, {"verify": str(authority().certificate_file)}, ping=False)
    try:
        made.API_URL, made.FUTURES_URL, made.MARGIN_API_URL = f"{url}/api", f"{url}/fapi", f"{url}/sapi"
        use(made, float(made.get_symbol_ticker(symbol="BTCUSDT")["price"]))
    finally:
        made.close_connection()
        # It opened one for this thread.
        made.loop.close()


async def test_blocking_client_trades_spot(running: Running) -> None:
    def use(made: Any, price: float) -> None:
        made.ping()
        assert made.get_symbol_info("BTCUSDT")["baseAsset"] == "BTC"
        assert len(made.get_klines(symbol="BTCUSDT", interval="1m", limit=5)) == 5
        assert made.get_asset_balance("USDT")["free"] == "100000.00000000"
        bought = made.order_market_buy(symbol="BTCUSDT", quantity="0.01")
        assert (bought["status"], bought["executedQty"]) == ("FILLED", "0.01000000")
        rests = made.order_limit_buy(symbol="BTCUSDT", quantity="0.01", price=f"{price * 0.9:.2f}")
        assert [order["orderId"] for order in made.get_open_orders(symbol="BTCUSDT")] == [rests["orderId"]]
        found = made.get_order(symbol="BTCUSDT", origClientOrderId=rests["clientOrderId"])
        assert found["status"] == "NEW"
        assert made.cancel_order(symbol="BTCUSDT", orderId=rests["orderId"])["status"] == "CANCELED"
        pair = made.create_oco_order(
            symbol="BTCUSDT", side="SELL", quantity="0.005", aboveType="LIMIT_MAKER", abovePrice=f"{price * 1.1:.2f}",
            belowType="STOP_LOSS", belowStopPrice=f"{price * 0.9:.2f}",
        )  # fmt: skip
        assert len(pair["orders"]) == 2
        (trade,) = made.get_my_trades(symbol="BTCUSDT")
        assert (trade["orderId"], trade["isMaker"]) == (bought["orderId"], False)
        assert made.get_account_api_permissions()["enableWithdrawals"] is False
        with pytest.raises(binance.BinanceAPIException) as caught:
            made.order_market_buy(symbol="BTCUSDT", quantity="100")
        assert (caught.value.status_code, caught.value.code) == (400, -2010)

    await asyncio.to_thread(_blocking, running, use)


async def test_blocking_client_trades_perpetuals(running: Running) -> None:
    def use(made: Any, _: float) -> None:
        price = float(made.futures_symbol_ticker(symbol="BTCUSDT")["price"])
        assert len(made.futures_klines(symbol="BTCUSDT", interval="1m", limit=5)) == 5
        assert made.futures_change_leverage(symbol="BTCUSDT", leverage=7)["leverage"] == 7
        made.futures_create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.1")
        (held,) = made.futures_position_information(symbol="BTCUSDT")
        assert float(held["positionAmt"]) == 0.1
        level = f"{price * 0.9:.1f}"
        stop = made.futures_create_order(
            symbol="BTCUSDT", side="SELL", type="STOP_MARKET", stopPrice=level, closePosition="true"
        )
        (waiting,) = made.futures_get_open_orders(symbol="BTCUSDT", conditional=True)
        assert waiting["algoId"] == stop["algoId"]
        made.futures_cancel_order(symbol="BTCUSDT", algoId=stop["algoId"])
        rests = made.futures_create_order(
            symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.1", price=f"{price * 0.97:.1f}"
        )
        assert made.futures_cancel_order(symbol="BTCUSDT", orderId=rests["orderId"])["status"] == "CANCELED"
        assert len(made.futures_account_trades(symbol="BTCUSDT")) == 1
        balances = {row["asset"]: row for row in made.futures_account_balance()}
        assert float(balances["USDT"]["balance"]) < 100_000

    await asyncio.to_thread(_blocking, running, use)


@pytest.fixture(autouse=True)
def _short_goodbyes(monkeypatch: pytest.MonkeyPatch) -> None:
    # It ends a socket when the next message has come or this has passed.
    monkeypatch.setattr(binance.ws.reconnecting_websocket.ReconnectingWebsocket, "TIMEOUT", 1.0)


@asynccontextmanager
async def _sockets(running: Running) -> AsyncIterator[tuple[Any, Any]]:
    """An asynchronous client and its socket manager, with the official addresses."""
    account = running.exchange.accounts["ann"]
    names = connector(running.port, authority().certificate_file)
    made = await binance.AsyncClient.create(account.api_key, account.secret, session_params={"connector": names})
    manager = binance.BinanceSocketManager(made)
    # Websockets are another library's; host and port are where it goes instead of the address.
    manager.ws_kwargs = made.ws_api._ws_kwargs = {
        "host": "127.0.0.1",
        "port": running.port,
        "ssl": ssl.create_default_context(cafile=str(authority().certificate_file)),
    }
    try:
        yield made, manager
    finally:
        await made.close_connection()


async def _heard(running: Running, socket: Any, event: str) -> Any:
    """The first such event of a socket, while the market goes on."""
    async with asyncio.timeout(_QUICK):
        while True:
            hearing = asyncio.ensure_future(socket.recv())
            while not hearing.done():
                await running.driver.step()
                await asyncio.sleep(0.02)
            message = hearing.result()
            message = message.get("data", message)
            if message["e"] == event:
                return message


async def test_market_sockets(running: Running) -> None:
    async with _sockets(running) as (made, manager):
        assert (await made.get_exchange_info())["timezone"] == "UTC"
        async with manager.kline_socket("BTCUSDT", "1m") as socket:
            assert (await _heard(running, socket, "kline"))["k"]["s"] == "BTCUSDT"
        async with manager.multiplex_socket(["btcusdt@trade", "ethusdt@ticker"]) as socket:
            assert float((await _heard(running, socket, "trade"))["p"]) > 0
            assert (await _heard(running, socket, "24hrTicker"))["s"] == "ETHUSDT"
        async with manager.aggtrade_futures_socket("BTCUSDT") as socket:
            assert float((await _heard(running, socket, "aggTrade"))["p"]) > 0


async def test_user_socket_of_spot(running: Running) -> None:
    async with _sockets(running) as (made, manager), manager.user_socket() as socket:
        placed = await made.order_market_buy(symbol="BTCUSDT", quantity="0.01")
        reports = [await asyncio.wait_for(socket.recv(), _QUICK) for _ in range(3)]
        assert [each["e"] for each in reports] == ["executionReport", "executionReport", "outboundAccountPosition"]
        assert [each["X"] for each in reports[:2]] == ["NEW", "FILLED"]
        assert {each["i"] for each in reports[:2]} == {placed["orderId"]}


async def test_user_socket_of_perpetuals(running: Running) -> None:
    async with _sockets(running) as (made, manager), manager.futures_user_socket() as socket:
        await made.futures_create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.1")
        heard = [await asyncio.wait_for(socket.recv(), _QUICK) for _ in range(4)]
        assert [each["o"]["X"] for each in heard if "o" in each] == ["NEW", "FILLED"]
        assert {each["e"] for each in heard} == {"ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE", "TRADE_LITE"}


async def test_orders_over_the_websocket_api(running: Running) -> None:
    async with _sockets(running) as (made, _):
        placed = await made.ws_create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
        assert placed["status"] == "FILLED"
        account = await made.ws_get_account()
        assert any(row["asset"] == "BTC" and float(row["free"]) > 0 for row in account["balances"])
