"""What a request for an order asks for: parameters become an `OrderRequest`, by one table of types."""

from __future__ import annotations

from decimal import Decimal

from tradefleet.exchange.engine.orders import Execution, OrderRequest, Side, TimeInForce, Trigger, TriggerKind
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.spot.order_types import (
    FORMS,
    PLAIN,
    QUOTE_QUANTITY,
    Form,
    Names,
    OrderType,
    SelfTradePrevention,
    SpotTimeInForce,
    needless,
)

_BIPS = Decimal(10_000)
# Of the filters TRAILING_DELTA and ICEBERG_PARTS, the same for every symbol.
SMALLEST_DELTA, LARGEST_DELTA = 10, 2_000
ICEBERG_PARTS = 10
_SMALLEST_STRATEGY_TYPE = 1_000_000


SIGNING = frozenset({"recvWindow", "timestamp", "signature", "apiKey", "returnRateLimits"})
_ORDER_PARAMETERS = SIGNING | {
    "symbol", "side", "type", "timeInForce", "quantity", "quoteOrderQty", "price", "newClientOrderId", "strategyId",
    "strategyType", "stopPrice", "trailingDelta", "icebergQty", "newOrderRespType", "selfTradePreventionMode",
    "computeCommissionRates",
}  # fmt: skip
_REPLACING_PARAMETERS = _ORDER_PARAMETERS | {
    "cancelReplaceMode", "cancelNewClientOrderId", "cancelOrigClientOrderId", "cancelOrderId", "cancelRestrictions",
    "orderRateLimitExceededMode",
}  # fmt: skip


def symbol_of(call: Call) -> Symbol:
    """The symbol that must be named; who names it is interested in its prices."""
    found = call.exchange.spot.symbols.get(call.parameters.symbol())
    if found is None:
        raise Reject(-1121, "Invalid symbol.")
    call.exchange.need(Market.SPOT, found.name)
    return found


def optional_symbol(call: Call) -> str | None:
    """The name of the symbol, or None where none is named."""
    return symbol_of(call).name if "symbol" in call.parameters else None


def read_order(call: Call, *, replacing: bool = False) -> OrderRequest:
    """The order that is asked for. Raises Reject for what is missing, is too much or makes no sense."""
    refuse_unread(call.parameters, _REPLACING_PARAMETERS if replacing else _ORDER_PARAMETERS)
    symbol = symbol_of(call)
    side = read_side(call.parameters)
    return read_one(call.parameters, symbol, side, read_type(call.parameters), self_trade_prevention(call.parameters))


def refuse_unread(parameters: Parameters, known: frozenset[str]) -> None:
    """Refuse parameters that the endpoint does not know."""
    unread = len(parameters.keys() - known)
    if unread:
        sent = len(parameters)
        raise Reject(
            -1104,
            f"Not all sent parameters were read; read '{sent - unread}' parameter(s) but was sent '{sent}'.",
        )


def read_side(parameters: Parameters, name: str = "side") -> Side:
    """Which way."""
    return parameters.choice(name, Side, -1117, "Invalid side.")


def read_type(parameters: Parameters, name: str = "type") -> OrderType:
    """Which type of order."""
    return parameters.choice(name, OrderType, -1116, "Invalid orderType.")


def self_trade_prevention(parameters: Parameters) -> str:
    """What is to happen where the account would trade with itself."""
    name = "selfTradePreventionMode"
    if name not in parameters:
        return SelfTradePrevention.EXPIRE_MAKER.value
    return parameters.choice(
        name, SelfTradePrevention, -1013, "This symbol does not allow the specified self-trade prevention mode."
    ).value


def read_one(
    parameters: Parameters, symbol: Symbol, side: Side, kind: OrderType, prevention: str, names: Names = PLAIN
) -> OrderRequest:
    """One order, from the parameters of these names."""
    form = FORMS[kind]
    _refuse_needless(parameters, kind, names)
    quantity, quote = _quantities(parameters, kind, names)
    time_in_force = _time_in_force(parameters, form, names)
    return OrderRequest(
        symbol=symbol.name,
        side=side,
        type=kind.value,
        execution=form.execution,
        quantity=quantity,
        quote_quantity=quote,
        limit_price=parameters.decimal(names.price) if form.execution is Execution.LIMIT else None,
        trigger=_trigger(parameters, form.trigger, names),
        time_in_force=time_in_force,
        post_only=form.post_only,
        client_id=parameters.client_id(names.client_id) or "",
        self_trade_prevention=prevention,
        iceberg=_iceberg(parameters, quantity, time_in_force, names),
        strategy_id=parameters.optional_whole(names.strategy_id),
        strategy_type=_strategy_type(parameters, names),
    )


def _refuse_needless(parameters: Parameters, kind: OrderType, names: Names) -> None:
    for name in needless(kind, names):
        if name in parameters:
            raise Reject(-1106, f"Parameter '{name}' sent when not required.")


def _quantities(parameters: Parameters, kind: OrderType, names: Names) -> tuple[Decimal | None, Decimal | None]:
    """How much of the base and of the quote currency: one of the two."""
    if kind is not OrderType.MARKET or names is not PLAIN:
        return parameters.decimal(names.quantity), None
    quantity, quote = parameters.optional_decimal(names.quantity), parameters.optional_decimal(QUOTE_QUANTITY)
    if quantity is None and quote is None:
        raise both_missing(names.quantity, QUOTE_QUANTITY)
    if quantity is not None and quote is not None:
        raise Reject(-1106, f"Parameter '{QUOTE_QUANTITY}' sent when not required.")
    return quantity, quote


def both_missing(first: str, second: str) -> Reject:
    """The refusal where one of two parameters must be there and neither is."""
    return Reject(-1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!")


def _time_in_force(parameters: Parameters, form: Form, names: Names) -> TimeInForce:
    if not form.timed:
        return TimeInForce.GTC
    return TimeInForce(parameters.choice(names.time_in_force, SpotTimeInForce, -1115, "Invalid timeInForce.").value)


def _trigger(parameters: Parameters, kind: TriggerKind | None, names: Names) -> Trigger | None:
    if kind is None:
        return None
    price, delta = parameters.optional_decimal(names.stop_price), parameters.optional_whole(names.trailing_delta)
    if price is None and delta is None:
        raise both_missing(names.stop_price, names.trailing_delta)
    if delta is None:
        return Trigger(kind, price)
    if not SMALLEST_DELTA <= delta <= LARGEST_DELTA:
        raise Reject(-1013, "Filter failure: TRAILING_DELTA")
    return Trigger(TriggerKind.TRAILING, price, trail=delta / _BIPS)


def _iceberg(
    parameters: Parameters, quantity: Decimal | None, time_in_force: TimeInForce, names: Names
) -> Decimal | None:
    iceberg = parameters.optional_decimal(names.iceberg)
    if not iceberg or quantity is None:
        return None
    if time_in_force is not TimeInForce.GTC:
        raise Reject(-1014, "Unsupported order combination.")
    if iceberg > quantity:
        raise Reject(-2010, "IcebergQty exceeds QTY.")
    if quantity > iceberg * ICEBERG_PARTS:
        raise Reject(-1013, "Filter failure: ICEBERG_PARTS")
    return iceberg


def _strategy_type(parameters: Parameters, names: Names) -> int | None:
    found = parameters.optional_whole(names.strategy_type)
    if found is not None and found < _SMALLEST_STRATEGY_TYPE:
        raise Reject(-1134, f"{names.strategy_type} was less than {_SMALLEST_STRATEGY_TYPE}.")
    return found
