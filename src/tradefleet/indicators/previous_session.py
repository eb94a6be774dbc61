"""High, low and close of the session before."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.graph import Node, Step, bars
from tradefleet.graph.node import call
from tradefleet.graph.step import Floats
from tradefleet.indicators.arguments import Prices, columns
from tradefleet.indicators.registry import listed
from tradefleet.indicators.session import session_of

NAN = float("nan")


class PreviousSession(NamedTuple):
    """Outputs of previous_session."""

    high: Node
    low: Node
    close: Node


def _previous(state: Floats, inputs: Floats, parameters: Floats) -> tuple[Floats, Floats]:
    session, whole, high, low, close, last_high, last_low, last_close = state
    number, into, bar_high, bar_low, bar_close = inputs
    if number != session:
        # Only a session whose beginning was seen has a known high and low.
        if whole > 0.0:
            last_high, last_low, last_close = high, low, close
        whole = 1.0 if session == session or into == 0.0 else 0.0
        high, low = bar_high, bar_low
    high = bar_high if bar_high > high else high
    low = bar_low if bar_low < low else low
    state = (number, whole, high, low, bar_close, last_high, last_low, last_close)
    return state, (last_high, last_low, last_close)


PREVIOUS_SESSION = Step(
    _previous,
    name="previous_session",
    initial=(NAN, 0.0, NAN, NAN, NAN, NAN, NAN, NAN),
    outputs=PreviousSession._fields,
    settling_time=lambda seconds: 2 * seconds,
)


@listed("levels", "high", "low", "close", "time")
def previous_session(session: str = "1d", *, offset: str = "", on: Prices = bars) -> PreviousSession:
    """High, low and close of the last session that ended, with bars in it, before this bar opened.

    `session` is `1d` (from 00:00 UTC), `1w` (from Monday), `8h` ...; `offset` moves its start later, as in `22h`.
    NaN until the first session seen from its beginning has ended, so it never depends on where the series began.

    >>> previous_session("1w").high
    previous_session((...), high, low, close, 604800).high
    """
    current = session_of(on, session, offset, "previous_session")
    inputs = (current.number, current.into, *columns(on, "previous_session", "high", "low", "close"))
    return PreviousSession(*call(PREVIOUS_SESSION, inputs, (current.seconds,)).nodes)
