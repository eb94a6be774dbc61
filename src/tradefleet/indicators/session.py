"""Sessions: days, weeks or any fixed stretch of time, by the bars' open times."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.graph import Node, floor_divide
from tradefleet.indicators.arguments import Prices, column
from tradefleet.market.time import SECOND
from tradefleet.market.timeframe import Timeframe


class Session(NamedTuple):
    """Which session a bar is in, how many seconds into it, and its length in seconds."""

    number: Node
    into: Node
    seconds: float


def session_of(on: Prices, session: str, offset: str, function: str) -> Session:
    """The session each bar opens in: `1d` from 00:00 UTC, `1w` from Monday, moved later by `offset`."""
    timeframe = Timeframe.parse(session)
    start = timeframe.start(0) if not offset else timeframe.start(0) + Timeframe.parse(offset).nanoseconds
    seconds = timeframe.nanoseconds / SECOND
    since = column(on, "time", function) - start / SECOND
    number = floor_divide(since, seconds)
    return Session(number, since - number * seconds, seconds)
