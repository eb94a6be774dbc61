"""A small exchange behind a real server: a few endpoints and streams of its own, no market."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from tradefleet.exchange.accounts import Account, Accounts, Permissions
from tradefleet.exchange.engine.events import BalancesChanged, Event, Printed
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.engine.trace import Trace
from tradefleet.exchange.exchange import Events, Exchange
from tradefleet.exchange.wire.endpoint import Call, Endpoint, Security
from tradefleet.exchange.wire.server import Server
from tradefleet.exchange.wire.signing import signature
from tradefleet.exchange.wire.tables import Tables

KEY, SECRET = "a" * 64, "s" * 64
MILLISECOND = 1_000_000


def _echo(call: Call) -> object:
    return dict(call.parameters)


def _order(call: Call) -> object:
    number = int(call.parameters.get("orderId", "1"))
    return {"symbol": call.parameters.symbol(), "orderId": number, "who": call.who}


def _orders(call: Call) -> object:
    return [{"symbol": "BTCUSDT", "orderId": number} for number in (1, 2)]


def _refused(call: Call) -> object:
    raise Reject(-2010, "Account has insufficient balance for requested action.")


def _key(call: Call) -> object:
    if call.desk is None:
        raise ValueError("a server gives a desk")
    return {"listenKey": call.desk.listen_keys.create(call.who)}


def _counts(call: Call) -> object:
    if call.desk is None:
        raise ValueError("a server gives a desk")
    return call.desk.order_counts(Market.SPOT, call.who)


SPOT = (
    Endpoint("GET", "/api/v3/ping", lambda _: {}),
    Endpoint("GET", "/api/v3/echo", _echo),
    Endpoint("POST", "/api/v3/echo", _echo),
    Endpoint("GET", "/api/v3/heavy", lambda _: {}, weight=lambda given: given.whole("limit")),
    Endpoint("GET", "/api/v3/large", lambda _: {"text": "x" * 3_000_000}),
    Endpoint("GET", "/api/v3/historicalTrades", _echo, security=Security.KEY),
    Endpoint("GET", "/api/v3/order", _order, security=Security.SIGNED),
    Endpoint("GET", "/api/v3/openOrders", _orders, security=Security.SIGNED),
    Endpoint("POST", "/api/v3/order", _order, security=Security.SIGNED, orders=1),
    Endpoint("DELETE", "/api/v3/order", _refused, security=Security.SIGNED),
    Endpoint("GET", "/api/v3/rateLimit/order", _counts, security=Security.SIGNED),
)
PERPETUAL = (
    Endpoint("GET", "/fapi/v1/ping", lambda _: {}),
    Endpoint("GET", "/fapi/v1/heavy", lambda _: {}, weight=lambda given: given.whole("limit")),
    Endpoint("POST", "/fapi/v1/listenKey", _key, security=Security.KEY),
    Endpoint("GET", "/fapi/v1/account", _echo, security=Security.SIGNED),
)


class Trades:
    """Streams of trades, and of all symbols' trades once they are flushed."""

    def __init__(self, market: Market, wanted: Callable[[str], bool]) -> None:
        self._market = market
        self._wanted = wanted
        self._kept: list[object] = []

    def connect(self, exchange: Exchange) -> None:
        """Nothing is wanted of it."""

    def messages(self, event: Event, exchange: Exchange) -> list[tuple[str, object]]:
        if not isinstance(event, Printed) or event.market is not self._market:
            return []
        name = f"{event.symbol.lower()}@trade"
        payload = {"e": "trade", "s": event.symbol, "t": event.trade_id}
        if self._wanted("!late@arr"):
            self._kept.append(payload)
        return [(name, payload)] if self._wanted(name) else []

    @property
    def waiting(self) -> bool:
        return bool(self._kept)

    def flush(self, exchange: Exchange) -> list[tuple[str, object]]:
        kept, self._kept = self._kept, []
        return [("!late@arr", kept)]


def _reports(market: Market) -> Callable[[Event, Exchange], list[tuple[str, Mapping[str, object]]]]:
    def reports(event: Event, exchange: Exchange) -> list[tuple[str, Mapping[str, object]]]:
        if not isinstance(event, BalancesChanged) or event.market is not market:
            return []
        return [(event.account, {"e": "balances", "E": event.time})]

    return reports


class Api:
    """Subscribes whoever asks to the account it names."""

    def __init__(self, exchange: Exchange, *_: object) -> None:
        self._exchange = exchange

    def handle(self, session: Any, message: dict[str, Any]) -> Mapping[str, object]:
        if message["method"] == "unsubscribe":
            return {"id": message["id"], "status": 200, "result": {"was": session.unsubscribe()}}
        number = session.subscribe(self._exchange.accounts[message["params"]["account"]])
        return {"id": message["id"], "status": 200, "result": {"subscriptionId": number}}


def tables() -> Tables:
    return Tables(
        endpoints={Market.SPOT: SPOT, Market.PERPETUAL: PERPETUAL},
        streams={market: lambda wanted, market=market: Trades(market, wanted) for market in Market},
        reports={market: _reports(market) for market in Market},
        apis={Market.SPOT: Api},
    )


@dataclass
class Scene:
    """A server, a client and the clocks between them."""

    exchange: Exchange
    accounts: Accounts
    clock: list[int]
    server: Server
    port: int
    client: aiohttp.ClientSession
    printed: int = 0
    headers: dict[str, str] = field(default_factory=lambda: {"X-MBX-APIKEY": KEY})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def now(self) -> int:
        return self.clock[0] // MILLISECOND

    def signed(self, **parameters: object) -> str:
        """A query that the door accepts."""
        text = urlencode({"timestamp": self.now, **parameters})
        return f"{text}&signature={signature(SECRET, text)}"

    async def get(self, path: str, **more: Any) -> tuple[int, Any, Mapping[str, str]]:
        return await self.ask("GET", path, **more)

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any, Mapping[str, str]]:
        """Status, JSON (or text) and headers of an answer."""
        async with self.client.request(method, yarl(self.url + path), **more) as response:
            text = await response.text()
            is_json = response.content_type == "application/json"
            return response.status, (await response.json() if is_json else text), response.headers

    def print_trade(self, symbol: str = "BTCUSDT", market: Market = Market.SPOT) -> None:
        self.printed += 1
        event = Printed(market, self.clock[0], symbol, self.printed, Decimal(1), Decimal(1), False)
        self.exchange.events.emit(event)

    def change_balances(self, account: str = "ann", market: Market = Market.SPOT) -> None:
        self.printed += 1
        self.exchange.events.emit(BalancesChanged(market, self.printed, account, {}, {}, "ORDER"))


def yarl(url: str) -> Any:
    """An address that is sent as it stands."""
    return URL(url, encoded=True)


def small_exchange(clock: Callable[[], int]) -> tuple[Exchange, Accounts]:
    accounts = Accounts(
        (
            Account("ann", KEY, SECRET),
            Account("bob", "b" * 64, SECRET, Permissions(perpetual=False)),
        )
    )
    return Exchange({}, {}, accounts, clock, clock, Events(Trace())), accounts


@asynccontextmanager
async def served(**settings: Any) -> AsyncIterator[Scene]:
    """A server over a small exchange, stopped cleanly in the end."""
    clock = [time.time_ns()]
    exchange, accounts = small_exchange(lambda: clock[0])
    server = Server(exchange, tables=tables(), **settings)
    port = await server.start()
    before = asyncio.all_tasks()
    try:
        async with aiohttp.ClientSession() as client:
            yield Scene(exchange, accounts, clock, server, port, client)
    finally:
        await server.stop()
    await asyncio.sleep(0.01)
    left = {task for task in asyncio.all_tasks() - before if not task.done()}
    if left:
        raise AssertionError(f"the server has left tasks: {left}")
