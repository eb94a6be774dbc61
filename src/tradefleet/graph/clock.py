"""Clocks: on whose bars a computation goes forward."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tradefleet.market.errors import ParameterError
from tradefleet.market.timeframe import Timeframe


@dataclass(frozen=True)
class Clock:
    """The bars, or published values, that a node has one value for.

    `symbol` and `timeframe` are None where they are the strategy's own; periods start `offset` nanoseconds after they
    usually would; `series` names published values instead of bars. At a strategy's bar a value is unknown once it is
    more than `max_age` nanoseconds old.

    >>> Clock(), Clock("ETH/USDT", Timeframe.parse("1h")), Clock(series="fear_greed")
    (bars, symbol('ETH/USDT', '1h'), series('fear_greed'))
    """

    symbol: str | None = None
    timeframe: Timeframe | None = None
    offset: int = 0
    series: str | None = None
    max_age: int | None = None

    @property
    def feed(self) -> Clock:
        """The data it goes by: the same clock, whatever age it allows."""
        return self if self.max_age is None else replace(self, max_age=None)

    def length(self, base: Timeframe) -> Timeframe:
        """The length of its bars, given that of the strategy's."""
        return base if self.timeframe is None else self.timeframe

    def __repr__(self) -> str:
        if self.series is not None:
            age = "" if self.max_age is None else f", max_age='{Timeframe(self.max_age)}'"
            return f"series({self.series!r}{age})"
        length = "" if self.timeframe is None else f"'{self.timeframe}'"
        if self.symbol is not None:
            return f"symbol({self.symbol!r}{', ' if length else ''}{length})"
        offset = f", offset='{Timeframe(self.offset)}'" if self.offset else ""
        return f"timeframe({length}{offset})" if length else "bars"


# The strategy's own bars.
BASE = Clock()


def nanoseconds(text: object, what: str) -> int:
    """A length of time such as `30m` or `2d`; raises ParameterError naming what it is otherwise."""
    try:
        return Timeframe.parse(text).nanoseconds  # type: ignore[arg-type]
    except ParameterError:
        raise ParameterError(f"{what} is {text!r}", cure="write it as 30m, 4h or 2d") from None
