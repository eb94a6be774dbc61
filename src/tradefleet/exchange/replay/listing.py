"""Symbols for series of bars: their names on the exchange, their ticks and lots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from tradefleet.exchange.engine.symbols import Market, Symbol, make_symbol
from tradefleet.market.bars import PRICES, Bars
from tradefleet.market.errors import DataError, ParameterError

Floats = NDArray[np.float64]

# Binance's prices and quantities have no more digits, and neither have their products.
_DIGITS = 8
# Prices that are looked at for their digits.
_SAMPLE = 50_000


def pairs(series: Mapping[str, Bars]) -> dict[tuple[Market, str, str], Bars]:
    """Market, base and quote of each series; a name with a colon is a perpetual's, one without is of spot.

    A series that is there for one market only serves both. Raises ParameterError for a name that is not BASE/QUOTE.

    >>> from tradefleet.market.generate import generate_bars
    >>> [(market.value, base) for market, base, _ in pairs({"BTC/USDT:USDT": generate_bars(days=1)})]
    [('spot', 'BTC'), ('perpetual', 'BTC')]
    """
    given: dict[tuple[Market, str, str], Bars] = {}
    for name, bars in series.items():
        pair, colon, settled = name.partition(":")
        base, slash, quote = pair.partition("/")
        if not (base and slash and quote) or (colon and settled != quote):
            raise ParameterError(f"symbol is {name!r}", cure="name it as BTC/USDT, or BTC/USDT:USDT for a perpetual")
        given[Market.PERPETUAL if colon else Market.SPOT, base, quote] = bars
    found: dict[tuple[Market, str, str], Bars] = {}
    for market, other in ((Market.SPOT, Market.PERPETUAL), (Market.PERPETUAL, Market.SPOT)):
        for _, base, quote in given:
            if (market, base, quote) not in found:
                own = given.get((market, base, quote))
                found[market, base, quote] = given[other, base, quote] if own is None else own
    return found


def symbol_of(market: Market, base: str, quote: str, bars: Bars) -> Symbol:
    """The symbol of a series: its instrument's tick, lot and minimum notional, else the finest digits of the bars."""
    if not len(bars):
        raise DataError("there are no bars", where=f"{base}/{quote}", cure="leave the symbol out")
    instrument = bars.instrument
    prices = np.concatenate([getattr(bars, name)[-_SAMPLE:] for name in PRICES])
    tick = instrument.tick or _step(prices, 0, _DIGITS)
    lot = instrument.lot or _lot(bars, tick)
    highest = Decimal(repr(float(bars.high.max())))
    symbol = make_symbol(base, quote, market, tick=tick, lot=lot, min_notional=instrument.min_notional or Decimal(5))
    return replace(symbol, max_price=max(symbol.max_price, Decimal(10) ** (highest.adjusted() + 2)))


def _lot(bars: Bars, tick: Decimal) -> Decimal:
    """The finest digits of the volumes, or finer where such a lot were worth more than one of the quote currency."""
    price = Decimal(repr(float(np.median(bars.close[-_SAMPLE:]))))
    needed = max(price.adjusted() + 1, 0)
    most = _DIGITS + min(int(tick.normalize().as_tuple().exponent), 0)
    return _step(bars.volume[-_SAMPLE:], min(needed, most), most)


def _step(values: Floats, least: int, most: int) -> Decimal:
    """The smallest power of ten that all values are multiples of, with digits in [least, most]."""
    for digits in range(least, most):
        if np.array_equal(np.rint(values * 10.0**digits) / 10.0**digits, values):
            return Decimal(1).scaleb(-digits)
    return Decimal(1).scaleb(-most)
