"""A spot market for tests: two symbols, a clock that is set by hand, all events kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.events import BalancesChanged, Event, OrderReport
from tradefleet.exchange.engine.ledger import Ledger
from tradefleet.exchange.engine.orders import (
    Execution,
    Fill,
    Order,
    OrderRequest,
    Side,
    TimeInForce,
    Trigger,
    TriggerKind,
)
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.spot import SpotAccounting
from tradefleet.exchange.engine.symbols import Market, Symbol, make_symbol
from tradefleet.exchange.engine.trace import Trace

E = TypeVar("E", bound=Event)
BTC, ETH = "BTCUSDT", "ETHUSDT"


def d(text: str | int) -> Decimal:
    return Decimal(text)


def symbols(market: Market) -> dict[str, Symbol]:
    made = (
        make_symbol("BTC", market=market, tick=d("0.01"), lot=d("0.001"), min_notional=d(5)),
        make_symbol("ETH", market=market, tick=d("0.05"), lot=d("0.01"), min_notional=d(5)),
    )
    return {symbol.name: symbol for symbol in made}


class Desk:
    """An engine and what it said."""

    def __init__(self, *, market: Market = Market.SPOT, by_bars: bool = False, keep: int = 100_000) -> None:
        self.now = 1_000
        self.events: list[Event] = []
        self.trace = Trace()
        self.ledger = Ledger()
        known = symbols(market)
        self.accounting = SpotAccounting(self.ledger, known, by_bars=by_bars)
        self.engine = Engine(
            market,
            known,
            self.accounting,
            clock=lambda: self.now,
            emit=self.emit,
            keep=keep,
            by_bars=by_bars,
        )

    def emit(self, event: Event) -> None:
        self.trace(event)
        self.events.append(event)

    def fund(self, account: str, **amounts: str | int) -> Desk:
        for asset, amount in amounts.items():
            self.engine.deposit(account, asset, d(amount))
        return self

    def quote(self, bids: dict[str, str], asks: dict[str, str], symbol: str = BTC) -> None:
        self.engine.quote(symbol, _levels(bids), _levels(asks))

    def print(self, price: str, quantity: str = "1", buyer_is_maker: bool = True, symbol: str = BTC) -> None:
        self.engine.print_trade(symbol, d(price), d(quantity), buyer_is_maker)

    def limit(self, account: str, side: Side, quantity: str, price: str, **others: Any) -> Order:
        return self.engine.place(account, limit(side, quantity, price, **others))

    def market(self, account: str, side: Side, quantity: str, **others: Any) -> Order:
        return self.engine.place(account, market(side, quantity, **others))

    def balance(self, account: str, asset: str) -> tuple[Decimal, Decimal]:
        return self.engine.accounting.balances(account).get(asset, (d(0), d(0)))

    def said(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def fills(self, order: Order) -> list[Fill]:
        """All fills of an order, those it got while it rested too."""
        return [fill for fill in self.engine.fills(order.account, order.symbol) if fill.order_id == order.id]

    def reports(self, order: Order) -> list[OrderReport]:
        return [report for report in self.said(OrderReport) if report.order is order]

    def balance_events(self, account: str) -> list[BalancesChanged]:
        return [event for event in self.said(BalancesChanged) if event.account == account]

    def change_symbol(self, name: str = BTC, **changes: Any) -> None:
        self.engine.replace_symbol(replace(self.engine.symbols[name], **changes))


def limit(side: Side, quantity: str, price: str, *, symbol: str = BTC, **others: Any) -> OrderRequest:
    others.setdefault("type", "LIMIT")
    return OrderRequest(symbol, side, execution=Execution.LIMIT, quantity=d(quantity), limit_price=d(price), **others)


def maker(side: Side, quantity: str, price: str, **others: Any) -> OrderRequest:
    return limit(side, quantity, price, type="LIMIT_MAKER", post_only=True, **others)


def market(side: Side, quantity: str, *, symbol: str = BTC, **others: Any) -> OrderRequest:
    return OrderRequest(symbol, side, "MARKET", Execution.MARKET, quantity=d(quantity), **others)


def market_for(side: Side, money: str, *, symbol: str = BTC) -> OrderRequest:
    return OrderRequest(symbol, side, "MARKET", Execution.MARKET, quote_quantity=d(money))


def stop(
    side: Side, quantity: str, price: str, *, symbol: str = BTC, kind: TriggerKind = TriggerKind.STOP
) -> OrderRequest:
    name = "STOP_LOSS" if kind is TriggerKind.STOP else "TAKE_PROFIT"
    return OrderRequest(symbol, side, name, Execution.MARKET, quantity=d(quantity), trigger=Trigger(kind, d(price)))


def refusal(action: Callable[[], object]) -> tuple[int, str]:
    """Code and text of the reject that an action must end in."""
    try:
        action()
    except Reject as reject:
        return reject.code, reject.message
    raise AssertionError("it was not refused")


def _levels(levels: dict[str, str]) -> list[tuple[Decimal, Decimal]]:
    return [(d(price), d(quantity)) for price, quantity in levels.items()]


IOC, FOK = TimeInForce.IOC, TimeInForce.FOK
