"""What an account pays and gets: the one place where the spot and the perpetual market differ."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

import msgspec

from tradefleet.exchange.engine.events import PositionState
from tradefleet.exchange.engine.orders import Fill, Order
from tradefleet.exchange.engine.symbols import Symbol

Balances = dict[str, tuple[Decimal, Decimal]]


class AccountChange(msgspec.Struct, frozen=True):
    """What changed for an account: asset -> (free, locked) and positions as they are now, what each asset moved by."""

    account: str
    balances: Balances
    changes: dict[str, Decimal]
    positions: tuple[PositionState, ...] = ()


class Accounting(Protocol):
    """Reserves for orders, books fills, and knows what an account has left.

    The engine calls it in the course of one order: `admit` once, then for every fill `fillable` and `settle`, and
    `release` when it has ended. `order.filled` and `order.status` change after `settle` has come back.
    """

    def admit(self, order: Order, price: Decimal) -> None:
        """Reserve what a new order needs at `price`, or raise Reject and change nothing.

        Sets `order.reserved` and `order.reserved_asset`. `price` is the limit, for a market order what the book would
        give now (0 where it is empty), for a conditional market order its trigger.
        """

    def release(self, order: Order) -> None:
        """Free what an ended order still reserves; `order.reserved` is 0 then."""

    def settle(self, order: Order, price: Decimal, quantity: Decimal, maker: bool, trade_id: int, time: int) -> Fill:
        """Book one fill against HOUSE and FEES, and free the part of the reservation that it used up."""

    def fillable(self, order: Order, price: Decimal, quantity: Decimal) -> Decimal:
        """How much of `quantity` may fill at `price`: all of it, less, or 0 (nothing to reduce, no cash left)."""

    def reduces(self, order: Order) -> bool:
        """Whether the order only takes from what the account holds (SELL on spot)."""

    def balances(self, account: str) -> Balances:
        """Asset -> (free, locked) of every asset the account ever had."""

    def move(self, account: str, asset: str, amount: Decimal, time: int, kind: str) -> None:
        """Bring money in from OUTSIDE, or take it out (a negative amount); raises Reject where it is not free."""

    def take_changes(self) -> Iterable[AccountChange]:
        """What has changed since the last call, an account at a time, in the order in which they changed first."""

    def replace_symbol(self, symbol: Symbol) -> None:
        """Use another version of a symbol from now on: its fees and filters."""
