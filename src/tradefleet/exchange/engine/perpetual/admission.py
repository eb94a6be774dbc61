"""What is asked before an order is let in: position side, something to reduce, brackets, margin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.orders import Order, Side
from tradefleet.exchange.engine.perpetual.brackets import largest_notional
from tradefleet.exchange.engine.perpetual.exposure import Exposure
from tradefleet.exchange.engine.perpetual.margin import Margins
from tradefleet.exchange.engine.perpetual.positions import BOTH, Positions, closes
from tradefleet.exchange.engine.perpetual.settings import Settings
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol


def check_position_side(hedge: bool, position_side: str) -> None:
    """Raises Reject where a position side is not one of the account's mode."""
    if hedge == (position_side == BOTH):
        raise Reject(-4061, "Order's position side does not match user's setting.")


class Admission:
    """Decides about orders by what is held and what is open; an order let in counts until it is released."""

    def __init__(
        self,
        symbols: Mapping[str, Symbol],
        settings: Settings,
        positions: Positions,
        exposure: Exposure,
        margins: Margins,
        mark: Callable[[str], Decimal | None],
    ) -> None:
        self._symbols = symbols
        self._settings = settings
        self._positions = positions
        self._exposure = exposure
        self._margins = margins
        self._mark = mark

    def admit(self, order: Order, price: Decimal) -> None:
        """Count an order at a price (a limit order's own, a market order's worst); raises Reject."""
        hedge = self._settings.hedge(order.account)
        check_position_side(hedge, order.request.position_side)
        if self.only_reduces(order):
            self._cut(order, hedge)
            self._exposure.watch(order)
        else:
            self._count(order, price)

    def only_reduces(self, order: Order) -> bool:
        """Whether an order may only take from a position."""
        return order.request.reduce_only or closes(order.side, order.request.position_side)

    def closable(self, order: Order) -> Decimal:
        """How much there is for an order to take from."""
        held = self._positions.amount(order.account, order.symbol, order.request.position_side)
        return max(-held * order.side.sign, ZERO)

    def _cut(self, order: Order, hedge: bool) -> None:
        closable = self.closable(order)
        if not closable or (hedge and order.left > closable):
            raise Reject(-2022, "ReduceOnly Order is rejected.")
        if order.left > closable:
            order.quantity = order.filled + closable

    def _count(self, order: Order, price: Decimal) -> None:
        """Count an order, and take it off again if brackets or margin do not allow it."""
        mark = self._mark(order.symbol) or price
        # A sale is filled at its price or above it, and its margin then goes by the mark price.
        assumed = price if order.side is Side.BUY else max(price, mark)
        before = self._margins.initial(order.account, order.symbol)
        adds = self._adds(order)
        self._exposure.count(order, order.left, assumed)
        try:
            self._check(order, price, assumed, before, adds)
        except Reject:
            self._exposure.drop(order)
            raise

    def _adds(self, order: Order) -> Decimal:
        """How much of an order is beyond what the position and its open orders would have it close."""
        sums = self._exposure.sums(order.account, order.symbol, order.request.position_side)
        waiting = sums.bid_quantity if order.side is Side.BUY else sums.ask_quantity
        return max(order.left - max(self.closable(order) - waiting, ZERO), ZERO)

    def _check(self, order: Order, price: Decimal, assumed: Decimal, before: Decimal, adds: Decimal) -> None:
        account, symbol = order.account, self._symbols[order.symbol]
        after = self._margins.initial(account, symbol.name)
        if after <= before and not adds:
            return
        leverage = self._settings.leverage(account, symbol.name)
        if after > before and self._margins.exposed(account, symbol.name) > largest_notional(leverage, symbol.brackets):
            raise Reject(-2027, "Exceeded the maximum allowable position at current leverage.")
        mark = self._mark(symbol.name) or price
        loss = max((price - mark) * order.side.sign, ZERO) * adds
        fee = adds * assumed * symbol.taker
        # The order is counted by now: what is left must bear its loss and its fee.
        if self._margins.available(account, symbol.quote) < loss + fee:
            raise Reject(-2019, "Margin is insufficient.")
