"""The dead man's switch: cancel everything of a symbol unless the client calls again in time."""

from __future__ import annotations

from functools import partial

from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.perpetual.orders import cancel_open
from tradefleet.exchange.wire.perpetual.reading import symbol_of


def count_down(call: Call) -> object:
    """POST /fapi/v1/countdownCancelAll: starts it anew; a time of 0 ends it."""
    symbol, wait = symbol_of(call), call.parameters.whole("countdownTime")
    if call.desk is None:
        raise ValueError("countdowns are kept by a server, and there is none behind this call")
    act = partial(cancel_open, call, symbol) if wait else None
    call.desk.after(f"countdown {call.who} {symbol.name}", wait / 1000, act)
    return {"symbol": symbol.name, "countdownTime": str(wait)}
