"""Funding of perpetuals: when it falls due, at which rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tradefleet.market.time import HOUR

_USUAL = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Funding:
    """The same rate every `interval` nanoseconds, counted from 00:00 UTC; `rates` are those of single symbols.

    >>> funding = Funding()
    >>> [time // HOUR for time in funding.due(HOUR, 17 * HOUR)]
    [8, 16]
    """

    rate: Decimal = _USUAL
    interval: int = 8 * HOUR
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    def of(self, symbol: str) -> Decimal:
        """The rate of a symbol."""
        return self.rates.get(symbol, self.rate)

    def next(self, time: int) -> int:
        """The first funding after a time."""
        return (time // self.interval + 1) * self.interval

    def due(self, after: int, until: int) -> range:
        """Times of the fundings in (after, until]."""
        return range(self.next(after), until + 1, self.interval)
