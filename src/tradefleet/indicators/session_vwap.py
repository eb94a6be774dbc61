"""Volume-weighted average price since the session began."""

from __future__ import annotations

from tradefleet.graph import Node, Step, bars
from tradefleet.graph.node import call
from tradefleet.graph.step import Floats
from tradefleet.indicators.arguments import Prices, column
from tradefleet.indicators.registry import listed
from tradefleet.indicators.session import session_of
from tradefleet.indicators.talib_functions import typical_price

NAN = float("nan")


def _vwap(state: Floats, inputs: Floats, parameters: Floats) -> tuple[Floats, Floats]:
    session, whole, value, volume = state
    number, into, price, traded = inputs
    if number != session:
        # A session is whole when its beginning was seen: a change of session, or a bar at the very start.
        whole = 1.0 if session == session or into == 0.0 else 0.0
        value, volume = 0.0, 0.0
    value = value + price * traded
    volume = volume + traded
    vwap = value / volume if whole > 0.0 and volume > 0.0 else NAN
    return (number, whole, value, volume), (vwap,)


SESSION_VWAP = Step(_vwap, name="session_vwap", initial=(NAN, 0.0, 0.0, 0.0), settling_time=lambda seconds: seconds)


@listed("levels", "high", "low", "close", "volume", "time")
def session_vwap(session: str = "1d", *, offset: str = "", on: Prices = bars) -> Node:
    """Volume-weighted average of the typical price since the session began, this bar included.

    `session` is `1d` (from 00:00 UTC), `1w` (from Monday), `8h` ...; `offset` moves its start later, as in `22h`.
    NaN until the first session whose beginning was seen, and while a session has no volume, so it never depends on
    where the series began. Formula: sum((high + low + close) / 3 * volume) / sum(volume).

    >>> session_vwap()
    session_vwap((...), typical_price(high, low, close), volume, 86400)
    """
    current = session_of(on, session, offset, "session_vwap")
    inputs = (current.number, current.into, typical_price(on=on), column(on, "volume", "session_vwap"))
    return call(SESSION_VWAP, inputs, (current.seconds,)).nodes[0]
