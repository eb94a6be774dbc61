"""Orders: what is asked for, what becomes of it, and the one table of its lifecycle."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec

from tradefleet.exchange.engine.amounts import ZERO


class Side(StrEnum):
    """Which way an order goes."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """1 to buy, -1 to sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> Side:
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class Execution(StrEnum):
    """What an order does once it works."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"


class TimeInForce(StrEnum):
    """How long a limit order waits; GTX is the futures' post-only, GTD ends at a time."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTX = "GTX"
    GTD = "GTD"


class TriggerKind(StrEnum):
    """What wakes a conditional order: a price that runs against, for, or turns back from the best."""

    STOP = "STOP"
    TAKE_PROFIT = "TAKE_PROFIT"
    TRAILING = "TRAILING"


class PriceSource(StrEnum):
    """Which price a trigger watches."""

    LAST = "CONTRACT_PRICE"
    MARK = "MARK_PRICE"


# Several of these are made for each order, and written into the trace: a struct takes a fraction of a dataclass's time,
# as an array it has no names to write. Nothing in one leads back to it, so the garbage collector need not look at those
# that are kept, which are hundred thousands.


class Trigger(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """When a conditional order starts to work.

    A stop to buy wakes at or above `price`, one to sell at or below it; a take-profit the other way round. A trailing
    one starts to follow at `price` (None: at once), and wakes when the price has turned back from its best by the
    fraction `trail`.
    """

    kind: TriggerKind
    price: Decimal | None
    trail: Decimal | None = None
    source: PriceSource = PriceSource.LAST


class OrderStatus(StrEnum):
    """The states of an order."""

    # Waits for another order of its list to fill.
    PENDING_NEW = "PENDING_NEW"
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    EXPIRED_IN_MATCH = "EXPIRED_IN_MATCH"


_S = OrderStatus
# From each state, the states that may follow; a state without any is final.
LIFECYCLE: dict[OrderStatus, frozenset[OrderStatus]] = {
    _S.PENDING_NEW: frozenset({_S.NEW, _S.CANCELED, _S.REJECTED, _S.EXPIRED}),
    _S.NEW: frozenset({_S.PARTIALLY_FILLED, _S.FILLED, _S.CANCELED, _S.REJECTED, _S.EXPIRED, _S.EXPIRED_IN_MATCH}),
    _S.PARTIALLY_FILLED: frozenset({_S.PARTIALLY_FILLED, _S.FILLED, _S.CANCELED, _S.EXPIRED, _S.EXPIRED_IN_MATCH}),
    _S.FILLED: frozenset(),
    _S.CANCELED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.EXPIRED_IN_MATCH: frozenset(),
}


class OrderRequest(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a client asks for, already read from the wire; `type` is the wire's own name.

    Exactly one of `quantity`, `quote_quantity` (market orders: how much quote currency) and `close_position` is given.
    `limit_price` of a MARKET execution is None. `position_side` is BOTH in one-way mode.
    """

    symbol: str
    side: Side
    type: str
    execution: Execution
    quantity: Decimal | None = None
    quote_quantity: Decimal | None = None
    limit_price: Decimal | None = None
    trigger: Trigger | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    client_id: str = ""
    reduce_only: bool = False
    close_position: bool = False
    position_side: str = "BOTH"
    price_protect: bool = False
    good_till: int = 0
    self_trade_prevention: str = "EXPIRE_MAKER"
    # Where a price was taken from the book: QUEUE, OPPONENT_5 and the like.
    price_match: str = "NONE"
    # Told back to the client and no more: the whole of an iceberg order shows in the book.
    iceberg: Decimal | None = None
    strategy_id: int | None = None
    strategy_type: int | None = None

    @property
    def trigger_price(self) -> Decimal | None:
        """The price of its trigger, None without one."""
        return None if self.trigger is None else self.trigger.price


class Order(msgspec.Struct, array_like=True, gc=False):
    """An order the exchange has taken.

    Changed by the engine alone. Times are nanoseconds of the market's clock. `reserved` is what it locks of
    `reserved_asset` while it lives (0 for what locks nothing); `filled_quote` is the sum of its fills' notionals.
    `working` is False for a conditional order that has not been triggered.
    """

    id: int
    client_id: str
    account: str
    request: OrderRequest
    quantity: Decimal
    created: int
    updated: int
    status: OrderStatus = OrderStatus.NEW
    filled: Decimal = ZERO
    filled_quote: Decimal = ZERO
    reserved: Decimal = ZERO
    reserved_asset: str = ""
    working: bool = True
    working_since: int = 0
    list_id: int = -1
    # The trailing level's best price so far, and what a conditional order became in the end.
    best_price: Decimal | None = None
    last_trade_id: int = -1
    fills: list[Fill] = msgspec.field(default_factory=list)

    @property
    def symbol(self) -> str:
        """The symbol's name."""
        return self.request.symbol

    @property
    def side(self) -> Side:
        """Which way it goes."""
        return self.request.side

    @property
    def left(self) -> Decimal:
        """What is not filled."""
        return self.quantity - self.filled

    @property
    def open(self) -> bool:
        """Whether it can still fill, trigger or be cancelled."""
        return bool(LIFECYCLE[self.status])

    @property
    def average_price(self) -> Decimal:
        """Average price of its fills, 0 without any; not rounded."""
        return self.filled_quote / self.filled if self.filled else ZERO

    def move_to(self, status: OrderStatus, time: int) -> None:
        """Go to another state; raises ValueError for a step that the lifecycle does not have."""
        if status not in LIFECYCLE[self.status]:
            raise ValueError(f"order {self.id} cannot go from {self.status} to {status}")
        self.status = status
        self.updated = time


class Fill(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One side of one trade. `quote` is the notional as it is booked; the fee is taken in `fee_asset`.

    `realised` is the profit a perpetual position took with it, 0 on spot.
    """

    trade_id: int
    order_id: int
    account: str
    symbol: str
    side: Side
    position_side: str
    price: Decimal
    quantity: Decimal
    quote: Decimal
    fee: Decimal
    fee_asset: str
    maker: bool
    time: int
    realised: Decimal = ZERO
