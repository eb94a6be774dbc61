"""The public tape of a market: what its endpoints and streams of prices read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from tradefleet.exchange.engine.events import CandleChanged, Event, MarkChanged, Printed
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay import intervals
from tradefleet.exchange.replay.funding import Funding
from tradefleet.exchange.replay.prices import (
    AggregateTrade,
    Candle,
    DayStatistics,
    FundingRate,
    PublicTrade,
)
from tradefleet.exchange.replay.row import Row
from tradefleet.exchange.replay.statistics import day_of
from tradefleet.exchange.replay.track import Track


def _nobody(symbol: str, interval: str) -> bool:
    return False


class MarketTape:
    """Candles, trades, statistics and fundings of the symbols of one market.

    What clients trade with the house is not on it, so that candles stay those that were recorded. Of bars, the trades
    are made: each bar is told in at most four, whose quantities add up to its volume, whose prices are its open, high,
    low and close; the money, the number of trades and the takers' part of its candle are those of these trades. Of
    recorded trades all of it is exact.

    Candles of intervals that cannot be made from the bars there are, shorter ones above all, are empty lists.
    `wanted` tells whether anybody listens to candles of a symbol and interval: of others no events are made.
    """

    def __init__(self, market: Market, funding: Funding | None = None) -> None:
        self.market = market
        self.funding = funding or Funding()
        self.wanted: Callable[[str, str], bool] = _nobody
        self._clock: Callable[[], int] = lambda: 0
        self._emit: Callable[[Event], None] = lambda event: None
        self._begun: Callable[[Track], object] = lambda track: None
        self._makers: dict[str, Callable[[], Track]] = {}
        self._tracks: dict[str, Track] = {}

    def connect(
        self,
        clock: Callable[[], int],
        emit: Callable[[Event], None],
        begun: Callable[[Track], object] | None = None,
    ) -> None:
        """Tell the time by this clock, and events to this function, from now on; and tracks when they are made."""
        self._clock = clock
        self._emit = emit
        self._begun = begun or self._begun

    def add(self, symbol: str, make: Callable[[], Track]) -> None:
        """A symbol, whose track is made when somebody first asks for it."""
        self._makers[symbol] = make

    def track(self, symbol: str) -> Track | None:
        """The track of a symbol, None for an unknown one."""
        track = self._tracks.get(symbol)
        if track is None and symbol in self._makers:
            track = self._tracks[symbol] = self._makers.pop(symbol)()
            self._begun(track)
        return track

    def need(self, symbol: str) -> None:
        """Have a symbol's prices go on from now on; nothing happens for an unknown one."""
        self.track(symbol)

    def made(self) -> Iterator[Track]:
        """The tracks that somebody has asked for, the first asked for first."""
        return iter(tuple(self._tracks.values()))

    # What the endpoints read.

    def candles(
        self, symbol: str, interval: str, since: int | None = None, until: int | None = None, limit: int = 500
    ) -> list[Candle]:
        """Candles, the running one too, opening in [since, until]; the first `limit` from `since`, else the last."""
        track = self.track(symbol)
        return [] if track is None else track.candles(interval, since, until, limit)

    def trades(self, symbol: str, limit: int = 500, from_id: int | None = None) -> list[PublicTrade]:
        """The last trades, or those from an id on."""
        track = self.track(symbol)
        if track is None:
            return []
        return track.last_trades(limit) if from_id is None else track.trades_from(from_id, limit)

    def aggregate_trades(
        self,
        symbol: str,
        limit: int = 500,
        from_id: int | None = None,
        since: int | None = None,
        until: int | None = None,
    ) -> list[AggregateTrade]:
        """Aggregate trades, each with its first trade's id: the last, those from an id on, or in [since, until]."""
        track = self.track(symbol)
        if track is None:
            return []
        # Each takes several trades at times: enough of them for all but bursts.
        size = 4 * limit
        if from_id is not None:
            return aggregated(track.trades_from(from_id, size))[:limit]
        if since is not None:
            return aggregated(track.trades_since(since, until, size))[:limit]
        return aggregated(track.last_trades(size, until))[-limit:]

    def day(self, symbol: str) -> DayStatistics | None:
        """The last 24 hours."""
        track = self.track(symbol)
        return None if track is None else day_of(track, self._clock())

    def last_price(self, symbol: str) -> Decimal | None:
        """The last price."""
        track = self.track(symbol)
        return None if track is None else track.last_price

    def mark_price(self, symbol: str) -> Decimal | None:
        """The mark price of a perpetual; the last price on spot."""
        track = self.track(symbol)
        if track is None:
            return None
        return track.last_price if track.mark is None else track.mark

    def funding_rates(self, symbol: str, since: int | None = None, limit: int = 100) -> list[FundingRate]:
        """Fundings that have been, from the first bar there is."""
        track = self.track(symbol)
        rows = [] if track is None else track.past.rows(track.past.first, track.past.first + 1)
        if track is None or not rows:
            return []
        times = self.funding.due(max(rows[0].time, 0 if since is None else since) - 1, self._clock())
        chosen = times[-limit:] if since is None else times[:limit]
        rate = self.funding.of(symbol)
        return [FundingRate(time, rate, track.price_at(time)) for time in chosen]

    def next_funding(self, symbol: str) -> tuple[int, Decimal]:
        """Time and rate of the next funding."""
        return self.funding.next(self._clock()), self.funding.of(symbol)

    # What the market writes.

    def print(self, track: Track, trade: PublicTrade, price: int, lots: int) -> None:
        """A trade, in ticks and lots too: into the candles, and told."""
        track.trade(trade, price, lots)
        self._emit(
            Printed(
                self.market,
                trade.time,
                track.symbol.name,
                trade.id,
                trade.price,
                trade.quantity,
                trade.buyer_is_maker,
            )
        )

    def mark(self, track: Track, price: Decimal) -> None:
        """A perpetual's mark price, which is its index price too."""
        track.mark = price
        name, now = track.symbol.name, self._clock()
        self._emit(MarkChanged(now, name, price, price, self.funding.of(name), self.funding.next(now)))

    def changed(self, track: Track) -> None:
        """Tell the running candles of a symbol, those that anybody wants."""
        for interval in track.intervals:
            if self.wanted(track.symbol.name, interval):
                row = track.latest(interval)
                if row is not None:
                    self._emit(self._event(track, interval, row, closed=False))

    def publish(self, track: Track, now: int) -> None:
        """Tell the candles that have ended by now as closed, those that anybody wants."""
        for interval in [name for name in track.intervals if track.unclosed.get(name, now + 1) <= now]:
            del track.unclosed[interval]
            if self.wanted(track.symbol.name, interval):
                row = track.latest(interval)
                if row is not None:
                    self._emit(self._event(track, interval, row, closed=True))

    def _event(self, track: Track, interval: str, row: Row, *, closed: bool) -> CandleChanged:
        scale = track.scale
        return CandleChanged(
            self.market,
            self._clock(),
            track.symbol.name,
            interval,
            row.time,
            intervals.close_time(interval, row.time),
            scale.price(row.open),
            scale.price(row.high),
            scale.price(row.low),
            scale.price(row.close),
            scale.quantity(row.volume),
            scale.quote(row.quote),
            row.trades,
            scale.quantity(row.taker),
            scale.quote(row.taker_quote),
            row.first_id,
            row.last_id,
            closed,
        )


def aggregated(trades: Iterable[PublicTrade]) -> list[AggregateTrade]:
    """Trades of one millisecond, price and direction that follow one another as one, with the first one's id."""
    made: list[AggregateTrade] = []
    for trade in trades:
        last = made[-1] if made else None
        if last is not None and _same(last, trade):
            made[-1] = AggregateTrade(
                last.id,
                last.time,
                last.price,
                last.quantity + trade.quantity,
                last.first_id,
                trade.id,
                last.buyer_is_maker,
            )
            continue
        made.append(
            AggregateTrade(trade.id, trade.time, trade.price, trade.quantity, trade.id, trade.id, trade.buyer_is_maker)
        )
    return made


def _same(last: AggregateTrade, trade: PublicTrade) -> bool:
    millisecond = intervals.MILLISECOND
    return (
        last.time // millisecond == trade.time // millisecond
        and last.price == trade.price
        and last.buyer_is_maker == trade.buyer_is_maker
    )
