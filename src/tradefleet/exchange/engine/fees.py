"""What a trade costs besides its price: the maker's or the taker's rate, cut off at the smallest unit."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_UP, Context, Decimal

from tradefleet.exchange.engine.amounts import UNIT
from tradefleet.exchange.engine.symbols import Symbol

_EXACT = Context(prec=60)


def fee_rate(symbol: Symbol, maker: bool) -> Decimal:
    """The rate of one side of a trade."""
    return symbol.maker if maker else symbol.taker


def cut(first: Decimal, second: Decimal) -> Decimal:
    """The product without what is smaller than a unit: so no sum of parts exceeds the whole.

    >>> cut(Decimal("0.00000019"), Decimal("0.1"))
    Decimal('1E-8')
    """
    return _EXACT.multiply(first, second).quantize(UNIT, ROUND_DOWN, _EXACT)


def raised(first: Decimal, second: Decimal) -> Decimal:
    """The product, up to the next unit: so a reservation is never short of its parts."""
    return _EXACT.multiply(first, second).quantize(UNIT, ROUND_UP, _EXACT)
