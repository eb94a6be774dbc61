"""A whole exchange for tests: both engines, their tapes, a market that is played; every event is kept."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from tradefleet.exchange.accounts import make_accounts
from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.events import Event
from tradefleet.exchange.engine.ledger import Ledger
from tradefleet.exchange.engine.orders import Execution, Order, OrderRequest, Side
from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.perpetual.settings import Settings
from tradefleet.exchange.engine.spot import SpotAccounting
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.engine.trace import Trace
from tradefleet.exchange.exchange import Events, Exchange
from tradefleet.exchange.replay.clock import MarketClock
from tradefleet.exchange.replay.moments import DrivenMarket

E = TypeVar("E", bound=Event)


def d(text: str | int) -> Decimal:
    return Decimal(text)


class Stand:
    """An exchange around a market, with an account `ann` that has money."""

    def __init__(self, market: DrivenMarket, *, by_bars: bool = True, wall: Any = None, told: bool = True) -> None:
        self.market = market
        self.clock = MarketClock(market.start_time, wall)
        self.events = Events(Trace())
        self.told: list[Event] = []
        if told:
            self.events.subscribe(self.told.append)
        symbols = {kind: {s.name: s for s in market.symbols if s.market is kind} for kind in Market}
        tape = market.tapes[Market.PERPETUAL]
        own = symbols[Market.PERPETUAL]
        accounting: dict[Market, Any] = {
            Market.SPOT: SpotAccounting(Ledger(), symbols[Market.SPOT]),
            Market.PERPETUAL: PerpetualAccounting(Ledger(), own, Settings(own), tape.mark_price),
        }
        engines = {
            kind: Engine(
                kind, symbols[kind], accounting[kind], clock=self.clock.now, emit=self.events.emit,
                by_bars=by_bars,
            )
            for kind in Market
        }  # fmt: skip
        self.exchange = Exchange(
            engines, market.tapes, make_accounts(["ann"], Random(1)), self.clock.now, self.clock.now, self.events
        )
        market.start(self.exchange)

    @property
    def spot(self) -> Engine:
        return self.exchange.spot

    def fund(self, **amounts: int) -> Stand:
        for asset, amount in amounts.items():
            for engine in self.exchange.engines.values():
                engine.deposit("ann", asset, Decimal(amount))
        return self

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.told if isinstance(event, kind)]

    def order(
        self,
        symbol: str,
        side: Side,
        quantity: str,
        limit: str | None = None,
        market: Market = Market.SPOT,
    ) -> Order:
        execution = Execution.MARKET if limit is None else Execution.LIMIT
        request = OrderRequest(
            symbol, side, execution.value, execution, d(quantity), limit_price=None if limit is None else d(limit)
        )
        return self.exchange.engines[market].place("ann", request)

    def run(self, steps: int = 10**9) -> Stand:
        """Play steps without a driver, the clock at each moment."""
        while steps > 0 and self.market.next_time() is not None:
            for moment in self.market.phases():
                self.clock.allow(moment.time)
            steps -= 1
        return self
