"""Prices that are taken from the book instead of being sent."""

from __future__ import annotations

import re
from decimal import Decimal

from tradefleet.exchange.engine.book import Book
from tradefleet.exchange.engine.orders import Side
from tradefleet.exchange.engine.rejects import Reject

_RULE = re.compile(r"^(OPPONENT|QUEUE)(?:_(5|10|20))?$")


def matched_price(book: Book, side: Side, rule: str) -> Decimal:
    """The price of a level of the book: OPPONENT is the other side's best, QUEUE the own side's, QUEUE_5 its 5th."""
    parts = _RULE.match(rule)
    if parts is None:
        raise Reject(-5037, "Invalid price match")
    count = int(parts[2] or 1)
    other = parts[1] == "OPPONENT"
    levels = book.asks(count) if (side is Side.BUY) is other else book.bids(count)
    if len(levels) < count:
        raise Reject(-5041, "No depth matches this BBO order")
    return levels[-1][0]
