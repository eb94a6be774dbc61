"""The types of spot orders: what each is made of, and what its parameters are called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from tradefleet.exchange.engine.orders import Execution, TriggerKind


class OrderType(StrEnum):
    """The types of spot orders."""

    LIMIT = "LIMIT"
    LIMIT_MAKER = "LIMIT_MAKER"
    MARKET = "MARKET"
    STOP_LOSS = "STOP_LOSS"
    STOP_LOSS_LIMIT = "STOP_LOSS_LIMIT"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_LIMIT = "TAKE_PROFIT_LIMIT"


class SpotTimeInForce(StrEnum):
    """How long orders wait on the spot market."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class SelfTradePrevention(StrEnum):
    """What happens to orders of one account that meet."""

    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"


@dataclass(frozen=True, slots=True)
class Form:
    """What a type of order is made of: must it have a price, a time in force, and what wakes it."""

    execution: Execution
    trigger: TriggerKind | None = None
    timed: bool = False
    post_only: bool = False


_LIMIT, _MARKET = Execution.LIMIT, Execution.MARKET
FORMS: dict[OrderType, Form] = {
    OrderType.LIMIT: Form(_LIMIT, timed=True),
    OrderType.LIMIT_MAKER: Form(_LIMIT, post_only=True),
    OrderType.MARKET: Form(_MARKET),
    OrderType.STOP_LOSS: Form(_MARKET, TriggerKind.STOP),
    OrderType.STOP_LOSS_LIMIT: Form(_LIMIT, TriggerKind.STOP, timed=True),
    OrderType.TAKE_PROFIT: Form(_MARKET, TriggerKind.TAKE_PROFIT),
    OrderType.TAKE_PROFIT_LIMIT: Form(_LIMIT, TriggerKind.TAKE_PROFIT, timed=True),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What the parameters of one order are called: those of an order in a list have names of their own."""

    type: str = "type"
    side: str = "side"
    quantity: str = "quantity"
    price: str = "price"
    stop_price: str = "stopPrice"
    trailing_delta: str = "trailingDelta"
    time_in_force: str = "timeInForce"
    client_id: str = "newClientOrderId"
    iceberg: str = "icebergQty"
    strategy_id: str = "strategyId"
    strategy_type: str = "strategyType"


PLAIN = Names()

QUOTE_QUANTITY = "quoteOrderQty"


@cache
def needless(kind: OrderType, names: Names) -> tuple[str, ...]:
    """The parameters that a type of order has no use for.

    >>> needless(OrderType.LIMIT_MAKER, PLAIN)
    ('timeInForce', 'stopPrice', 'trailingDelta', 'quoteOrderQty')
    """
    form = FORMS[kind]
    found: list[str] = []
    if form.execution is Execution.MARKET:
        found += [names.price, names.iceberg]
    if not form.timed:
        found.append(names.time_in_force)
    if form.trigger is None:
        found += [names.stop_price, names.trailing_delta]
    if kind is not OrderType.MARKET:
        found.append(QUOTE_QUANTITY)
    return tuple(found)
