"""What may be sent to the control interface."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, TypeVar

import msgspec

from tradefleet.exchange.engine.amounts import UNIT, is_whole
from tradefleet.exchange.engine.symbols import Market
from tradefleet.market.errors import ParameterError

T = TypeVar("T", bound="Asked")
MarketName = Literal["spot", "perpetual"]
Count = Annotated[int, msgspec.Meta(ge=1)]
Rate = Annotated[float, msgspec.Meta(gt=0)]
# As text, or as a number, which is taken as it is written: no float comes between.
Amount = Decimal
_MOST = 10**15


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A body: an object of known fields."""


class Steps(Asked, frozen=True):
    """How many steps to play; with `inside`, to stop within a bar where orders have filled."""

    steps: Count = 1
    inside: bool = False


class ClockSetting(Asked, frozen=True):
    """How time goes on: `speed` is "step", "max" or a number; `until` waits for a time of the market."""

    speed: str | float | None = None
    hold: Annotated[float, msgspec.Meta(ge=0)] | None = None
    paused: bool | None = None
    until: str | None = None


class Money(Asked, frozen=True):
    """An amount to bring in or take out."""

    asset: Annotated[str, msgspec.Meta(pattern="^[A-Z0-9]{1,20}$")]
    amount: Amount
    market: MarketName = "spot"

    def __post_init__(self) -> None:
        _check("amount", self.amount)
        if not is_whole(self.amount, UNIT):
            raise ValueError(f"amount is {self.amount}, finer than {UNIT:f}")


class AccountChange(Asked, frozen=True):
    """What to do with an account, in this order; `create` opens it first."""

    create: bool = False
    permissions: dict[str, bool] = msgspec.field(default_factory=dict)
    revoked: bool | None = None
    fees: Literal["received", "quote"] | None = None
    deposit: list[Money] = msgspec.field(default_factory=list)
    withdraw: list[Money] = msgspec.field(default_factory=list)


class SymbolChange(Asked, frozen=True):
    """Fields of a symbol to set anew: filters, fees, or its status."""

    symbol: str
    market: MarketName = "spot"
    status: Literal["TRADING", "HALT", "BREAK", "END_OF_DAY", "PENDING_TRADING", "SETTLING"] | None = None
    tick: Amount | None = None
    lot: Amount | None = None
    min_price: Amount | None = None
    max_price: Amount | None = None
    min_quantity: Amount | None = None
    max_quantity: Amount | None = None
    market_min_quantity: Amount | None = None
    market_max_quantity: Amount | None = None
    min_notional: Amount | None = None
    max_notional: Amount | None = None
    multiplier_up: Amount | None = None
    multiplier_down: Amount | None = None
    max_orders: Count | None = None
    max_algo_orders: Count | None = None
    taker: Amount | None = None
    maker: Amount | None = None

    def __post_init__(self) -> None:
        for name, value in self.changes().items():
            if isinstance(value, Decimal):
                _check(name, value, zero=name in ("taker", "maker", "min_notional"))
            if name in ("tick", "lot") and not is_whole(Decimal(str(value)), UNIT):
                raise ValueError(f"{name} is {value}, finer than {UNIT:f}")

    def changes(self) -> dict[str, object]:
        """What is given, by field."""
        named = {name: getattr(self, name) for name in self.__struct_fields__ if name not in ("symbol", "market")}
        return {name: value for name, value in named.items() if value is not None}


class StreamsChange(Asked, frozen=True):
    """What to do to connections now: those with an open user stream, the others, or all; of one account or market.

    `code` is that of close, `seconds` are of freeze, `variant` and `stream` of malformed.
    """

    do: Literal["close", "shutdown", "freeze", "malformed", "terminate"]
    kind: Literal["all", "user", "market"] = "all"
    account: str | None = None
    market: MarketName | None = None
    code: Literal[1000, 1001, 1006, 1008] = 1006
    seconds: Rate = 3600.0
    variant: Literal["bad_json", "unknown_event", "null_field"] = "bad_json"
    stream: str = "btcusdt@trade"


class PriceChange(Asked, frozen=True):
    """Move a symbol's price to here; `quantity` is what trades on the way."""

    symbol: str
    price: Amount
    market: MarketName = "spot"
    quantity: Amount = Decimal(1)

    def __post_init__(self) -> None:
        _check("price", self.price)
        _check("quantity", self.quantity)


class Burst(Asked, frozen=True):
    """Fill one big order of an account, lot by lot, so many times at so many a second."""

    account: str
    symbol: str
    market: MarketName = "spot"
    side: Literal["BUY", "SELL"] = "BUY"
    events: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] = 1000
    per_second: Rate = 1000.0


def read(body: bytes, form: type[T], where: str) -> T:
    """A body by its form; an empty one has no fields. Raises ParameterError that names what does not fit."""
    try:
        return msgspec.json.decode(body or b"{}", type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        fields = ", ".join(form.__struct_encode_fields__)
        raise ParameterError(str(error), where=where, cure=f"send a JSON object with fields of: {fields}") from None


def _check(name: str, value: Decimal, *, zero: bool = False) -> None:
    if not value.is_finite() or not (0 < value < _MOST or (zero and value == 0)):
        raise ValueError(f"{name} is {value}, not a number above 0 and below {_MOST}")


def market_of(name: MarketName) -> Market:
    """The market of a name."""
    return Market(name)
