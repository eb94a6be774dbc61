"""Positions: what trades add up to, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO, divided, multiplied
from tradefleet.exchange.engine.orders import Side

# Average prices are shown to this unit; money never goes by them, but by the costs they come from.
_PRICE_UNIT = Decimal("1e-12")
BOTH, LONG, SHORT = "BOTH", "LONG", "SHORT"


@dataclass(slots=True)
class Position:
    """A position; `amount` is positive when long, negative when short.

    `cost` has the sign of the amount: what the open amount was bought for, or minus what it was sold for. Its sum with
    all realised profits is exactly minus the money that trades have moved. `isolated_wallet` is the margin it has of
    its own (0 on cross margin), `net` what was realised less fees since it was opened.
    """

    account: str
    symbol: str
    side: str
    amount: Decimal = ZERO
    cost: Decimal = ZERO
    realised: Decimal = ZERO
    net: Decimal = ZERO
    isolated_wallet: Decimal = ZERO
    updated: int = 0

    @property
    def sign(self) -> int:
        """1 when long, -1 when short, 0 when flat."""
        return (self.amount > 0) - (self.amount < 0)

    @property
    def entry_price(self) -> Decimal:
        """The average price it was opened at, 0 when flat."""
        return average(self.cost, self.amount)

    @property
    def break_even_price(self) -> Decimal:
        """The price where leaving it makes up for the fees and losses since it was opened; 0 when flat."""
        return max(average(self.cost - self.net, self.amount), ZERO)

    def unrealised(self, price: Decimal) -> Decimal:
        """What leaving it at a price would realise."""
        return multiplied(self.amount, price) - self.cost if self.amount else ZERO

    def notional(self, price: Decimal) -> Decimal:
        """Its value at a price, with its sign."""
        return multiplied(self.amount, price) if self.amount else ZERO

    def share(self, quantity: Decimal) -> Decimal:
        """The isolated margin that goes with a part of it."""
        if quantity >= abs(self.amount):
            return self.isolated_wallet
        return divided(self.isolated_wallet * quantity, abs(self.amount))

    def open(self, change: Decimal, quote: Decimal) -> None:
        """Add to it: `change` and its notional `quote` have the sign of the direction."""
        if not self.amount:
            self.net = ZERO
        self.amount += change
        self.cost += quote

    def close(self, change: Decimal, quote: Decimal) -> Decimal:
        """Take from it, at most all of it; returns what that realised.

        >>> position = Position("ann", "BTCUSDT", BOTH, Decimal(3), Decimal(100))
        >>> position.close(Decimal(-1), Decimal(-40)), position.cost
        (Decimal('6.66666667'), Decimal('66.66666667'))
        """
        released = self.cost if change == -self.amount else divided(self.cost * -change, self.amount)
        profit = -quote - released
        self.amount += change
        self.cost -= released
        self.realised += profit
        self.net += profit
        return profit


def average(cost: Decimal, amount: Decimal) -> Decimal:
    """The price of each, without trailing zeros; 0 of nothing.

    >>> average(Decimal("77290.70"), Decimal(1))
    Decimal('77290.7')
    """
    if not amount:
        return ZERO
    price = divided(cost, amount, _PRICE_UNIT)
    return price.quantize(Decimal(1)) if price == price.to_integral_value() else price.normalize()


def closes(side: Side, position_side: str) -> bool:
    """Whether an order of a hedge-mode side leaves a position.

    >>> closes(Side.SELL, LONG), closes(Side.SELL, SHORT), closes(Side.SELL, BOTH)
    (True, False, False)
    """
    return (position_side == LONG and side is Side.SELL) or (position_side == SHORT and side is Side.BUY)


class Positions:
    """Every position there ever was, by account, symbol and side."""

    def __init__(self) -> None:
        self._by_symbol: dict[str, dict[tuple[str, str], Position]] = {}
        self._by_account: dict[str, dict[tuple[str, str], Position]] = {}

    def get(self, account: str, symbol: str, side: str) -> Position:
        """A position, flat if it never was opened."""
        position = self._by_account.get(account, {}).get((symbol, side))
        if position is None:
            position = Position(account, symbol, side)
            self._by_account.setdefault(account, {})[symbol, side] = position
            self._by_symbol.setdefault(symbol, {})[account, side] = position
        return position

    def amount(self, account: str, symbol: str, side: str) -> Decimal:
        """The amount of a position, 0 for one that never was opened."""
        position = self._by_account.get(account, {}).get((symbol, side))
        return ZERO if position is None else position.amount

    def of(self, account: str, symbol: str | None = None) -> Iterator[Position]:
        """An account's positions, flat ones too, in the order they were first opened."""
        for position in self._by_account.get(account, {}).values():
            if symbol is None or position.symbol == symbol:
                yield position

    def held(self, account: str, symbol: str | None = None) -> Iterator[Position]:
        """An account's positions that are not flat."""
        return (position for position in self.of(account, symbol) if position.amount)

    def on(self, symbol: str) -> list[Position]:
        """All accounts' positions of a symbol that are not flat."""
        return [position for position in self._by_symbol.get(symbol, {}).values() if position.amount]
