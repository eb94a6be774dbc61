"""What a request for an order list asks for: two or three orders, each by parameters with names of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tradefleet.exchange.engine.orders import OrderRequest, Side
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.spot.order_types import Names, OrderType
from tradefleet.exchange.wire.spot.reading import read_one, read_side, read_type, self_trade_prevention, symbol_of

Requests = tuple[OrderRequest, ...]

_STOPS = frozenset({OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT})
_TAKES = frozenset({OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT})
# Where each kind of order of a pair belongs, by the side of the pair: code and text for the wrong place.
_MISPLACED: Mapping[tuple[Side, str], tuple[int, str]] = {
    (Side.BUY, "limit"): (-1165, "A limit order in a buy OCO must be below."),
    (Side.SELL, "limit"): (-1166, "A limit order in a sell OCO must be above."),
    (Side.BUY, "stop"): (-1196, "A stop loss order in a buy OCO must be above."),
    (Side.SELL, "stop"): (-1197, "A stop loss order in a sell OCO must be below."),
    (Side.BUY, "take"): (-1198, "A take profit order in a buy OCO must be below."),
    (Side.SELL, "take"): (-1199, "A take profit order in a sell OCO must be above."),
}


def names(prefix: str, *, side: str = "side", quantity: str = "quantity") -> Names:
    """The parameters of an order of a list.

    >>> names("above").stop_price, names("pendingBelow").client_id
    ('aboveStopPrice', 'pendingBelowClientOrderId')
    """
    return Names(
        type=f"{prefix}Type",
        side=side,
        quantity=quantity,
        price=f"{prefix}Price",
        stop_price=f"{prefix}StopPrice",
        trailing_delta=f"{prefix}TrailingDelta",
        time_in_force=f"{prefix}TimeInForce",
        client_id=f"{prefix}ClientOrderId",
        iceberg=f"{prefix}IcebergQty",
        strategy_id=f"{prefix}StrategyId",
        strategy_type=f"{prefix}StrategyType",
    )


_ABOVE, _BELOW = names("above"), names("below")
_WORKING = names("working", side="workingSide", quantity="workingQuantity")
_PENDING = names("pending", side="pendingSide", quantity="pendingQuantity")
_PENDING_ABOVE, _PENDING_BELOW = (
    names(prefix, side="pendingSide", quantity="pendingQuantity") for prefix in ("pendingAbove", "pendingBelow")
)
_OLD_LIMIT = replace(names("limit"), price="price", stop_price="", trailing_delta="", time_in_force="")
_OLD_STOP = replace(
    names("stop"),
    price="stopLimitPrice",
    stop_price="stopPrice",
    trailing_delta="trailingDelta",
    time_in_force="stopLimitTimeInForce",
)


def read_oco(call: Call) -> Requests:
    """The two orders of a pair, the one above the price first."""
    return _pair(call, symbol_of(call), _ABOVE, _BELOW)


def read_old_oco(call: Call) -> Requests:
    """The two orders of a pair in the old form: a limit, and a stop with or without a limit of its own."""
    parameters, symbol = call.parameters, symbol_of(call)
    side, prevention = read_side(parameters), self_trade_prevention(parameters)
    kind = OrderType.STOP_LOSS_LIMIT if "stopLimitPrice" in parameters else OrderType.STOP_LOSS
    stop = read_one(parameters, symbol, side, kind, prevention, _OLD_STOP)
    limit = read_one(parameters, symbol, side, OrderType.LIMIT_MAKER, prevention, _OLD_LIMIT)
    return (stop, limit) if side is Side.BUY else (limit, stop)


def read_oto(call: Call) -> Requests:
    """The working order and the one that waits for it."""
    parameters, symbol = call.parameters, symbol_of(call)
    pending = read_one(
        parameters,
        symbol,
        read_side(parameters, _PENDING.side),
        read_type(parameters, _PENDING.type),
        self_trade_prevention(parameters),
        _PENDING,
    )
    return _working(parameters, symbol), pending


def read_otoco(call: Call) -> Requests:
    """The working order and the pair that waits for it."""
    symbol = symbol_of(call)
    return (_working(call.parameters, symbol), *_pair(call, symbol, _PENDING_ABOVE, _PENDING_BELOW))


def _working(parameters: Parameters, symbol: Symbol) -> OrderRequest:
    kind = read_type(parameters, _WORKING.type)
    if kind not in (OrderType.LIMIT, OrderType.LIMIT_MAKER):
        raise Reject(-1116, "Invalid orderType.")
    return read_one(
        parameters, symbol, read_side(parameters, _WORKING.side), kind, self_trade_prevention(parameters), _WORKING
    )


def _pair(call: Call, symbol: Symbol, above: Names, below: Names) -> Requests:
    parameters = call.parameters
    side, prevention = read_side(parameters, above.side), self_trade_prevention(parameters)
    kinds = {each: read_type(parameters, each.type) for each in (above, below)}
    _check_places(side, kinds[above], kinds[below])
    return tuple(read_one(parameters, symbol, side, kind, prevention, each) for each, kind in kinds.items())


def _check_places(side: Side, above: OrderType, below: OrderType) -> None:
    """Refuse orders that cannot be a pair."""
    for kind in (above, below):
        if kind in (OrderType.LIMIT, OrderType.MARKET):
            raise Reject(-1158, "Order type not supported in OCO.")
    if above is below is OrderType.LIMIT_MAKER:
        raise Reject(-1168, "At least one OCO order must be contingent.")
    for kind, no_place_for_stops in ((above, Side.SELL), (below, Side.BUY)):
        # A stop stands above to buy and below to sell, the other kinds the other way round.
        misplaced = (side is no_place_for_stops) is (kind in _STOPS)
        if misplaced:
            raise Reject(*_MISPLACED[side, _kind(kind)])


def _kind(kind: OrderType) -> str:
    return "stop" if kind in _STOPS else "take" if kind in _TAKES else "limit"
