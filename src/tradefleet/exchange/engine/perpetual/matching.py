"""What liquidation and conditional orders need of the engine."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from tradefleet.exchange.engine.listing import Listing
from tradefleet.exchange.engine.orders import Order, OrderRequest
from tradefleet.exchange.engine.reports import Reports


class Matching(Protocol):
    """The engine, as far as it is needed here."""

    def listing(self, symbol: str) -> Listing:
        """A symbol's prices and sleeping orders; raises Reject for an unknown one."""

    def check(self, account: str, request: OrderRequest) -> None:
        """Raises Reject for what the symbol's filters refuse."""

    def place(self, account: str, request: OrderRequest) -> Order:
        """Take an order; raises Reject."""

    def cancel_all(self, account: str, symbol: str) -> list[Order]:
        """Cancel an account's open orders of a symbol."""

    def force(self, account: str, request: OrderRequest, price: Decimal) -> Order:
        """Fill an order of the exchange's own, whole and at once: asked of no filter, matched with nobody."""

    def command(self, reason: str = ...) -> Reports:
        """What is done within is told as one."""
