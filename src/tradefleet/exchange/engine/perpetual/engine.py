"""The market of perpetuals: the engine with its accounting, liquidations and conditional orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.events import BalancesChanged, Event, ExecutionType
from tradefleet.exchange.engine.ledger import Ledger
from tradefleet.exchange.engine.orders import Order, PriceSource, Side
from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.perpetual.algo import AlgoOrders
from tradefleet.exchange.engine.perpetual.amendments import Amendments
from tradefleet.exchange.engine.perpetual.configuration import Configuration
from tradefleet.exchange.engine.perpetual.funding import pay_funding
from tradefleet.exchange.engine.perpetual.liquidation import Liquidations
from tradefleet.exchange.engine.perpetual.risk import Risk
from tradefleet.exchange.engine.perpetual.settings import Settings
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market, Symbol


class PerpetualEngine(Engine):
    """An engine whose sleeping orders are conditional (algo) ones, and whose positions can be liquidated.

    Positions are judged at every mark price; with `by_bars`, only warned of: playing the bar liquidates them.
    While a symbol has no mark price, its last price serves.
    """

    def __init__(
        self,
        symbols: Mapping[str, Symbol],
        *,
        clock: Callable[[], int],
        emit: Callable[[Event], None],
        ledger: Ledger | None = None,
        settings: Settings | None = None,
        keep: int = 100_000,
        by_bars: bool = False,
    ) -> None:
        self._outside = emit
        self.perpetual = PerpetualAccounting(
            Ledger() if ledger is None else ledger,
            symbols,
            Settings(symbols) if settings is None else settings,
            self.mark_price,
            keep=keep,
        )
        super().__init__(
            Market.PERPETUAL,
            symbols,
            self.perpetual,
            clock=clock,
            emit=self._told,
            keep=keep,
            by_bars=by_bars,
        )
        self.risk = Risk(self.perpetual)
        self.algos = AlgoOrders(self.perpetual, self, clock, self._told, keep)
        self._amendments = Amendments(self.perpetual, self._intake, self._lifecycle, self._matching, self._reports)
        self.configuration = Configuration(self.perpetual, self._has_orders, clock, self._told)
        self._liquidations = Liquidations(self.perpetual, self.risk, self, self.algos.abandon, clock, self._told)
        self.liquidations = self._liquidations
        self.trigger = self.algos.trigger
        self.on_ended(self.algos.ended)
        self.watchers.append(self._priced)

    def mark_price(self, symbol: str) -> Decimal | None:
        """The mark price of a symbol, its last price while there is none."""
        listing = self.listing(symbol)
        return listing.last_price if listing.mark_price is None else listing.mark_price

    def amend(
        self,
        account: str,
        symbol: str,
        side: Side,
        quantity: Decimal,
        price: Decimal,
        *,
        order_id: int | None = None,
        client_id: str | None = None,
    ) -> Order:
        """Give an open limit order another quantity and price; raises Reject."""
        with self._reports:
            self._expire_due()
            order = self.order(account, symbol, order_id=order_id, client_id=client_id)
            if not order.open:
                raise Reject(-2013, "Order does not exist.")
            self._amendments.amend(order, self.listing(symbol), side, quantity, price)
        return order

    def pay_funding(self, symbol: str, rate: Decimal, mark: Decimal, time: int) -> None:
        """Let every open position of a symbol pay or receive funding."""
        pay_funding(self.perpetual, symbol, rate, mark, time, self._told)

    def _has_orders(self, account: str, symbol: str | None) -> bool:
        return bool(self.open_orders(account, symbol) or self.algos.open_orders(account, symbol))

    def _priced(self, symbol: str, source: PriceSource, price: Decimal) -> None:
        if source is PriceSource.MARK:
            self._liquidations.check(symbol, warn_only=self.by_bars)

    def _told(self, event: Event) -> None:
        """What follows from an event comes after everybody has heard of it."""
        self._outside(event)
        if isinstance(event, BalancesChanged):
            for state in event.positions:
                self.algos.expire_closing(event.account, state.symbol)
                self._cut(event.account, state.symbol)

    def _cut(self, account: str, symbol: str) -> None:
        """Orders that only reduce shrink with their position, and expire when it is gone."""
        for order, closable in self.perpetual.excess(account, symbol):
            if not closable:
                self.expire(order)
                continue
            listing, surplus = self.listing(symbol), order.left - closable
            with self._reports:
                order.quantity -= surplus
                listing.book.filled(order, surplus)
                order.updated = self.clock()
                self._reports.touch(listing)
                self._reports.order(order, ExecutionType.AMENDMENT)
