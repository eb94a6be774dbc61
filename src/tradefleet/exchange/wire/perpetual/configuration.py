"""What an account chooses: leverage, margin type, position mode, isolated margin."""

from __future__ import annotations

from enum import StrEnum

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import plain
from tradefleet.exchange.wire.perpetual.market import accounting_of, engine_of
from tradefleet.exchange.wire.perpetual.order_reading import position_side_of
from tradefleet.exchange.wire.perpetual.payloads import Payload
from tradefleet.exchange.wire.perpetual.reading import symbol_of

DONE = {"code": 200, "msg": "success"}


class MarginType(StrEnum):
    """Where a position's margin is: with the account's, or of its own."""

    CROSSED = "CROSSED"
    ISOLATED = "ISOLATED"


def set_leverage(call: Call) -> object:
    """POST /fapi/v1/leverage."""
    symbol, leverage = symbol_of(call), call.parameters.whole("leverage")
    largest = engine_of(call).configuration.set_leverage(call.who, symbol.name, leverage)
    return {"symbol": symbol.name, "leverage": leverage, "maxNotionalValue": plain(largest)}


def set_margin_type(call: Call) -> object:
    """POST /fapi/v1/marginType."""
    symbol = symbol_of(call)
    chosen = call.parameters.choice(
        "marginType", MarginType, -1130, "Data sent for parameter 'marginType' is not valid."
    )
    engine_of(call).configuration.set_isolated(call.who, symbol.name, chosen is MarginType.ISOLATED)
    return DONE


def position_mode(call: Call) -> object:
    """GET /fapi/v1/positionSide/dual."""
    return {"dualSidePosition": accounting_of(call).settings.hedge(call.who)}


def set_position_mode(call: Call) -> object:
    """POST /fapi/v1/positionSide/dual."""
    call.parameters.text("dualSidePosition")
    engine_of(call).configuration.set_hedge(call.who, call.parameters.flag("dualSidePosition"))
    return DONE


def multi_assets_mode(call: Call) -> object:
    """GET /fapi/v1/multiAssetsMargin: each asset is margin for its own symbols alone."""
    return {"multiAssetsMargin": False}


def fee_burn(call: Call) -> object:
    """GET /fapi/v1/feeBurn: fees are paid in quote currency."""
    return {"feeBurn": False}


def move_margin(call: Call) -> object:
    """POST /fapi/v1/positionMargin: type 1 adds, 2 takes."""
    parameters, symbol = call.parameters, symbol_of(call)
    amount, kind = parameters.decimal("amount"), parameters.whole("type")
    if kind not in (1, 2):
        raise Reject(-1130, "Data sent for parameter 'type' is not valid.")
    signed = amount if kind == 1 else -amount
    engine_of(call).configuration.move_margin(call.who, symbol.name, position_side_of(parameters), signed)
    moved: Payload = {"amount": float(amount), "code": 200, "msg": "Successfully modify position margin.", "type": kind}
    return moved
