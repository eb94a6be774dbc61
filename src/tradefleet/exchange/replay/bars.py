"""A market that is played from series of bars."""

from __future__ import annotations

from collections.abc import Mapping

from tradefleet.exchange.replay.funding import Funding
from tradefleet.exchange.replay.liquidity import Liquidity
from tradefleet.exchange.replay.listing import pairs, symbol_of
from tradefleet.exchange.replay.past import BarPast
from tradefleet.exchange.replay.scale import Scale
from tradefleet.exchange.replay.stage import Listed, Stage
from tradefleet.market.bars import Bars
from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.time import TimeLike, format_time, merged_times, parse_time
from tradefleet.market.timeframe import Timeframe

# At most so many bars are history at the start, by default.
_HISTORY = 1000


class BarMarket(Stage):
    """Plays series of bars: `BTC/USDT` on the spot market, `BTC/USDT:USDT` as a perpetual, one of them alone as both.

    It starts with the first bar at or after `start`, by default after the first tenth of all open times, or 1,000 of
    them where that is less; what came before is history. Ticks and lots are those of the bars' instruments, else the
    finest the bars show.

    Raises ParameterError for bars of several timeframes, names that are not BASE/QUOTE, and a start after the last bar;
    DataError where there are no bars.
    """

    def __init__(
        self,
        series: Mapping[str, Bars],
        *,
        start: TimeLike | None = None,
        liquidity: Liquidity | None = None,
        funding: Funding | None = None,
    ) -> None:
        timeframe = _timeframe(series)
        first = _start(series, start)
        listed = []
        for (market, base, quote), bars in pairs(series).items():
            symbol = symbol_of(market, base, quote, bars)
            listed.append(Listed(symbol, lambda bars=bars, symbol=symbol: _past(bars, Scale.of(symbol), first)))  # type: ignore[misc]
        super().__init__(listed, timeframe, first, liquidity, funding)
        for entry in listed:
            self.need(entry.symbol.market, entry.symbol.name)


def _past(bars: Bars, scale: Scale, start: int) -> BarPast:
    return BarPast(bars, scale, bars.index_of(start))


def _timeframe(series: Mapping[str, Bars]) -> Timeframe:
    found = {bars.timeframe for bars in series.values()}
    if not found:
        raise DataError("there are no bars to play", cure="give at least one series")
    if len(found) > 1:
        raise ParameterError(
            f"bars of {' and '.join(map(str, sorted(found)))} in one market", cure="bring them to one timeframe"
        )
    return found.pop()


def _start(series: Mapping[str, Bars], start: TimeLike | None) -> int:
    times = merged_times([bars.time for bars in series.values()])
    if not len(times):
        raise DataError("there are no bars to play", cure="give series that are not empty")
    if start is None:
        return int(times[min(len(times) // 10, _HISTORY)])
    wanted = parse_time(start, "start")
    place = int(times.searchsorted(wanted))
    if place == len(times):
        raise ParameterError(
            f"start is {format_time(wanted)}, after the last bar at {format_time(int(times[-1]))}",
            cure="choose an earlier one",
        )
    return int(times[place])
