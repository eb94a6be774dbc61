"""What a bar is played on: the engine at the prices the rule book says, one symbol at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from typing import Protocol

from tradefleet.exchange.engine.amounts import floor_to
from tradefleet.exchange.engine.bar_rules import Liquidation, PlayedBar, slipped_price
from tradefleet.exchange.engine.half import UNLIMITED
from tradefleet.exchange.engine.listing import Listing
from tradefleet.exchange.engine.orders import Execution, Order, Side


class Liquidations(Protocol):
    """Who knows where positions are liquidated, and does it."""

    def level(self, symbol: str) -> Sequence[tuple[str, str, int, Decimal]]:
        """Account, position side, sign and price of every position of a symbol that has such a price."""
        ...

    def liquidate(self, account: str, symbol: str, position_side: str, price: Decimal) -> None:
        """Close a position at a price."""
        ...


class BarEngine(Protocol):
    """What playing a bar needs of the engine."""

    @property
    def liquidations(self) -> Liquidations | None:
        """Liquidations, where the market has them."""
        ...

    def listing(self, symbol: str) -> Listing:
        """A symbol and its book."""
        ...

    def resting(self, symbol: str) -> Sequence[Order]:
        """Clients' orders in the book."""
        ...

    def sleeping(self, symbol: str) -> Sequence[Order]:
        """Clients' conditional orders that have not been triggered."""
        ...

    def command(self) -> AbstractContextManager[object]:
        """What is done within is one command: books and balances are told at its end."""
        ...

    def wake(self, order: Order) -> Order | None:
        """Trigger a sleeping order; gives the order that works now, None where none does."""
        ...

    def fill_at(self, order: Order, price: Decimal, quantity: Decimal, maker: bool) -> object:
        """Fill a resting order against the house."""
        ...

    def reduces(self, order: Order) -> bool:
        """Whether an order only takes from what its account holds."""
        ...


class Stage:
    """The engine while a bar of one symbol is played, and what of the bar's volume is left for each side."""

    def __init__(
        self, engine: BarEngine, symbol: str, bar: PlayedBar, slippage: float, participation: Decimal | None
    ) -> None:
        self._engine = engine
        self._listing = engine.listing(symbol)
        self._slippage = slippage
        part = UNLIMITED
        if participation is not None:
            part = floor_to(bar.volume * participation, self._listing.symbol.lot)
        self._left = {Side.BUY: part, Side.SELL: part}
        self._entered = False

    @property
    def idle(self) -> bool:
        """Whether nobody has anything that a bar could touch."""
        return not (self.resting() or self.sleeping() or self.liquidations())

    @property
    def limited(self) -> set[str]:
        """Accounts whose limit orders have opened or added in this bar."""
        return self._listing.entered

    def resting(self) -> Sequence[Order]:
        """Orders in the book."""
        return self._engine.resting(self._listing.symbol.name)

    def sleeping(self) -> Sequence[Order]:
        """Orders that wait for their trigger."""
        return self._engine.sleeping(self._listing.symbol.name)

    def liquidations(self) -> list[Liquidation]:
        """Where positions are liquidated."""
        known = self._engine.liquidations
        return [] if known is None else [Liquidation(*level) for level in known.level(self._listing.symbol.name)]

    def reduces(self, order: Order) -> bool:
        """Whether an order is against what its account holds, or may do nothing else."""
        request = order.request
        return request.reduce_only or request.close_position or self._engine.reduces(order)

    def take_entered(self) -> bool:
        """Whether orders have opened or added since this was last asked."""
        entered, self._entered = self._entered, False
        return entered

    def fill(self, order: Order, price: Decimal) -> None:
        """Fill a resting order as a maker, as far as the volume goes."""
        quantity = min(order.left, self._left[order.side])
        if not quantity:
            return
        enters, before = not self.reduces(order), order.filled
        self._engine.fill_at(order, price, quantity, True)
        filled = order.filled - before
        self._left[order.side] -= filled
        if enters and filled:
            self._entered = True
            self.limited.add(order.account)

    def wake(self, order: Order, price: Decimal) -> Order | None:
        """Trigger a sleeping order at a price of the market; gives what is left of it in the book."""
        enters, quantity = not self.reduces(order), self._left[order.side]
        with self._engine.command(), self._market_at(price, order.side, quantity):
            working = self._engine.wake(order)
        if working is None:
            return None
        if working.filled:
            self._left[order.side] -= working.filled
            self._entered = self._entered or enters
        return working if working.open and working.request.execution is Execution.LIMIT else None

    def liquidate(self, found: Liquidation, price: Decimal) -> None:
        """Close a position."""
        known = self._engine.liquidations
        if known is not None:
            known.liquidate(found.account, self._listing.symbol.name, found.position_side, price)

    @contextmanager
    def _market_at(self, price: Decimal, side: Side, quantity: Decimal) -> Iterator[None]:
        """The house alone quotes a price, as market orders of a side get it; then all is as it was."""
        book, symbol, last = self._listing.book, self._listing.symbol, self._listing.last_price
        bids, asks = book.house()
        others = [waiting.order for waiting in book.half(side.opposite).resting()]
        for order in others:
            book.remove(order)
        level = [(slipped_price(price, side, self._slippage, symbol), quantity)] if quantity else []
        book.set_house(*(([], level) if side is Side.BUY else (level, [])))
        self._listing.last_price = price
        try:
            yield
        finally:
            self._listing.last_price = last
            book.set_house(bids, asks)
            for order in others:
                book.add(order)
