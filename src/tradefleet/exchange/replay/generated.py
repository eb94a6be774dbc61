"""A made-up market without end, of as many symbols as are wanted."""

from __future__ import annotations

import hashlib

import numpy as np

from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.replay.coins import Coin, coins
from tradefleet.exchange.replay.funding import Funding
from tradefleet.exchange.replay.liquidity import Liquidity
from tradefleet.exchange.replay.past import BarPast
from tradefleet.exchange.replay.scale import Scale
from tradefleet.exchange.replay.stage import Listed, Stage
from tradefleet.market.bars import Bars, Floats, frozen
from tradefleet.market.errors import ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.market.time import DAY, TimeLike, parse_time
from tradefleet.market.timeframe import Timeframe

# Bars are drawn around this price, which leaves them six digits, and brought to the coin's.
_DRAWN = 10_000.0
# What such bars turn over in a day, in base currency.
_DRAWN_VOLUME = 140_000.0
# Bars drawn at a time, once the history is played out.
_CHUNK = 1440


class GeneratedMarket(Stage):
    """Majors against USDT, then made-up coins up to `count`, on both markets; there is always a next bar.

    It starts at `start`, down to whole bars, with `days` of history. The same arguments give the same bars, whichever
    symbols are asked for and when. A symbol's bars are made when it is first asked for, by a query of its tape or an
    order; until then the house quotes around its first price and nothing moves.

    Raises ParameterError for a count, days or a timeframe that cannot be.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        count: int = 15,
        start: TimeLike = "2024-01-01",
        days: float = 7,
        timeframe: str | Timeframe = "1m",
        liquidity: Liquidity | None = None,
        funding: Funding | None = None,
    ) -> None:
        step = Timeframe.parse(timeframe)
        if not 1 <= count <= 5_000:
            raise ParameterError(f"count is {count}", where="the generated market", cure="list 1 to 5,000 symbols")
        if DAY % step.nanoseconds or days * DAY < step.nanoseconds:
            raise ParameterError(
                f"{days} days of {step} bars", where="the generated market", cure="give at least a bar, of 1m to 1d"
            )
        first = step.start(parse_time(start, "start"))
        listed = [
            _listed(coin, market, Series(coin, seed, first, days, step)) for market in Market for coin in coins(count)
        ]
        super().__init__(listed, step, first, liquidity, funding)
        # One is always played, so that time goes on whoever comes when.
        self.need(listed[0].symbol.market, listed[0].symbol.name)


def _listed(coin: Coin, market: Market, series: Series) -> Listed:
    symbol = coin.symbol(market)
    return Listed(symbol, lambda: _past(symbol, series), coin.price)


def _past(symbol: Symbol, series: Series) -> BarPast:
    history = series.more()
    return BarPast(history, Scale.of(symbol), len(history), keep=max(len(history), _CHUNK), more=series.more)


class Series:
    """The bars of a coin, chunk by chunk: the history up to the start, then a day's worth each time."""

    def __init__(self, coin: Coin, seed: int, start: int, days: float, timeframe: Timeframe) -> None:
        self._coin = coin
        self._seed = seed
        self._timeframe = timeframe
        count = int(days * DAY // timeframe.nanoseconds)
        self._next = start - count * timeframe.nanoseconds
        self._days = count * timeframe.nanoseconds / DAY
        self._price = _DRAWN
        self._factor = 0.0
        self._number = 0

    def more(self) -> Bars:
        """The next bars."""
        seed = hashlib.blake2b(f"{self._seed}/{self._coin.base}/{self._number}".encode(), digest_size=8)
        drawn = generate_bars(
            self._timeframe,
            days=self._days,
            seed=int.from_bytes(seed.digest()),
            symbol=self._coin.base,
            start=self._next,
            price=self._price,
        )
        self._price = float(drawn.close[-1])
        # The history ends at the coin's price, whatever it was drawn to end at.
        self._factor = self._factor or float(self._coin.price) / self._price
        self._next = int(drawn.time[-1]) + self._timeframe.nanoseconds
        self._days = _CHUNK * self._timeframe.nanoseconds / DAY
        self._number += 1
        return self._scaled(drawn)

    def _scaled(self, drawn: Bars) -> Bars:
        tick = float(self._coin.tick)
        prices = (_to_ticks(getattr(drawn, name) * self._factor, tick) for name in ("open", "high", "low", "close"))
        volume = drawn.volume * (self._coin.turnover / float(self._coin.price) / _DRAWN_VOLUME)
        columns = frozen(*prices, np.round(volume, 8))
        return Bars(drawn.time, *columns, timeframe=self._timeframe, symbol=drawn.instrument)


def _to_ticks(prices: Floats, tick: float) -> Floats:
    # To the digits of the tick, so that a price reads as it was meant.
    digits = round(-np.log10(tick))
    return np.maximum(np.round(prices, digits), tick)
