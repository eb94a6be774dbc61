"""What the engine tells: everything that streams, journals and oracles are made of."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec

from tradefleet.exchange.engine.orders import Fill, Order, OrderStatus
from tradefleet.exchange.engine.symbols import Market


class ExecutionType(StrEnum):
    """Why an order report is sent."""

    NEW = "NEW"
    TRADE = "TRADE"
    CANCELED = "CANCELED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    TRADE_PREVENTION = "TRADE_PREVENTION"
    # A liquidation's orders are calculated, not sent.
    CALCULATED = "CALCULATED"
    # Its quantity or price has changed.
    AMENDMENT = "AMENDMENT"


# Structs for the reasons that orders are.


class OrderReport(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An order has changed. The order object goes on changing: what a report needs is copied into it.

    `cancel_id` is the client id of the cancelling request, "" otherwise.
    """

    market: Market
    time: int
    order: Order
    execution: ExecutionType
    status: OrderStatus
    filled: Decimal
    filled_quote: Decimal
    fill: Fill | None = None
    cancel_id: str = ""
    reason: str = "NONE"


class BalancesChanged(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Balances of an account have changed: asset -> (free, locked) after it, and what each moved by.

    `reason` is one of ORDER, DEPOSIT, WITHDRAW, FUNDING_FEE, INSURANCE_CLEAR, MARGIN_TRANSFER.
    """

    market: Market
    time: int
    account: str
    balances: dict[str, tuple[Decimal, Decimal]]
    changes: dict[str, Decimal]
    reason: str
    # Perpetual only: the positions that changed with them.
    positions: tuple[PositionState, ...] = ()


class PositionState(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A perpetual position as it stands; `amount` is signed. `isolated_wallet` is 0 on cross margin."""

    symbol: str
    position_side: str
    amount: Decimal
    entry_price: Decimal
    break_even_price: Decimal
    realised: Decimal
    unrealised: Decimal
    isolated: bool
    isolated_wallet: Decimal
    margin_asset: str
    leverage: int


class ConditionalReport(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A perpetual's conditional (algo) order has changed; `status` is one of those of `ALGO_LIFECYCLE`."""

    time: int
    account: str
    order: Order
    status: str
    # The order it became, once triggered.
    triggered: Order | None = None
    reason: str = ""


class ListReport(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An order list (OCO) has changed: its kind of change and state as Binance names them."""

    time: int
    account: str
    symbol: str
    list_id: int
    client_id: str
    contingency: str
    status_type: str
    order_status: str
    orders: tuple[Order, ...]
    reason: str = "NONE"


class LeverageChanged(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An account has set the leverage of a symbol."""

    time: int
    account: str
    symbol: str
    leverage: int


class MarginCalled(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Positions are near liquidation: cross wallet balance and the positions with their mark prices."""

    time: int
    account: str
    wallet: Decimal
    positions: tuple[tuple[PositionState, Decimal, Decimal], ...]


class Printed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A trade on the public tape."""

    market: Market
    time: int
    symbol: str
    trade_id: int
    price: Decimal
    quantity: Decimal
    buyer_is_maker: bool


class BookChanged(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The book's levels that changed: (price, quantity now), quantity 0 for one that is gone; ids are consecutive."""

    market: Market
    time: int
    symbol: str
    first_id: int
    last_id: int
    bids: tuple[tuple[Decimal, Decimal], ...]
    asks: tuple[tuple[Decimal, Decimal], ...]


class CandleChanged(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A candle as it stands; `closed` once it is final. Floats become decimals by the symbol's steps at the wire."""

    market: Market
    time: int
    symbol: str
    interval: str
    open_time: int
    close_time: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    quote_volume: Decimal
    trades: int
    taker_volume: Decimal
    taker_quote_volume: Decimal
    first_trade_id: int
    last_trade_id: int
    closed: bool


class MarkChanged(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A perpetual's mark price, index price, funding rate and next funding time."""

    time: int
    symbol: str
    mark: Decimal
    index: Decimal
    funding_rate: Decimal
    next_funding: int


Event = (
    OrderReport
    | BalancesChanged
    | ConditionalReport
    | ListReport
    | LeverageChanged
    | MarginCalled
    | Printed
    | BookChanged
    | CandleChanged
    | MarkChanged
)
