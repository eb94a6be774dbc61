"""A spot market without a server: two symbols, a book of the house, a few trades, and calls to its endpoints."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any, cast

import msgspec

from tradefleet.exchange.accounts import make_accounts
from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.events import Event
from tradefleet.exchange.engine.ledger import Ledger
from tradefleet.exchange.engine.spot import SpotAccounting
from tradefleet.exchange.engine.symbols import Market, make_symbol
from tradefleet.exchange.engine.trace import Trace
from tradefleet.exchange.exchange import Events, Exchange
from tradefleet.exchange.replay.prices import AggregateTrade, Candle, DayStatistics, PublicTrade
from tradefleet.exchange.wire.endpoint import Call, Count, Desk, Endpoint
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.sapi import ENDPOINTS as SAPI
from tradefleet.exchange.wire.spot.endpoints import ENDPOINTS as SPOT
from tradefleet.exchange.wire.user.spot import reports
from tradefleet.market.time import DAY, MINUTE, SECOND

NOW = 1_700_000_000 * SECOND
_TABLE: dict[tuple[str, str], Endpoint] = {(each.method, each.path): each for each in (*SPOT, *SAPI)}


def d(text: str) -> Decimal:
    return Decimal(text)


class Prices:
    """A tape with ten minutes of candles and three trades of BTCUSDT; ETHUSDT has no price yet."""

    def need(self, symbol: str) -> None:
        """All is there."""

    def candles(
        self, symbol: str, interval: str, since: int | None = None, until: int | None = None, limit: int = 500
    ) -> list[Candle]:
        if symbol != "BTCUSDT":
            return []
        first = NOW - NOW % MINUTE - 9 * MINUTE
        times = [first + number * MINUTE for number in range(10)]
        inside = [time for time in times if (since or 0) <= time and (until is None or time <= until)]
        chosen = inside[-limit:] if since is None else inside[:limit]
        return [self._candle(time) for time in chosen]

    @staticmethod
    def _candle(time: int) -> Candle:
        prices = [d(text) for text in ("100", "102.5", "99", "101")]
        amounts = d("3"), d("303")
        return Candle(time, time + MINUTE - 1_000_000, *prices, *amounts, 7, d("1.5"), d("151.5"))

    def trades(self, symbol: str, limit: int = 500, from_id: int | None = None) -> list[PublicTrade]:
        if symbol != "BTCUSDT":
            return []
        made = [
            PublicTrade(number, NOW - (5 - number) * SECOND, d("101"), d("0.5"), d("50.5"), number % 2 == 0)
            for number in (1, 2, 3)
        ]
        return made[-limit:] if from_id is None else [trade for trade in made if trade.id >= from_id][:limit]

    def aggregate_trades(self, symbol: str, limit: int = 500, *_: object) -> list[AggregateTrade]:
        return [AggregateTrade(1, NOW - SECOND, d("101"), d("1.5"), 1, 3, True)][:limit]

    def day(self, symbol: str) -> DayStatistics | None:
        if symbol != "BTCUSDT":
            return None
        prices = [d(text) for text in ("100", "102.5", "99", "101")]
        return DayStatistics(
            NOW - DAY, NOW, *prices, d("0.5"), d("99.5"), d("30"), d("3030"), d("101"), first_id=1, last_id=3, count=3
        )

    def last_price(self, symbol: str) -> Decimal | None:
        return d("101") if symbol == "BTCUSDT" else None


class _Desk:
    def order_counts(self, market: Market, account: str) -> list[Count]:
        return [Count("ORDERS", "SECOND", 10, 100, 1), Count("ORDERS", "DAY", 1, 200_000, 5)]


class Stand:
    """The market, its clock (`time`, nanoseconds) and everything that was told."""

    def __init__(self) -> None:
        self.time = NOW
        symbols = {symbol.name: symbol for symbol in (make_symbol("BTC"), make_symbol("ETH"))}
        self.events: list[Event] = []
        events = Events(Trace())
        events.subscribe(self.events.append)
        self.engine = Engine(
            Market.SPOT, symbols, SpotAccounting(Ledger(), symbols), clock=lambda: self.time, emit=events.emit
        )
        self.accounts = make_accounts(["ann", "bob"], Random(1))
        self.exchange = Exchange(
            engines={Market.SPOT: self.engine},
            tapes=cast(Any, {Market.SPOT: Prices()}),
            accounts=self.accounts,
            clock=lambda: self.time,
            wire_clock=lambda: self.time,
            events=events,
        )
        for asset, amount in (("USDT", "100000"), ("BTC", "50")):
            self.engine.deposit("ann", asset, d(amount))
        self.quote()
        self.engine.print_trade("BTCUSDT", d("101"), d("0.5"), True)

    def quote(self) -> None:
        """The house's book: two levels a side around 101."""
        bids, asks = [("100.9", "5"), ("100.8", "9")], [("101.1", "5"), ("101.2", "9")]
        self.engine.quote("BTCUSDT", [(d(p), d(q)) for p, q in bids], [(d(p), d(q)) for p, q in asks])

    def call(self, method: str, path: str, who: str | None = "ann", **parameters: object) -> Any:
        """What an endpoint answers, as a client reads it."""
        texts = Parameters({name: str(value) for name, value in parameters.items()})
        account = None if who is None else self.accounts[who]
        path = path if path.startswith("/") else f"/api/v3/{path}"
        answer = _TABLE[method, path].answer(
            Call(self.exchange, account, texts, self.time // 1_000_000, cast(Desk, _Desk()))
        )
        return msgspec.json.decode(msgspec.json.encode(answer))

    def order(self, side: str, type: str, **parameters: object) -> Any:  # noqa: A002 - the wire's own name
        """Place an order of BTCUSDT."""
        return self.call("POST", "order", symbol="BTCUSDT", side=side, type=type, **parameters)

    def limit(self, side: str = "BUY", price: str = "95", quantity: str = "1", **parameters: object) -> Any:
        """Place a limit order of BTCUSDT."""
        return self.order(side, "LIMIT", timeInForce="GTC", price=price, quantity=quantity, **parameters)

    def told(self, who: str = "ann") -> list[Any]:
        """What an account's user stream has said since the last time; as a client reads it."""
        found = [payload for event in self.events for name, payload in reports(event, self.exchange) if name == who]
        self.events.clear()
        return cast(list[Any], msgspec.json.decode(msgspec.json.encode(found)))
