"""One side of a book: levels of the house, queues of clients' orders, and who is next."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from decimal import Decimal
from heapq import merge
from itertools import groupby
from typing import NamedTuple

import msgspec

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.orders import Order, Side

UNLIMITED = Decimal("Infinity")


class Resting(msgspec.Struct, gc=False):
    """A client's order in the book, and how much of the house's quantity at its price came earlier."""

    order: Order
    price: Decimal
    ahead: Decimal


class Offer(NamedTuple):
    """What trades next: a quantity of the house, or a client's order (`resting`)."""

    price: Decimal
    quantity: Decimal
    resting: Resting | None


class _Prices:
    """The prices of one side, best first."""

    def __init__(self, side: Side) -> None:
        self._bid = side is Side.BUY
        # Worse is higher, on both sides.
        self._keys: list[Decimal] = []
        self.best: Decimal | None = None

    def __iter__(self) -> Iterator[Decimal]:
        return (-key for key in self._keys) if self._bid else iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, price: Decimal) -> None:
        key = -price if self._bid else price
        self._keys.insert(bisect_left(self._keys, key), key)
        self._find_best()

    def discard(self, price: Decimal) -> None:
        key = -price if self._bid else price
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            del self._keys[at]
        self._find_best()

    def replace(self, prices: Iterable[Decimal]) -> None:
        self._keys = sorted([-price for price in prices] if self._bid else prices)
        self._find_best()

    def _find_best(self) -> None:
        if self._keys:
            self.best = -self._keys[0] if self._bid else self._keys[0]
        else:
            self.best = None


class Half:
    """Bids (side BUY) or asks (side SELL). Every price whose quantity may have changed is in `touched`."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.touched: set[Decimal] = set()
        self._house: dict[Decimal, Decimal] = {}
        self._house_prices = _Prices(side)
        self._queues: dict[Decimal, dict[int, Resting]] = {}
        self._totals: dict[Decimal, Decimal] = {}
        self._client_prices = _Prices(side)

    # What is there.

    def house_best(self) -> Decimal | None:
        """The house's best price."""
        return self._house_prices.best

    def client_best(self) -> Decimal | None:
        """The clients' best price."""
        return self._client_prices.best

    def better(self, one: Decimal, other: Decimal) -> bool:
        """Whether a price of this side comes before another."""
        return one > other if self.side is Side.BUY else one < other

    def best(self) -> Decimal | None:
        """The best price of all."""
        house, client = self._house_prices.best, self._client_prices.best
        if house is None or client is None:
            return client if house is None else house
        return client if self.better(client, house) else house

    def house(self) -> list[tuple[Decimal, Decimal]]:
        """The house's levels, best first."""
        return [(price, self._house[price]) for price in self._house_prices]

    def quantity(self, price: Decimal) -> Decimal:
        """The quantity at a price: the house's and the clients'."""
        return self._house.get(price, ZERO) + self._totals.get(price, ZERO)

    def house_quantity(self, price: Decimal) -> Decimal:
        """The house's quantity at a price."""
        return self._house.get(price, ZERO)

    def prices(self) -> Iterator[Decimal]:
        """All prices, best first."""
        if not self._client_prices:
            return iter(self._house_prices)
        if not self._house_prices:
            return iter(self._client_prices)
        both = merge(self._house_prices, self._client_prices, reverse=self.side is Side.BUY)
        return (price for price, _ in groupby(both))

    def resting(self) -> Iterator[Resting]:
        """Clients' orders, best price first, earlier ones first."""
        for price in self._client_prices:
            yield from self._queues[price].values()

    def queue(self, price: Decimal) -> list[Resting]:
        """Clients' orders at a price, earlier ones first."""
        return list(self._queues.get(price, {}).values())

    def offers(self) -> Iterator[Offer]:
        """What an order that takes from this side would meet, in turn; nothing is taken."""
        for price in self.prices():
            house = self._house.get(price, ZERO)
            passed = ZERO
            for resting in self._queues.get(price, {}).values():
                if resting.ahead > passed:
                    yield Offer(price, resting.ahead - passed, None)
                    passed = resting.ahead
                yield Offer(price, resting.order.left, resting)
            if house > passed:
                yield Offer(price, house - passed, None)

    def next_offer(self) -> Offer | None:
        """What trades next with an order that takes from this side."""
        house, client = self._house_prices.best, self._client_prices.best
        if client is None:
            return None if house is None else Offer(house, self._house[house], None)
        if house is not None and self.better(house, client):
            return Offer(house, self._house[house], None)
        first = next(iter(self._queues[client].values()))
        if house == client and first.ahead > ZERO:
            return Offer(client, first.ahead, None)
        return Offer(client, first.order.left, first)

    # What changes it.

    def set_house(self, levels: dict[Decimal, Decimal]) -> None:
        """Replace all levels of the house."""
        old = self._house
        self.touched.update(price for price, quantity in old.items() if levels.get(price) != quantity)
        self.touched.update(price for price in levels if price not in old)
        self._house = {price: quantity for price, quantity in levels.items() if quantity > ZERO}
        self._house_prices.replace(self._house)
        for price in self._client_prices:
            self._shrink_ahead(price)

    def update_house(self, levels: Iterable[tuple[Decimal, Decimal]]) -> None:
        """Change some levels of the house; a quantity of 0 takes one away."""
        for price, quantity in levels:
            if quantity > ZERO:
                if price not in self._house:
                    self._house_prices.add(price)
                self._house[price] = quantity
            elif self._house.pop(price, None) is not None:
                self._house_prices.discard(price)
            self.touched.add(price)
            if price in self._queues:
                self._shrink_ahead(price)

    def take_house(self, price: Decimal, quantity: Decimal) -> None:
        """An order has taken from the house."""
        self.update_house(((price, self._house[price] - quantity),))
        self.pass_queue(price, quantity)

    def pass_queue(self, price: Decimal, quantity: Decimal) -> None:
        """So much of what was ahead of the clients at a price has traded."""
        for resting in self._queues.get(price, {}).values():
            resting.ahead = max(ZERO, resting.ahead - quantity)

    def add(self, order: Order, price: Decimal) -> None:
        """Queue a client's order at the end of its price."""
        queue = self._queues.get(price)
        if queue is None:
            queue = self._queues[price] = {}
            self._totals[price] = ZERO
            self._client_prices.add(price)
        queue[order.id] = Resting(order, price, self._house.get(price, ZERO))
        self._totals[price] += order.left
        self.touched.add(price)

    def reduce(self, price: Decimal, quantity: Decimal) -> None:
        """Clients at a price offer less by this."""
        self._totals[price] -= quantity
        self.touched.add(price)

    def remove(self, order: Order, price: Decimal) -> None:
        """Take a client's order out of its queue, whatever is left of it."""
        queue = self._queues[price]
        del queue[order.id]
        self._totals[price] -= order.left
        self.touched.add(price)
        if not queue:
            del self._queues[price], self._totals[price]
            self._client_prices.discard(price)

    def _shrink_ahead(self, price: Decimal) -> None:
        # Who leaves the house's queue is taken to have stood behind the client.
        house = self._house.get(price, ZERO)
        for resting in self._queues[price].values():
            resting.ahead = min(resting.ahead, house)
