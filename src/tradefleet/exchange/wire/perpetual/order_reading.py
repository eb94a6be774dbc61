"""From parameters to what the engine takes: ordinary and conditional orders of perpetuals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tradefleet.exchange.engine.orders import (
    Execution,
    OrderRequest,
    PriceSource,
    Side,
    TimeInForce,
    Trigger,
    TriggerKind,
)
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import MILLISECOND, milliseconds
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.perpetual.prices import matched_price
from tradefleet.exchange.wire.perpetual.reading import symbol_of


class Reply(StrEnum):
    """How much of an order is told when it is placed: as it was taken, or as it has become."""

    ACK = "ACK"
    RESULT = "RESULT"


class PositionSide(StrEnum):
    """Which position an order is for; BOTH in one-way mode."""

    BOTH = "BOTH"
    LONG = "LONG"
    SHORT = "SHORT"


class Prevention(StrEnum):
    """What ends when an account would trade with itself."""

    NONE = "NONE"
    TAKER = "EXPIRE_TAKER"
    MAKER = "EXPIRE_MAKER"
    BOTH = "EXPIRE_BOTH"


@dataclass(frozen=True, slots=True)
class Type:
    """What an order type is: how it executes, what wakes it."""

    execution: Execution
    trigger: TriggerKind | None = None


_MARKET, _LIMIT = Execution.MARKET, Execution.LIMIT
TYPES = {
    "LIMIT": Type(_LIMIT),
    "MARKET": Type(_MARKET),
    "STOP": Type(_LIMIT, TriggerKind.STOP),
    "STOP_MARKET": Type(_MARKET, TriggerKind.STOP),
    "TAKE_PROFIT": Type(_LIMIT, TriggerKind.TAKE_PROFIT),
    "TAKE_PROFIT_MARKET": Type(_MARKET, TriggerKind.TAKE_PROFIT),
    "TRAILING_STOP_MARKET": Type(_MARKET, TriggerKind.TRAILING),
}
# What closes a whole position.
_CLOSING = ("STOP_MARKET", "TAKE_PROFIT_MARKET")
_LAST_MOMENT = 253402300799000
_LEAST_SECONDS = 600
_LEAST_CALLBACK, _MOST_CALLBACK = Decimal("0.1"), Decimal(10)
_LONGEST_ID = 36


def order_request(call: Call) -> OrderRequest:
    """An order of POST /fapi/v1/order; conditional ones have an endpoint of their own and are refused."""
    symbol, side, name, kind = _what(call)
    if kind.trigger is not None:
        raise Reject(
            -4120, "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
        )
    _closes(call.parameters, name)
    return _request(call, symbol, side, name, kind, quantity=call.parameters.decimal("quantity"))


def conditional_request(call: Call) -> OrderRequest:
    """A conditional order of POST /fapi/v1/algoOrder."""
    if call.parameters.text("algoType") != "CONDITIONAL":
        raise Reject(-1130, "Data sent for parameter 'algoType' is not valid.")
    symbol, side, name, kind = _what(call)
    if kind.trigger is None:
        raise Reject(-1116, "Invalid orderType.")
    closes = _closes(call.parameters, name)
    quantity = None if closes else call.parameters.decimal("quantity")
    trigger = _trailing(call.parameters) if kind.trigger is TriggerKind.TRAILING else _trigger(call, kind.trigger)
    return _request(call, symbol, side, name, kind, quantity=quantity, trigger=trigger, closes=closes)


def reply_of(parameters: Parameters) -> Reply:
    """The form of the answer: ACK where none is asked for."""
    if "newOrderRespType" not in parameters:
        return Reply.ACK
    return parameters.choice("newOrderRespType", Reply, -1136, "Invalid newOrderRespType.")


def client_id(parameters: Parameters, name: str) -> str:
    """The client's own id, "" for none."""
    if len(parameters.get(name, "")) > _LONGEST_ID:
        raise Reject(-4015, "Client order id length should not be more than 36 chars")
    return parameters.client_id(name) or ""


def position_side_of(parameters: Parameters) -> str:
    """The position that is meant."""
    if "positionSide" not in parameters:
        return PositionSide.BOTH.value
    return parameters.choice("positionSide", PositionSide, -4060, "Invalid position side.").value


def _what(call: Call) -> tuple[Symbol, Side, str, Type]:
    parameters = call.parameters
    symbol = symbol_of(call)
    side = side_of(parameters)
    name = parameters.text("type")
    if name not in TYPES:
        raise Reject(-1116, "Invalid orderType.")
    return symbol, side, name, TYPES[name]


def _request(
    call: Call,
    symbol: Symbol,
    side: Side,
    name: str,
    kind: Type,
    *,
    quantity: Decimal | None,
    trigger: Trigger | None = None,
    closes: bool = False,
) -> OrderRequest:
    parameters = call.parameters
    limited = kind.execution is Execution.LIMIT
    if not limited:
        _refuse(parameters, ("price", "timeInForce") if trigger is None else ("price",))
    in_force = _time_in_force(parameters, required=name == "LIMIT")
    return OrderRequest(
        symbol=symbol.name,
        side=side,
        type=name,
        execution=kind.execution,
        quantity=quantity,
        limit_price=limit_price(call, symbol, side) if limited else None,
        trigger=trigger,
        time_in_force=in_force,
        post_only=in_force is TimeInForce.GTX,
        client_id=client_id(parameters, "newClientOrderId" if trigger is None else "clientAlgoId"),
        reduce_only=_reduce_only(call),
        close_position=closes,
        position_side=position_side_of(parameters),
        price_protect=parameters.flag("priceProtect"),
        good_till=_good_till(call, in_force),
        self_trade_prevention=_prevention(parameters),
        price_match=parameters.get("priceMatch", "NONE"),
    )


def side_of(parameters: Parameters) -> Side:
    """Which way it goes."""
    return parameters.choice("side", Side, -1117, "Invalid side.")


def limit_price(call: Call, symbol: Symbol, side: Side) -> Decimal:
    """A limit order's price: sent, or taken from the book."""
    if call.parameters.get("priceMatch", "NONE") == "NONE":
        return call.parameters.decimal("price")
    _refuse(call.parameters, ("price",))
    return matched_price(call.exchange.perpetual.book(symbol.name), side, call.parameters["priceMatch"])


def _time_in_force(parameters: Parameters, *, required: bool) -> TimeInForce:
    if not required and "timeInForce" not in parameters:
        return TimeInForce.GTC
    return parameters.choice("timeInForce", TimeInForce, -1115, "Invalid timeInForce.")


def _reduce_only(call: Call) -> bool:
    """Whether it only reduces; in hedge mode the position's side says so, and the parameter is not taken."""
    if "reduceOnly" in call.parameters and call.parameters.get("positionSide", "BOTH") != "BOTH":
        raise Reject(-1106, "Parameter 'reduceonly' sent when not required.")
    return call.parameters.flag("reduceOnly")


def _prevention(parameters: Parameters) -> str:
    if "selfTradePreventionMode" not in parameters:
        return Prevention.MAKER.value
    message = "Invalid self trade prevention mode"
    return parameters.choice("selfTradePreventionMode", Prevention, -5039, message).value


def _good_till(call: Call, in_force: TimeInForce) -> int:
    """When an order ends, by the market's time: what the client sends is compared with the clock that will end it."""
    if in_force is not TimeInForce.GTD:
        return 0
    date = call.parameters.whole("goodTillDate") // 1000 * 1000
    if not milliseconds(call.exchange.clock()) + _LEAST_SECONDS * 1000 < date < _LAST_MOMENT:
        raise Reject(
            -5040,
            "The goodTillDate timestamp must be greater than the current time plus 600 seconds "
            "and smaller than 253402300799000 (UTC 9999-12-31 23:59:59)",
        )
    return date * MILLISECOND


def _closes(parameters: Parameters, name: str) -> bool:
    """Whether it closes the whole position, and is sent without what that makes needless."""
    if not parameters.flag("closePosition"):
        return False
    if name not in _CLOSING:
        raise Reject(-4136, f"Target strategy invalid for orderType {name},closePosition true")
    if "quantity" in parameters:
        raise Reject(-4137, "Quantity must be zero with closePosition equals true")
    if "reduceOnly" in parameters:
        raise Reject(-1106, "Parameter 'reduceonly' sent when not required.")
    return True


def _trigger(call: Call, kind: TriggerKind) -> Trigger:
    return Trigger(kind, call.parameters.decimal("triggerPrice"), None, _source(call.parameters))


def _trailing(parameters: Parameters) -> Trigger:
    rate = parameters.decimal("callbackRate")
    if not _LEAST_CALLBACK <= rate <= _MOST_CALLBACK:
        raise Reject(-1130, "Data sent for parameter 'callbackRate' is not valid.")
    start = parameters.optional_decimal("activatePrice") or parameters.optional_decimal("activationPrice")
    return Trigger(TriggerKind.TRAILING, start, rate / 100, _source(parameters))


def _source(parameters: Parameters) -> PriceSource:
    if "workingType" not in parameters:
        return PriceSource.LAST
    found = parameters["workingType"]
    return parameters.choice("workingType", PriceSource, -4031, f"Invalid parameter working type: {found}")


def _refuse(parameters: Parameters, names: tuple[str, ...]) -> None:
    for name in names:
        if name in parameters:
            raise Reject(-1106, f"Parameter '{name}' sent when not required.")
