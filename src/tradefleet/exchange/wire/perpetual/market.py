"""The parts of the perpetual market that endpoints reach for."""

from __future__ import annotations

from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.perpetual.engine import PerpetualEngine
from tradefleet.exchange.wire.endpoint import Call


def engine_of(call: Call) -> PerpetualEngine:
    """The engine with what is the perpetuals' alone."""
    engine = call.exchange.perpetual
    if not isinstance(engine, PerpetualEngine):
        raise TypeError(f"the perpetual market has the engine of another: {type(engine).__name__}")
    return engine


def accounting_of(call: Call) -> PerpetualAccounting:
    """Positions, margins, settings, income."""
    return engine_of(call).perpetual
