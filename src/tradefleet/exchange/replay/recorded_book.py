"""The book of a recording: snapshots and differences, their ids checked, and the best prices in between."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterable
from decimal import Decimal

from tradefleet.exchange.replay.recording import Depth, Pair, Snapshot, Top
from tradefleet.exchange.replay.scale import Scale

# Differences kept for a snapshot that is older than they are when it comes.
_KEPT = 1000
_NOTHING = Decimal(0)

Change = dict[Decimal, Decimal]


class _Side:
    """Quantities by price, and the prices in order."""

    def __init__(self, levels: Change) -> None:
        self.levels = {price: quantity for price, quantity in levels.items() if quantity}
        self.prices = sorted(self.levels)

    def apply(self, changed: Change) -> None:
        for price, quantity in changed.items():
            if not quantity:
                if self.levels.pop(price, None) is not None:
                    del self.prices[bisect_left(self.prices, price)]
                continue
            if price not in self.levels:
                insort(self.prices, price)
            self.levels[price] = quantity

    def above(self, price: Decimal) -> list[Decimal]:
        return self.prices[bisect_right(self.prices, price) :]

    def below(self, price: Decimal) -> list[Decimal]:
        return self.prices[: bisect_left(self.prices, price)]


class RecordedBook:
    """Levels by price of one symbol; `gaps` counts differences that were missed.

    Differences before the first snapshot, and after a gap, are taken as they are: what they have not told of yet is not
    there. Each method gives what changed, (bids, asks), quantity 0 for a level that is gone.
    """

    def __init__(self, scale: Scale) -> None:
        self.gaps = 0
        self._scale = scale
        self._bids = _Side({})
        self._asks = _Side({})
        self._last: int | None = None
        self._recent: deque[Depth] = deque(maxlen=_KEPT)

    def best(self) -> tuple[Decimal | None, Decimal | None]:
        """The best bid and ask."""
        bids, asks = self._bids.prices, self._asks.prices
        return bids[-1] if bids else None, asks[0] if asks else None

    def levels(self) -> tuple[Change, Change]:
        """All levels."""
        return dict(self._bids.levels), dict(self._asks.levels)

    def snapshot(self, message: Snapshot) -> tuple[Change, Change]:
        """All levels anew, and on them the differences that are newer."""
        bids, asks = self._bids.levels, self._asks.levels
        self._bids, self._asks = _Side(self._read(message.bids)), _Side(self._read(message.asks))
        newer = [depth for depth in self._recent if depth.u > message.lastUpdateId]
        self._last = message.lastUpdateId
        for depth in newer:
            self._put(depth.b, depth.a)
            self._last = depth.u
        return _difference(bids, self._bids.levels), _difference(asks, self._asks.levels)

    def depth(self, message: Depth) -> tuple[Change, Change]:
        """Levels that changed; nothing where they are known already, all anew after a gap."""
        if self._last is not None and message.u <= self._last:
            return {}, {}
        gone: tuple[Change, Change] = ({}, {})
        if self._last is not None and self._missed(message):
            self.gaps += 1
            gone = dict.fromkeys(self._bids.levels, _NOTHING), dict.fromkeys(self._asks.levels, _NOTHING)
            self._bids, self._asks = _Side({}), _Side({})
            self._recent.clear()
        self._recent.append(message)
        self._last = message.u
        bids, asks = self._put(message.b, message.a)
        return gone[0] | bids, gone[1] | asks

    def top(self, message: Top) -> tuple[Change, Change]:
        """The best prices: nothing is better than they are. Older than what is known, they are not news."""
        if self._last is not None and message.u <= self._last:
            return {}, {}
        bid, ask = self._price(message.b), self._price(message.a)
        bids = dict.fromkeys(self._bids.above(bid), _NOTHING)
        asks = dict.fromkeys(self._asks.below(ask), _NOTHING)
        bids[bid], asks[ask] = self._quantity(message.B), self._quantity(message.A)
        self._bids.apply(bids)
        self._asks.apply(asks)
        return bids, asks

    def _missed(self, message: Depth) -> bool:
        if message.pu is not None:
            return message.pu != self._last and (self._last or 0) < message.U
        return (self._last or 0) + 1 < message.U

    def _put(self, bids: Iterable[Pair], asks: Iterable[Pair]) -> tuple[Change, Change]:
        changed = self._read(bids), self._read(asks)
        self._bids.apply(changed[0])
        self._asks.apply(changed[1])
        return changed

    def _read(self, levels: Iterable[Pair]) -> Change:
        return {self._price(price): self._quantity(quantity) for price, quantity in levels}

    def _price(self, price: Decimal) -> Decimal:
        return price.quantize(self._scale.tick)

    def _quantity(self, quantity: Decimal) -> Decimal:
        return quantity.quantize(self._scale.lot)


def _difference(before: Change, after: Change) -> Change:
    changed = {price: quantity for price, quantity in after.items() if before.get(price) != quantity}
    return changed | {price: _NOTHING for price in before if price not in after}
