"""The perpetual market behind its endpoints, without a server: they are called as a server would call them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.exchange.perpetual_wire.tape import NOW, FixedTape

from tradefleet.exchange.accounts import Account, Accounts
from tradefleet.exchange.engine.events import Event
from tradefleet.exchange.engine.perpetual.engine import PerpetualEngine
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market, make_symbol
from tradefleet.exchange.engine.trace import Trace
from tradefleet.exchange.exchange import Events, Exchange
from tradefleet.exchange.wire.endpoint import Call, Count
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.perpetual.endpoints import ENDPOINTS
from tradefleet.exchange.wire.user.perpetual import reports

D = Decimal

BTC = replace(
    make_symbol("BTC", market=Market.PERPETUAL, tick=D("0.10"), lot=D("0.001"), min_notional=D(100)), max_algo_orders=10
)
ETH = make_symbol("ETH", market=Market.PERPETUAL, tick=D("0.01"), lot=D("0.001"), min_notional=D(20))
_TABLE = {(endpoint.method, endpoint.path): endpoint for endpoint in ENDPOINTS}
MS = NOW // 1_000_000


class Keys:
    """Listen keys that say what they were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def create(self, account: str) -> str:
        self.asked.append(("create", account))
        return f"key of {account}"

    def keep_alive(self, account: str) -> str:
        self.asked.append(("keep alive", account))
        return f"key of {account}"

    def delete(self, account: str) -> None:
        self.asked.append(("delete", account))


class Desk:
    """What a server offers; things to do later are done when told."""

    def __init__(self) -> None:
        self.listen_keys = Keys()
        self.later: dict[str, tuple[float, Callable[[], None]]] = {}

    def order_counts(self, market: Market, account: str) -> list[Count]:
        return [Count("ORDERS", "SECOND", 10, 300, 2), Count("ORDERS", "MINUTE", 1, 1200, 2)]

    def after(self, name: str, seconds: float, act: Callable[[], None] | None) -> None:
        self.later.pop(name, None)
        if act is not None:
            self.later[name] = (seconds, act)


class Stall:
    """An exchange with BTCUSDT at 30,000 and accounts ann and bob with 10,000 USDT each."""

    def __init__(self) -> None:
        self.time = NOW
        self.events: list[Event] = []
        self.tape = FixedTape()
        self.desk = Desk()
        accounts = Accounts([Account("ann", "a", "s"), Account("bob", "b", "s")])
        events = Events(Trace())
        events.subscribe(self.events.append)
        self.engine = PerpetualEngine({"BTCUSDT": BTC, "ETHUSDT": ETH}, clock=lambda: self.time, emit=events.emit)
        engines: Any = {Market.PERPETUAL: self.engine}
        tapes: Any = {Market.PERPETUAL: self.tape}
        clock = lambda: self.time  # noqa: E731
        self.exchange = Exchange(engines, tapes, accounts, clock, clock, events)
        for account in accounts:
            self.engine.deposit(account.name, "USDT", D(10_000))
        self.price("30000")

    def price(self, price: str, symbol: str = "BTCUSDT") -> None:
        """The market moves here: quotes a tick to either side, a print, the mark."""
        at = D(price)
        self.engine.quote(symbol, [(at - 1, D(5)), (at - 2, D(10))], [(at + 1, D(5)), (at + 2, D(10))])
        self.engine.print_trade(symbol, at, D("0.001"), False)
        self.engine.mark(symbol, at)
        self.tape.last = at

    def ask(self, method: str, path: str, who: str = "ann", **parameters: object) -> Any:
        """An endpoint's answer, as a client reads it."""
        endpoint = _TABLE[method, f"/fapi{path}"]
        sent = Parameters({name: str(value) for name, value in parameters.items()})
        account = self.exchange.accounts[who]
        answer = endpoint.answer(Call(self.exchange, account, sent, self.time // 1_000_000, self.desk))
        return msgspec.json.decode(msgspec.json.encode(answer))

    def refused(self, method: str, path: str, who: str = "ann", **parameters: object) -> tuple[int, str]:
        """Code and text of an endpoint's refusal."""
        with pytest.raises(Reject) as caught:
            self.ask(method, path, who, **parameters)
        return caught.value.code, caught.value.message

    def order(self, side: str = "BUY", quantity: str = "0.1", who: str = "ann", **more: object) -> Any:
        """Place an order: a market order, or a limit order where a price is given."""
        kind = {"type": "LIMIT", "timeInForce": "GTC"} if "price" in more else {"type": "MARKET"}
        asked = {"symbol": "BTCUSDT", "side": side, "quantity": quantity, "newOrderRespType": "RESULT", **kind, **more}
        return self.ask("POST", "/v1/order", who, **asked)

    def stop(self, side: str = "SELL", trigger: str = "29000", who: str = "ann", **more: object) -> Any:
        """Place a conditional order: a stop-market unless told otherwise."""
        asked = {"symbol": "BTCUSDT", "side": side, "algoType": "CONDITIONAL", "type": "STOP_MARKET"}
        if "callbackRate" not in more:
            asked["triggerPrice"] = trigger
        if "closePosition" not in more:
            asked["quantity"] = "0.1"
        return self.ask("POST", "/v1/algoOrder", who, **{**asked, **more})

    def told(self, who: str = "ann") -> list[dict[str, Any]]:
        """What the account's user stream has said since this was last asked."""
        events = list(self.events)
        self.events.clear()
        found = [pair for event in events for pair in reports(event, self.exchange)]
        return [msgspec.json.decode(msgspec.json.encode(payload)) for account, payload in found if account == who]
