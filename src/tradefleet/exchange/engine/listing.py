"""What the engine knows of one symbol while it trades."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from tradefleet.exchange.engine.book import Book
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.engine.triggers import Triggers


@dataclass(slots=True)
class Listing:
    """A symbol, its book, its sleeping conditional orders and its prices; trade ids count up from 1."""

    symbol: Symbol
    book: Book
    triggers: Triggers
    last_price: Decimal | None = None
    mark_price: Decimal | None = None
    trade_id: int = 0
    # Accounts whose limit orders have opened or added in the bar that is being played.
    entered: set[str] = field(default_factory=set)

    def next_trade_id(self) -> int:
        """The next trade's id."""
        self.trade_id += 1
        return self.trade_id
