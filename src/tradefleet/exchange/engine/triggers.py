"""Conditional orders that sleep: which of them a price wakes, and in what order."""

from __future__ import annotations

from bisect import bisect_right, insort
from decimal import Decimal

from tradefleet.exchange.engine.amounts import ONE, ZERO
from tradefleet.exchange.engine.orders import Order, OrderRequest, PriceSource, Side, Trigger, TriggerKind
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market

_AT_ONCE = {
    Market.SPOT: (-2010, "Stop price would trigger immediately."),
    Market.PERPETUAL: (-2021, "Order would immediately trigger."),
}


def check(request: OrderRequest, price: Decimal | None, market: Market = Market.SPOT) -> None:
    """Refuse a conditional order whose condition `price`, the one it watches now, meets already.

    A trailing order that has a price to start at is held to that one. Raises Reject.
    """
    trigger = request.trigger
    if trigger is None or trigger.price is None or price is None:
        return
    if reached(request, price):
        raise Reject(*_AT_ONCE[market])


def rising(request: OrderRequest) -> bool:
    """Whether a conditional order waits for the price to rise to its trigger price; a trailing one, to start at it.

    On spot a trailing order starts as the type in its name wakes, on perpetuals as a take-profit does.
    """
    kind = _trigger(request).kind
    stop = kind is TriggerKind.STOP or (kind is TriggerKind.TRAILING and request.type.startswith("STOP_LOSS"))
    return stop is (request.side is Side.BUY)


def reached(request: OrderRequest, price: Decimal) -> bool:
    """Whether a price meets the trigger price of a conditional order; without one, any does."""
    level = _trigger(request).price
    if level is None:
        return True
    return price >= level if rising(request) else price <= level


def trailing(request: OrderRequest) -> bool:
    """Whether a conditional order follows the price."""
    return request.trigger is not None and request.trigger.trail is not None


def wake_price(order: Order) -> Decimal | None:
    """The price a sleeping order wakes at as things stand; None for a trailing one that has not started."""
    trigger = _trigger(order.request)
    if trigger.trail is None:
        return trigger.price
    if order.best_price is None:
        return None
    return order.best_price * (ONE + order.side.sign * trigger.trail)


def turns(order: Order, price: Decimal) -> bool:
    """Whether a price wakes a trailing order; without that, the order starts at it or follows it where it is to."""
    best = order.best_price
    if best is None:
        if reached(order.request, price):
            order.best_price = price
        return False
    sign = order.side.sign
    if (price - best) * sign < 0:
        order.best_price = price
        return False
    level = wake_price(order)
    return level is not None and (price - level) * sign >= 0


class Triggers:
    """The sleeping conditional orders of one symbol.

    Of those that one price wakes, the one whose level it came to first is first, at one level the older; trailing ones
    come last.
    """

    def __init__(self) -> None:
        self._above = {source: _Levels(1) for source in PriceSource}
        self._below = {source: _Levels(-1) for source in PriceSource}
        self._trailing: dict[int, Order] = {}

    def __len__(self) -> int:
        levels = [*self._above.values(), *self._below.values()]
        return len(self._trailing) + sum(len(side) for side in levels)

    def add(self, order: Order, price: Decimal | None = None) -> None:
        """Let an order sleep; `price` is the one it watches now, which a trailing one without a start follows from."""
        if not trailing(order.request):
            self._levels(order).add(order)
            return
        self._trailing[order.id] = order
        if price is not None and _trigger(order.request).price is None:
            order.best_price = price

    def discard(self, order: Order) -> None:
        """Forget an order that has ended, or was never here."""
        if trailing(order.request):
            self._trailing.pop(order.id, None)
        elif order.request.trigger is not None:
            self._levels(order).discard(order)

    def orders(self) -> list[Order]:
        """All sleeping orders, by their ids."""
        found = list(self._trailing.values())
        for levels in (*self._above.values(), *self._below.values()):
            found += levels.orders()
        return sorted(found, key=lambda order: order.id)

    def woken(self, price: Decimal, source: PriceSource) -> list[Order]:
        """The orders that a price wakes, which sleep here no longer; moves what trailing ones follow."""
        found = self._above[source].pop(price) + self._below[source].pop(price)
        if self._trailing:
            found += self._turned(price, source)
        return found

    def _turned(self, price: Decimal, source: PriceSource) -> list[Order]:
        found = []
        for order in list(self._trailing.values()):
            if _trigger(order.request).source is source and turns(order, price):
                del self._trailing[order.id]
                found.append(order)
        return found

    def _levels(self, order: Order) -> _Levels:
        side = self._above if rising(order.request) else self._below
        return side[_trigger(order.request).source]


class _Levels:
    """Orders that wake once the price has come to their level from one side; `sign` is 1 where it rises to it."""

    def __init__(self, sign: int) -> None:
        self._sign = sign
        # (distance from far below or above, id), so that the level reached first stands first.
        self._keys: list[tuple[Decimal, int]] = []
        self._orders: dict[int, Order] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def orders(self) -> list[Order]:
        return list(self._orders.values())

    def add(self, order: Order) -> None:
        insort(self._keys, self._key(order))
        self._orders[order.id] = order

    def discard(self, order: Order) -> None:
        if self._orders.pop(order.id, None) is not None:
            del self._keys[bisect_right(self._keys, self._key(order)) - 1]

    def pop(self, price: Decimal) -> list[Order]:
        if not self._keys or self._keys[0][0] > self._sign * price:
            return []
        count = bisect_right(self._keys, self._sign * price, key=lambda key: key[0])
        found = [self._orders.pop(number) for _, number in self._keys[:count]]
        del self._keys[:count]
        return found

    def _key(self, order: Order) -> tuple[Decimal, int]:
        return self._sign * (_trigger(order.request).price or ZERO), order.id


def _trigger(request: OrderRequest) -> Trigger:
    if request.trigger is None:
        raise ValueError(f"{request.type} of {request.symbol} has no trigger")
    return request.trigger
