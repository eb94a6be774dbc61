"""Margin: what an account's positions and open orders take, and what that leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tradefleet.exchange.engine.amounts import UNIT, ZERO, divided
from tradefleet.exchange.engine.ledger import Ledger
from tradefleet.exchange.engine.perpetual.brackets import maintenance_margin
from tradefleet.exchange.engine.perpetual.exposure import Exposure
from tradefleet.exchange.engine.perpetual.positions import BOTH, LONG, SHORT, Position, Positions
from tradefleet.exchange.engine.perpetual.settings import Settings
from tradefleet.exchange.engine.symbols import Symbol


@dataclass(frozen=True, slots=True)
class AccountMargin:
    """An account's money in one asset, at the mark prices of now.

    `wallet` is deposits and all that was realised and paid; `available` is what new orders may take, below 0 when
    positions have lost more than that.
    """

    wallet: Decimal
    cross_wallet: Decimal
    unrealised: Decimal
    cross_unrealised: Decimal
    position_initial: Decimal
    order_initial: Decimal
    maintenance: Decimal
    cross_maintenance: Decimal
    available: Decimal

    @property
    def balance(self) -> Decimal:
        """The margin balance: wallet and unrealised profit."""
        return self.wallet + self.unrealised

    @property
    def cross_balance(self) -> Decimal:
        """What all cross positions share."""
        return self.cross_wallet + self.cross_unrealised

    @property
    def withdrawable(self) -> Decimal:
        """What may leave the wallet: unrealised profit may not."""
        return max(ZERO, min(self.available, self.available - self.cross_unrealised))


class Margins:
    """Works out margins; keeps nothing itself."""

    def __init__(
        self,
        ledger: Ledger,
        symbols: Mapping[str, Symbol],
        settings: Settings,
        positions: Positions,
        exposure: Exposure,
        mark: Callable[[str], Decimal | None],
    ) -> None:
        self._ledger = ledger
        self._symbols = symbols
        self._settings = settings
        self._positions = positions
        self._exposure = exposure
        self._mark = mark

    def price(self, position: Position) -> Decimal:
        """The mark price of a position, its entry price while there is none."""
        mark = self._mark(position.symbol)
        return position.entry_price if mark is None else mark

    def unrealised(self, position: Position) -> Decimal:
        """A position's unrealised profit at the mark price."""
        return position.unrealised(self.price(position)) if position.amount else ZERO

    def maintenance(self, position: Position) -> Decimal:
        """A position's maintenance margin at the mark price."""
        if not position.amount:
            return ZERO
        notional = abs(position.notional(self.price(position)))
        return maintenance_margin(notional, self._symbols[position.symbol].brackets)

    def position_initial(self, position: Position) -> Decimal:
        """A position's initial margin at the mark price."""
        if not position.amount:
            return ZERO
        leverage = self._settings.leverage(position.account, position.symbol)
        return abs(position.notional(self.price(position))) / leverage

    def exposed(self, account: str, symbol: str) -> Decimal:
        """The largest notional that positions and open orders of a symbol can come to."""
        if self._settings.hedge(account):
            bought = self._notional(account, symbol, LONG) + self._exposure.sums(account, symbol, LONG).bid_notional
            sold = self._exposure.sums(account, symbol, SHORT).ask_notional - self._notional(account, symbol, SHORT)
            return bought + sold
        held = self._notional(account, symbol, BOTH)
        sums = self._exposure.sums(account, symbol, BOTH)
        return max(abs(held + sums.bid_notional), abs(held - sums.ask_notional))

    def initial(self, account: str, symbol: str) -> Decimal:
        """The initial margin of a symbol, orders included."""
        return self.exposed(account, symbol) / self._settings.leverage(account, symbol)

    def order_initial(self, account: str, symbol: str) -> Decimal:
        """What open orders add to the initial margin of the positions of a symbol."""
        held = sum((abs(self._notional(account, symbol, side)) for side in (BOTH, LONG, SHORT)), ZERO)
        return (self.exposed(account, symbol) - held) / self._settings.leverage(account, symbol)

    def of(self, account: str, asset: str) -> AccountMargin:
        """All of an account's money in an asset."""
        wallet = self._ledger.balance(account, asset)
        isolated_wallets = unrealised = cross_unrealised = initial = maintenance = cross_maintenance = ZERO
        taken = orders = ZERO
        for position in self._positions.held(account):
            if self._symbols[position.symbol].quote != asset:
                continue
            profit, least = self.unrealised(position), self.maintenance(position)
            margin = self.position_initial(position)
            unrealised += profit
            maintenance += least
            initial += margin
            if self._settings.isolated(account, position.symbol):
                isolated_wallets += position.isolated_wallet
            else:
                cross_unrealised += profit
                cross_maintenance += least
                taken += margin
        for symbol in self._exposure.symbols(account):
            if self._symbols[symbol].quote == asset:
                orders += self.order_initial(account, symbol)
        cross_wallet = wallet - isolated_wallets
        return AccountMargin(
            wallet=wallet,
            cross_wallet=cross_wallet,
            unrealised=unrealised,
            cross_unrealised=cross_unrealised,
            position_initial=_rounded(initial),
            order_initial=_rounded(orders),
            maintenance=maintenance,
            cross_maintenance=cross_maintenance,
            available=_rounded(cross_wallet + cross_unrealised - taken - orders),
        )

    def available(self, account: str, asset: str) -> Decimal:
        """What an account's new orders may take; below 0 when positions have lost more than that."""
        return self.of(account, asset).available

    def _notional(self, account: str, symbol: str, side: str) -> Decimal:
        amount = self._positions.amount(account, symbol, side)
        if not amount:
            return ZERO
        return amount * self.price(self._positions.get(account, symbol, side))


def _rounded(value: Decimal) -> Decimal:
    return divided(value, Decimal(1), UNIT)
