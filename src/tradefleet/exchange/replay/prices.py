"""What market data is made of: candles, trades, a day's statistics."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

INTERVALS = (
    "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candle:
    """A candle; times in UTC nanoseconds, `close_time` is a millisecond before the next one opens."""

    open_time: int
    close_time: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    quote_volume: Decimal
    trades: int
    taker_volume: Decimal
    taker_quote_volume: Decimal


@dataclass(frozen=True, slots=True)
class PublicTrade:
    """A trade of the tape."""

    id: int
    time: int
    price: Decimal
    quantity: Decimal
    quote: Decimal
    buyer_is_maker: bool


@dataclass(frozen=True, slots=True)
class AggregateTrade:
    """Trades of one time, price and direction as one."""

    id: int
    time: int
    price: Decimal
    quantity: Decimal
    first_id: int
    last_id: int
    buyer_is_maker: bool


@dataclass(frozen=True, slots=True)
class DayStatistics:
    """The last 24 hours of a symbol; `previous_close` is the last price before them. Times in nanoseconds."""

    open_time: int
    close_time: int
    open: Decimal
    high: Decimal
    low: Decimal
    last: Decimal
    last_quantity: Decimal
    previous_close: Decimal
    volume: Decimal
    quote_volume: Decimal
    weighted_average: Decimal
    first_id: int
    last_id: int
    count: int


@dataclass(frozen=True, slots=True)
class FundingRate:
    """One funding of a perpetual: its time, rate and mark price."""

    time: int
    rate: Decimal
    mark: Decimal


class Tape(Protocol):
    """What the endpoints of market data read; every time in UTC nanoseconds, every list oldest first.

    A symbol that has no price yet has empty lists and None.
    """

    def need(self, symbol: str) -> None:
        """Have a symbol's prices go on from now on, as any query of it does; nothing happens for an unknown one."""
        ...

    def candles(
        self, symbol: str, interval: str, since: int | None = None, until: int | None = None, limit: int = 500
    ) -> list[Candle]:
        """Candles, the running one too, opening in [since, until]; the first `limit` from `since`, else the last."""
        ...

    def trades(self, symbol: str, limit: int = 500, from_id: int | None = None) -> list[PublicTrade]:
        """The last trades, or those from an id on."""
        ...

    def aggregate_trades(
        self,
        symbol: str,
        limit: int = 500,
        from_id: int | None = None,
        since: int | None = None,
        until: int | None = None,
    ) -> list[AggregateTrade]:
        """Aggregate trades, as `trades`, or those with times in [since, until]."""
        ...

    def day(self, symbol: str) -> DayStatistics | None:
        """The last 24 hours."""
        ...

    def last_price(self, symbol: str) -> Decimal | None:
        """The last price."""
        ...

    def mark_price(self, symbol: str) -> Decimal | None:
        """The mark price of a perpetual; the last price on spot."""
        ...

    def funding_rates(self, symbol: str, since: int | None = None, limit: int = 100) -> list[FundingRate]:
        """Fundings that have been."""
        ...

    def next_funding(self, symbol: str) -> tuple[int, Decimal]:
        """Time and rate of the next funding."""
        ...
