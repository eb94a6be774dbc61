"""Other bars than the strategy's own, and published values: longer timeframes, other symbols, series by name."""

from __future__ import annotations

from tradefleet.graph.clock import Clock, nanoseconds
from tradefleet.graph.fields import Feed, feed_of, field
from tradefleet.graph.node import Node
from tradefleet.market.errors import ParameterError
from tradefleet.market.timeframe import Timeframe


def timeframe(length: str, *, offset: str = "") -> Feed:
    """The strategy's own symbol in longer bars, made from its bars; a bar counts from the moment it is closed.

    Periods count from 00:00 UTC, weeks from Monday, and start later by `offset`. What is computed on them goes by their
    bars: `shift(1)` is one of them earlier. Combined with other bars a value stands until the next such bar is closed;
    before the first it is NaN, a condition false. A length that is no whole multiple of the strategy's own is
    refused when the strategy meets its bars.

    >>> timeframe("4h").close > timeframe("1d", offset="22h").high
    (timeframe('4h').close > timeframe('1d', offset='22h').high)
    """
    parsed = Timeframe.parse(length)
    start = nanoseconds(offset, "offset") if offset else 0
    if start >= parsed.nanoseconds:
        raise ParameterError(f"offset {offset} is not shorter than {parsed}", cure="give the time from 00:00 UTC on")
    return feed_of(Clock(timeframe=parsed, offset=start))


def symbol(name: str, timeframe: str | None = None) -> Feed:
    """Another symbol's bars, of the strategy's timeframe or a longer one; a bar counts from the moment it is closed.

    Combined with the strategy's bars its last value stands where it has no bar; nothing is invented.

    >>> symbol("ETH/USDT").close / symbol("ETH/USDT", "1d").open
    (symbol('ETH/USDT').close / symbol('ETH/USDT', '1d').open)
    """
    length = None if timeframe is None else Timeframe.parse(timeframe)
    return feed_of(Clock(symbol=_name(name, "symbol"), timeframe=length))


def series(name: str, *, max_age: str | None = None) -> Node:
    """The last published value of a series, NaN before the first and where it is older than `max_age`.

    What is computed on it goes by the published values: `rolling_mean(series("fear_greed"), 7)` is over seven of them.

    >>> series("fear_greed", max_age="2d") > 50
    (series('fear_greed', max_age='2d') > 50)
    """
    age = None if max_age is None else nanoseconds(max_age, "max_age")
    return field("value", Clock(series=_name(name, "series"), max_age=age))


def _name(name: object, what: str) -> str:
    if not isinstance(name, str) or not name.strip():
        raise ParameterError(f"{what} is {name!r}", cure="give its name as text")
    return name
