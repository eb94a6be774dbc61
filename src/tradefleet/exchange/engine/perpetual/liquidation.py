"""Liquidation: positions whose margin no longer does are taken over."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.events import Event, MarginCalled
from tradefleet.exchange.engine.ledger import INSURANCE
from tradefleet.exchange.engine.orders import Execution, OrderRequest, Side, TimeInForce
from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.perpetual.income import IncomeKind
from tradefleet.exchange.engine.perpetual.levels import never_worse
from tradefleet.exchange.engine.perpetual.matching import Matching
from tradefleet.exchange.engine.perpetual.positions import Position
from tradefleet.exchange.engine.perpetual.risk import Group, Risk
from tradefleet.market.time import SECOND

# From this margin ratio on the account is warned.
CALL_RATIO = Decimal("0.8")
_MILLISECOND = SECOND // 1000


class Liquidations:
    """Watches positions, warns, and liquidates.

    A liquidation cancels the account's orders of the symbol, conditional ones by `abandon`, then closes the position at
    a price never worse than that where its margin is gone. Its fee goes to the insurance fund and takes at most what is
    left; the fund pays what is missing.
    """

    def __init__(
        self,
        accounting: PerpetualAccounting,
        risk: Risk,
        engine: Matching,
        abandon: Callable[[str, str], None],
        clock: Callable[[], int],
        emit: Callable[[Event], None],
    ) -> None:
        self._accounting = accounting
        self._risk = risk
        self._engine = engine
        self._abandon = abandon
        self._clock = clock
        self._emit = emit
        self._called: set[tuple[str, str, str]] = set()

    def level(self, symbol: str) -> list[tuple[str, str, int, Decimal]]:
        """Of each open position of a symbol: account, position side, 1 if a falling price liquidates it, -1 if a rising
        one does, and the price; none for what no price liquidates.
        """
        found = []
        for group in self._risk.groups(symbol):
            level = self._risk.level(group)
            if level is not None:
                found += [(item.account, item.side, level.sign, level.price) for item in group.positions]
        return found

    def check(self, symbol: str, *, warn_only: bool = False) -> None:
        """Liquidate, at the mark price, what has no more margin than it must have; warn of what is near it."""
        accounts = dict.fromkeys(position.account for position in self._accounting.positions.on(symbol))
        for account in accounts:
            self._check(account, symbol, warn_only)

    def liquidate(self, account: str, symbol: str, position_side: str, price: Decimal) -> None:
        """Close a position at a price, with what shares its level; nothing where there is none any more."""
        position = self._accounting.positions.get(account, symbol, position_side)
        if not position.amount:
            return
        with self._engine.command():
            self._engine.cancel_all(account, symbol)
            self._abandon(account, symbol)
            group = self._risk.group(position)
            price = never_worse(price, self._risk.bankruptcy(group), group.sign)
            left = self._left(group, price)
            for item in group.positions:
                with self._accounting.taking_over(left):
                    order = self._engine.force(account, self._order(item, price), price)
                left -= order.fills[-1].fee
        self._make_up(account, symbol)

    def _order(self, position: Position, price: Decimal) -> OrderRequest:
        return OrderRequest(
            position.symbol,
            Side.SELL if position.amount > 0 else Side.BUY,
            "LIMIT",
            Execution.LIMIT,
            quantity=abs(position.amount),
            limit_price=price,
            time_in_force=TimeInForce.IOC,
            client_id=f"autoclose-{self._clock() // _MILLISECOND}",
            reduce_only=True,
            position_side=position.side,
        )

    @staticmethod
    def _left(group: Group, price: Decimal) -> Decimal:
        """What is left of the margin before the fee, once the position has been closed at a price."""
        return group.margin + sum((item.unrealised(price) for item in group.positions), ZERO)

    def _check(self, account: str, symbol: str, warn_only: bool) -> None:
        held = list(self._accounting.positions.held(account, symbol))
        if self._accounting.settings.isolated(account, symbol):
            for position in held:
                self._judge([position], self._risk.group(position), warn_only)
        elif held:
            asset = self._accounting.symbols[symbol].quote
            self._judge(self._cross(account, asset), self._risk.group(held[0]), warn_only)

    def _judge(self, positions: list[Position], group: Group, warn_only: bool) -> None:
        first = positions[0]
        key = (first.account, first.symbol if group.isolated else "", first.side if group.isolated else "")
        ratio = self._risk.ratio(group)
        if ratio >= 1 and not warn_only:
            self._called.discard(key)
            self._take_over(positions, group)
        elif ratio < CALL_RATIO:
            self._called.discard(key)
        elif key not in self._called:
            self._called.add(key)
            self._warn(positions)

    def _take_over(self, positions: list[Position], group: Group) -> None:
        """One position after the other, those that lose most first, until the rest has margin enough."""
        margins = self._accounting.margins
        for position in sorted(positions, key=margins.unrealised):
            if not group.isolated and self._risk.ratio(self._risk.group(position)) < 1:
                return
            self.liquidate(position.account, position.symbol, position.side, margins.price(position))

    def _cross(self, account: str, asset: str) -> list[Position]:
        accounting = self._accounting
        return [
            position
            for position in accounting.positions.held(account)
            if accounting.symbols[position.symbol].quote == asset
            and not accounting.settings.isolated(account, position.symbol)
        ]

    def _make_up(self, account: str, symbol: str) -> None:
        """Let the insurance fund pay a wallet back to 0 that no position could."""
        terms = self._accounting.symbols[symbol]
        missing = -self._accounting.margins.of(account, terms.quote).cross_wallet
        if missing > 0 and not self._cross(account, terms.quote):
            with self._engine.command("INSURANCE_CLEAR"):
                time = self._clock()
                self._accounting.book(time, account, terms, IncomeKind.INSURANCE_CLEAR, missing, INSURANCE)

    def _warn(self, positions: list[Position]) -> None:
        accounting = self._accounting
        account, asset = positions[0].account, accounting.symbols[positions[0].symbol].quote
        rows = tuple(
            (accounting.state(position), accounting.margins.price(position), accounting.margins.maintenance(position))
            for position in positions
        )
        wallet = max(accounting.margins.of(account, asset).cross_wallet, ZERO)
        self._emit(MarginCalled(self._clock(), account, wallet, rows))
