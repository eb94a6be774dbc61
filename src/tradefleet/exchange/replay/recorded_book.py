"""The book of a recording: snapshots and differences, their ids checked, and the best prices in between."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from decimal import Decimal

from tradefleet.exchange.replay.recording import Depth, Pair, Snapshot, Top
from tradefleet.exchange.replay.scale import Scale

# Differences kept for a snapshot that is older than they are when it comes.
_KEPT = 1000
_NOTHING = Decimal(0)

Change = dict[Decimal, Decimal]


class RecordedBook:
    """Levels by price of one symbol; `gaps` counts differences that were missed.

    Differences before the first snapshot, and after a gap, are taken as they are: what they have not told of yet is not
    there. Each method gives what changed, (bids, asks), quantity 0 for a level that is gone.
    """

    def __init__(self, scale: Scale) -> None:
        self.gaps = 0
        self._scale = scale
        self._bids: Change = {}
        self._asks: Change = {}
        self._last: int | None = None
        self._recent: deque[Depth] = deque(maxlen=_KEPT)

    def best(self) -> tuple[Decimal | None, Decimal | None]:
        """The best bid and ask."""
        return max(self._bids, default=None), min(self._asks, default=None)

    def levels(self) -> tuple[Change, Change]:
        """All levels."""
        return dict(self._bids), dict(self._asks)

    def snapshot(self, message: Snapshot) -> tuple[Change, Change]:
        """All levels anew, and on them the differences that are newer."""
        before = self._bids, self._asks
        self._bids, self._asks = self._read(message.bids), self._read(message.asks)
        _drop_empty(self._bids)
        _drop_empty(self._asks)
        newer = [depth for depth in self._recent if depth.u > message.lastUpdateId]
        self._last = message.lastUpdateId
        for depth in newer:
            self._put(depth.b, depth.a)
            self._last = depth.u
        return _difference(before[0], self._bids), _difference(before[1], self._asks)

    def depth(self, message: Depth) -> tuple[Change, Change]:
        """Levels that changed; nothing where they are known already, all anew after a gap."""
        if self._last is not None and message.u <= self._last:
            return {}, {}
        gone: tuple[Change, Change] = ({}, {})
        if self._last is not None and self._missed(message):
            self.gaps += 1
            gone = dict.fromkeys(self._bids, _NOTHING), dict.fromkeys(self._asks, _NOTHING)
            self._bids, self._asks = {}, {}
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
        bids = {price: _NOTHING for price in self._bids if price > bid}
        asks = {price: _NOTHING for price in self._asks if price < ask}
        bids[bid], asks[ask] = self._quantity(message.B), self._quantity(message.A)
        _apply(self._bids, bids)
        _apply(self._asks, asks)
        return bids, asks

    def _missed(self, message: Depth) -> bool:
        if message.pu is not None:
            return message.pu != self._last and (self._last or 0) < message.U
        return (self._last or 0) + 1 < message.U

    def _put(self, bids: Iterable[Pair], asks: Iterable[Pair]) -> tuple[Change, Change]:
        changed = self._read(bids), self._read(asks)
        _apply(self._bids, changed[0])
        _apply(self._asks, changed[1])
        return changed

    def _read(self, levels: Iterable[Pair]) -> Change:
        return {self._price(price): self._quantity(quantity) for price, quantity in levels}

    def _price(self, price: Decimal) -> Decimal:
        return price.quantize(self._scale.tick)

    def _quantity(self, quantity: Decimal) -> Decimal:
        return quantity.quantize(self._scale.lot)


def _apply(side: Change, changed: Change) -> None:
    for price, quantity in changed.items():
        if quantity:
            side[price] = quantity
        else:
            side.pop(price, None)


def _drop_empty(side: Change) -> None:
    for price in [price for price, quantity in side.items() if not quantity]:
        del side[price]


def _difference(before: Change, after: Change) -> Change:
    changed = {price: quantity for price, quantity in after.items() if before.get(price) != quantity}
    return changed | {price: _NOTHING for price in before if price not in after}
