"""The best prices of a book, and whether an event has changed them."""

from __future__ import annotations

from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.book import Book
from tradefleet.exchange.engine.events import BookChanged

Level = tuple[Decimal, Decimal]
_EMPTY: Level = (ZERO, ZERO)


def top(book: Book) -> tuple[Level, Level]:
    """Best bid and best ask with their quantities; zeros for an empty side."""
    bids, asks = book.bids(1), book.asks(1)
    return (bids[0] if bids else _EMPTY, asks[0] if asks else _EMPTY)


def best_changed(event: BookChanged, book: Book) -> bool:
    """Whether an event changed the best price or quantity of a side: it names that level or a better one."""
    (bid, _), (ask, _) = top(book)
    return any(price >= bid for price, _ in event.bids) or any(price <= ask or not ask for price, _ in event.asks)
