"""What open orders would add to positions: their notionals by side, kept as sums."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import msgspec

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.orders import Order, Side


class _Part(msgspec.Struct):
    """One order's part of the sums: the quantity counted, and the price it is counted at; 0 for one that reduces."""

    order: Order
    quantity: Decimal
    price: Decimal


@dataclass(slots=True)
class Sums:
    """Quantities and notionals of an account's open orders of a symbol and position side, bids and asks apart."""

    bid_quantity: Decimal = ZERO
    bid_notional: Decimal = ZERO
    ask_quantity: Decimal = ZERO
    ask_notional: Decimal = ZERO

    def add(self, side: Side, quantity: Decimal, notional: Decimal) -> None:
        """Add to a side; take off with negative amounts."""
        if side is Side.BUY:
            self.bid_quantity += quantity
            self.bid_notional += notional
        else:
            self.ask_quantity += quantity
            self.ask_notional += notional


_EMPTY = Sums()


class Exposure:
    """Open orders of all accounts. Orders that can only reduce are known, and count for nothing."""

    def __init__(self) -> None:
        # By account and symbol, in the order they came.
        self._parts: dict[str, dict[str, dict[int, _Part]]] = {}
        self._sums: dict[tuple[str, str, str], Sums] = {}
        self._reducing: dict[tuple[str, str], dict[int, Order]] = {}

    def count(self, order: Order, quantity: Decimal, price: Decimal) -> None:
        """Count an order, or count it anew."""
        parts = self._parts.setdefault(order.account, {}).setdefault(order.symbol, {})
        before = parts.get(order.id)
        if before is not None:
            self._add(order, -before.quantity, before.price)
        parts[order.id] = _Part(order, quantity, price)
        self._add(order, quantity, price)

    def watch(self, order: Order) -> None:
        """Know of an order that can only reduce; it counts for nothing."""
        self.count(order, ZERO, ZERO)
        self._reducing.setdefault((order.account, order.symbol), {})[order.id] = order

    def reducing(self, account: str, symbol: str) -> list[Order]:
        """An account's open orders that can only reduce, oldest first."""
        return list(self._reducing.get((account, symbol), {}).values())

    def shrink(self, order: Order, quantity: Decimal) -> None:
        """Count at most this quantity of an order from now on."""
        part = self._part(order)
        if part is not None and part.quantity > quantity:
            self._add(order, quantity - part.quantity, part.price)
            part.quantity = quantity

    def drop(self, order: Order) -> None:
        """Forget an order."""
        part = self._part(order)
        if part is None:
            return
        self._add(order, -part.quantity, part.price)
        reducing = self._reducing.get((order.account, order.symbol))
        if reducing:
            reducing.pop(order.id, None)
        symbols = self._parts[order.account]
        del symbols[order.symbol][order.id]
        if not symbols[order.symbol]:
            del symbols[order.symbol]

    def counted(self, order: Order) -> Decimal:
        """How much of an order is counted."""
        part = self._part(order)
        return ZERO if part is None else part.quantity

    def counted_at(self, order: Order) -> tuple[Decimal, Decimal]:
        """How much of an order is counted, and at which price."""
        part = self._part(order)
        return (ZERO, ZERO) if part is None else (part.quantity, part.price)

    def sums(self, account: str, symbol: str, position_side: str) -> Sums:
        """The sums of one side of a symbol; not to be changed."""
        return self._sums.get((account, symbol, position_side), _EMPTY)

    def orders(self, account: str, symbol: str | None = None) -> list[Order]:
        """An account's open orders, oldest first within a symbol."""
        symbols = self._parts.get(account, {})
        wanted = symbols.values() if symbol is None else [symbols.get(symbol, {})]
        return [part.order for parts in wanted for part in parts.values()]

    def symbols(self, account: str) -> list[str]:
        """Symbols in which an account has open orders."""
        return list(self._parts.get(account, {}))

    def _part(self, order: Order) -> _Part | None:
        return self._parts.get(order.account, {}).get(order.symbol, {}).get(order.id)

    def _add(self, order: Order, quantity: Decimal, price: Decimal) -> None:
        if quantity:
            key = (order.account, order.symbol, order.request.position_side)
            sums = self._sums.get(key)
            if sums is None:
                sums = self._sums[key] = Sums()
            sums.add(order.side, quantity, quantity * price)
