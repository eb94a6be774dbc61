"""An endpoint: where it is, what it costs, who may call it, what answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

import msgspec

from tradefleet.exchange.accounts import Account
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.parameters import Parameters


class Security(Enum):
    """What a caller must bring: nothing, a key, or a key and a signature."""

    NONE = 0
    KEY = 1
    SIGNED = 2


class Count(NamedTuple):
    """A limit and how much of it is used: `kind` is ORDERS or REQUEST_WEIGHT, `interval` SECOND, MINUTE or DAY."""

    kind: str
    interval: str
    number: int
    limit: int
    used: int


class ListenKeys(Protocol):
    """The keys by which accounts open user streams of the perpetual market."""

    def create(self, account: str) -> str:
        """A new key, or the account's living one, good for an hour from now."""
        ...

    def keep_alive(self, account: str) -> str:
        """The account's key, good for another hour; raises Reject -1125 when it has none."""
        ...

    def delete(self, account: str) -> None:
        """End the account's key and its streams; one that has none is no error."""
        ...


class Desk(Protocol):
    """What a server offers to endpoints beyond the exchange itself."""

    @property
    def listen_keys(self) -> ListenKeys:
        """Keys of user streams."""
        ...

    def order_counts(self, market: Market, account: str) -> list[Count]:
        """How much of the limits of orders an account has used."""
        ...

    def after(self, name: str, seconds: float, act: Callable[[], object] | None) -> None:
        """Do something later, instead of what was to be done under this name before; None takes that back."""
        ...


class Call(msgspec.Struct, frozen=True):
    """A request that has passed the door. `now` is the door's time in milliseconds.

    `desk` is None only where no server is behind the call, as in tests of one endpoint.
    """

    exchange: Exchange
    account: Account | None
    parameters: Parameters
    now: int
    desk: Desk | None = None

    @property
    def who(self) -> str:
        """The caller's account name; only for endpoints that want a key."""
        if self.account is None:
            raise ValueError("this endpoint is open to everybody and has no caller")
        return self.account.name


Weight = int | Callable[[Parameters], int]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path; `orders` is what it counts for in the limits of orders.

    `answer` returns what is written as JSON, or raises Reject.
    """

    method: str
    path: str
    answer: Callable[[Call], object]
    weight: Weight = 1
    security: Security = Security.NONE
    orders: int = 0

    def cost(self, parameters: Parameters) -> int:
        """The request weight of these parameters."""
        return self.weight if isinstance(self.weight, int) else self.weight(parameters)
