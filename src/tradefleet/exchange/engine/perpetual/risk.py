"""How near positions are to liquidation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.perpetual.levels import Leg, Level, bankruptcy_price, liquidation_level
from tradefleet.exchange.engine.perpetual.positions import Position


@dataclass(frozen=True, slots=True)
class Group:
    """Positions of one symbol that are liquidated at one price, and the margin they can lose.

    On isolated margin each position is a group. On cross margin the margin is the cross wallet with the unrealised
    profits of the other symbols; `others` is what those need as maintenance margin.
    """

    positions: tuple[Position, ...]
    isolated: bool
    margin: Decimal
    others: Decimal

    @property
    def legs(self) -> list[Leg]:
        """The positions as arithmetic takes them."""
        return [Leg(position.amount, position.cost) for position in self.positions]

    @property
    def sign(self) -> int:
        """1 where a falling price loses, -1 where a rising one does."""
        return 1 if sum((position.amount for position in self.positions), ZERO) > 0 else -1


class Risk:
    """Liquidation prices and margin ratios; changes nothing."""

    def __init__(self, accounting: PerpetualAccounting) -> None:
        self._accounting = accounting

    def groups(self, symbol: str) -> Iterator[Group]:
        """All positions of a symbol, in groups."""
        accounts: dict[str, list[Position]] = {}
        for position in self._accounting.positions.on(symbol):
            accounts.setdefault(position.account, []).append(position)
        for account, positions in accounts.items():
            if self._accounting.settings.isolated(account, symbol):
                for position in positions:
                    yield Group((position,), True, position.isolated_wallet, ZERO)
            else:
                yield self._cross(account, symbol, positions)

    def group(self, position: Position) -> Group:
        """The group of an open position."""
        if self._accounting.settings.isolated(position.account, position.symbol):
            return Group((position,), True, position.isolated_wallet, ZERO)
        held = list(self._accounting.positions.held(position.account, position.symbol))
        return self._cross(position.account, position.symbol, held)

    def level(self, group: Group) -> Level | None:
        """Where a group is liquidated; None where no price does it."""
        brackets = self._accounting.symbols[group.positions[0].symbol].brackets
        return liquidation_level(group.margin - group.others, group.legs, brackets)

    def bankruptcy(self, group: Group) -> Decimal | None:
        """Where a group's margin is gone; None where no price does it."""
        return bankruptcy_price(group.margin, group.legs)

    def liquidation_price(self, position: Position) -> Decimal:
        """A position's liquidation price as it is shown; 0 for none."""
        level = self.level(self.group(position)) if position.amount else None
        return ZERO if level is None else level.price

    def ratio(self, group: Group) -> Decimal:
        """Maintenance margin by margin balance at the mark price: 1 and above is liquidated."""
        margins = self._accounting.margins
        least = group.others + sum((margins.maintenance(position) for position in group.positions), ZERO)
        left = group.margin + sum((margins.unrealised(position) for position in group.positions), ZERO)
        if left <= 0:
            return Decimal("Infinity")
        return least / left

    def _cross(self, account: str, symbol: str, positions: list[Position]) -> Group:
        accounting = self._accounting
        asset = accounting.symbols[symbol].quote
        money = accounting.margins.of(account, asset)
        unrealised = sum((accounting.margins.unrealised(position) for position in positions), ZERO)
        least = sum((accounting.margins.maintenance(position) for position in positions), ZERO)
        return Group(
            tuple(positions),
            False,
            money.cross_wallet + money.cross_unrealised - unrealised,
            money.cross_maintenance - least,
        )
