"""Changing what an account has chosen, and its isolated margin: what may be changed when."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tradefleet.exchange.engine.amounts import UNIT, ZERO, divided, truncated
from tradefleet.exchange.engine.events import Event, LeverageChanged
from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.perpetual.brackets import largest_notional
from tradefleet.exchange.engine.perpetual.changes import tell
from tradefleet.exchange.engine.perpetual.positions import Position
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol


class Configuration:
    """Leverage, margin type, position mode and isolated margin, with the exchange's refusals.

    `open_orders` tells whether an account has orders open, conditional ones too, in a symbol (None: in any).
    """

    def __init__(
        self,
        accounting: PerpetualAccounting,
        open_orders: Callable[[str, str | None], bool],
        clock: Callable[[], int],
        emit: Callable[[Event], None],
    ) -> None:
        self._accounting = accounting
        self._open_orders = open_orders
        self._clock = clock
        self._emit = emit

    def set_leverage(self, account: str, symbol: str, leverage: int) -> Decimal:
        """Choose a leverage; returns the largest notional it allows."""
        accounting, terms = self._accounting, self._symbol(symbol)
        if not 1 <= leverage <= terms.max_leverage:
            raise Reject(-4028, f"Leverage {leverage} is not valid")
        largest = largest_notional(leverage, terms.brackets)
        before = accounting.settings.leverage(account, symbol)
        choices = accounting.settings.of(account)
        if leverage < before and symbol in choices.isolated and any(accounting.positions.held(account, symbol)):
            raise Reject(-4161, "Leverage reduction is not supported in Isolated Margin Mode with open positions")
        if accounting.margins.exposed(account, symbol) > largest:
            raise Reject(-2027, "Exceeded the maximum allowable position at current leverage.")
        choices.leverages[symbol] = leverage
        if leverage < before and accounting.margins.available(account, terms.quote) < 0:
            choices.leverages[symbol] = before
            raise Reject(-2028, "Leverage is smaller than permitted: insufficient margin balance.")
        self._emit(LeverageChanged(self._clock(), account, symbol, leverage))
        return largest

    def set_isolated(self, account: str, symbol: str, isolated: bool) -> None:
        """Choose isolated or cross margin for a symbol."""
        self._symbol(symbol)
        choices = self._accounting.settings.of(account)
        if isolated == (symbol in choices.isolated):
            raise Reject(-4046, "No need to change margin type.")
        if self._open_orders(account, symbol):
            raise Reject(-4047, "Margin type cannot be changed if there exists open orders.")
        if any(self._accounting.positions.held(account, symbol)):
            raise Reject(-4048, "Margin type cannot be changed if there exists position.")
        if isolated:
            choices.isolated.add(symbol)
        else:
            choices.isolated.remove(symbol)

    def set_hedge(self, account: str, hedge: bool) -> None:
        """Choose hedge or one-way mode, for all symbols."""
        choices = self._accounting.settings.of(account)
        if hedge == choices.hedge:
            raise Reject(-4059, "No need to change position side.")
        if self._open_orders(account, None):
            raise Reject(-4067, "Position side cannot be changed if there exists open orders.")
        if any(self._accounting.positions.held(account)):
            raise Reject(-4068, "Position side cannot be changed if there exists position.")
        choices.hedge = hedge

    def move_margin(self, account: str, symbol: str, position_side: str, amount: Decimal) -> None:
        """Add to an isolated position's margin, or take from it with a negative amount."""
        accounting, terms = self._accounting, self._symbol(symbol)
        if not amount:
            raise Reject(-4055, "Amount must be positive.")
        if not accounting.settings.isolated(account, symbol):
            raise Reject(-4049, "Add margin only support for isolated position.")
        position = accounting.positions.get(account, symbol, position_side)
        if not position.amount:
            raise Reject(-4054, "Cannot add position margin: position is 0.")
        if amount > 0 and amount > accounting.margins.available(account, terms.quote):
            raise Reject(-4050, "Cross balance insufficient.")
        if amount < 0 and -amount > self.removable(position):
            raise Reject(-4051, "Isolated balance insufficient.")
        position.isolated_wallet += truncated(amount)
        accounting.touch(position)
        tell(accounting, self._clock(), "MARGIN_TRANSFER", self._emit)

    def removable(self, position: Position) -> Decimal:
        """How much of an isolated position's margin is above what the leverage asks for."""
        margins = self._accounting.margins
        profit = margins.unrealised(position)
        initial = divided(margins.position_initial(position), Decimal(1), UNIT)
        return max(ZERO, min(position.isolated_wallet, position.isolated_wallet + profit) - initial)

    def _symbol(self, name: str) -> Symbol:
        symbol = self._accounting.symbols.get(name)
        if symbol is None:
            raise Reject(-1121, "Invalid symbol.")
        return symbol
