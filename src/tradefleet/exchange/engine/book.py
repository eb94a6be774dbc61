"""The book of a symbol: the house's levels and the clients' orders in price-time priority."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice, takewhile

import msgspec

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.half import UNLIMITED, Half, Resting
from tradefleet.exchange.engine.orders import Order, Side
from tradefleet.exchange.engine.symbols import Symbol

__all__ = ["UNLIMITED", "Book", "BookChange", "Level"]

Level = tuple[Decimal, Decimal]

_NONE: tuple[Level, ...] = ()
_NOTHING: frozenset[Decimal] = frozenset()


class BookChange(msgspec.Struct, frozen=True):
    """Displayed levels that changed, quantity 0 for those that are gone, and the ids of the change."""

    first_id: int
    last_id: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


class Book:
    """Price-time priority between clients; at one price, what the house had there before a client came is ahead of it.

    What is displayed is never crossed: bids at or above the best ask show a tick below it. `UNLIMITED` shows as the
    symbol's largest quantity.
    """

    def __init__(self, symbol: Symbol) -> None:
        self.symbol = symbol
        self.last_update_id = 0
        self._bids = Half(Side.BUY)
        self._asks = Half(Side.SELL)
        self._shown: dict[Side, dict[Decimal, Decimal]] = {Side.BUY: {}, Side.SELL: {}}
        # As of the last `take_changes`.
        self._ceiling: Decimal | None = None
        self._clipped = _NOTHING

    def half(self, side: Side) -> Half:
        """The bids (BUY) or the asks (SELL)."""
        return self._bids if side is Side.BUY else self._asks

    def opposite(self, side: Side) -> Half:
        """What an order of a side trades with."""
        return self._asks if side is Side.BUY else self._bids

    def set_house(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        """Replace the house's levels."""
        self._bids.set_house(dict(bids))
        self._asks.set_house(dict(asks))

    def house(self) -> tuple[list[Level], list[Level]]:
        """The house's bids and asks, best first."""
        return self._bids.house(), self._asks.house()

    def update_house(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        """Change some of the house's levels; a quantity of 0 takes one away."""
        self._bids.update_house(bids)
        self._asks.update_house(asks)

    def add(self, order: Order) -> None:
        """Queue a client's limit order."""
        self.half(order.side).add(order, _limit(order))

    def filled(self, order: Order, quantity: Decimal) -> None:
        """A resting order has filled by so much: call it after `order.filled` has changed."""
        half, price = self.half(order.side), _limit(order)
        half.reduce(price, quantity)
        if not order.left:
            half.remove(order, price)

    def remove(self, order: Order) -> None:
        """Take a client's order away."""
        self.half(order.side).remove(order, _limit(order))

    def resting(self) -> Iterator[Resting]:
        """Clients' orders: bids, then asks, each in price-time priority."""
        yield from self._bids.resting()
        yield from self._asks.resting()

    def bids(self, depth: int) -> list[Level]:
        """The best bids as they are displayed."""
        ceiling, clipped = self._clip()
        levels = ((price, self._display(self._bids.quantity(price))) for price in self._bids.prices())
        if ceiling is None or not clipped:
            return list(islice(levels, depth))
        top = (ceiling, self._bid_shown(ceiling, ceiling, clipped))
        below = ((price, quantity) for price, quantity in levels if price < ceiling)
        return [top, *islice(below, depth - 1)]

    def asks(self, depth: int) -> list[Level]:
        """The best asks as they are displayed."""
        return [(price, self._display(self._asks.quantity(price))) for price in islice(self._asks.prices(), depth)]

    def best_bid(self) -> Level | None:
        """The best displayed bid."""
        return next(iter(self.bids(1)), None)

    def best_ask(self) -> Level | None:
        """The best displayed ask."""
        return next(iter(self.asks(1)), None)

    @property
    def changed(self) -> bool:
        """Whether anything was touched since `take_changes`."""
        return bool(self._bids.touched or self._asks.touched)

    def take_changes(self) -> BookChange | None:
        """What the display has changed by since the last call; None where it is the same."""
        ceiling, clipped = self._clip()
        touched = self._bids.touched
        if clipped is not self._clipped:
            touched |= self._clipped | clipped
            self._ceiling, self._clipped = ceiling, clipped
        bids = asks = _NONE
        if touched:
            shown = [(price, self._bid_shown(price, ceiling, clipped)) for price in sorted(touched, reverse=True)]
            bids = self._differences(Side.BUY, shown)
            touched.clear()
        if self._asks.touched:
            quantity = self._asks.quantity
            shown = [(price, self._display(quantity(price))) for price in sorted(self._asks.touched)]
            asks = self._differences(Side.SELL, shown)
            self._asks.touched.clear()
        if not bids and not asks:
            return None
        first = self.last_update_id + 1
        self.last_update_id += len(bids) + len(asks)
        return BookChange(first, self.last_update_id, bids, asks)

    def _differences(self, side: Side, levels: Iterable[Level]) -> tuple[Level, ...]:
        shown = self._shown[side]
        changed: list[Level] = []
        for price, quantity in levels:
            if shown.get(price, ZERO) == quantity:
                continue
            changed.append((price, quantity))
            if quantity:
                shown[price] = quantity
            else:
                del shown[price]
        return tuple(changed)

    def _clip(self) -> tuple[Decimal | None, frozenset[Decimal]]:
        """The highest price a bid may show at, and the prices this concerns: those above it, and itself."""
        ask, bid = self._asks.best(), self._bids.best()
        if ask is None or bid is None or bid < ask:
            return None, _NOTHING
        ceiling = ask - self.symbol.tick
        if ceiling == self._ceiling and all(price < ceiling for price in self._bids.touched):
            # Most orders rest further down, where none of this concerns them.
            return ceiling, self._clipped
        above = takewhile(lambda price: price >= ask, self._bids.prices())
        return ceiling, frozenset((ceiling, *above))

    def _bid_shown(self, price: Decimal, ceiling: Decimal | None, clipped: frozenset[Decimal]) -> Decimal:
        if ceiling is None or price < ceiling:
            return self._display(self._bids.quantity(price))
        if price > ceiling:
            return ZERO
        return self._display(sum((self._bids.quantity(each) for each in clipped), ZERO))

    def _display(self, quantity: Decimal) -> Decimal:
        return quantity if quantity.is_finite() else self.symbol.max_quantity


def _limit(order: Order) -> Decimal:
    price = order.request.limit_price
    if price is None:
        raise ValueError(f"order {order.id} has no limit price and cannot rest in the book")
    return price
