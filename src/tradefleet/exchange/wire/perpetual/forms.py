"""A symbol's numbers as the futures write them: as many digits as the symbol's steps have."""

from __future__ import annotations

from decimal import Decimal

from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.wire.numbers import digits


def places(step: Decimal) -> int:
    """Digits after the point of a step, as it is written.

    >>> places(Decimal("0.10")), places(Decimal(1))
    (2, 0)
    """
    exponent = step.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def price(symbol: Symbol, value: Decimal) -> str:
    """A price with the tick's digits."""
    return digits(value, places(symbol.tick))


def quantity(symbol: Symbol, value: Decimal) -> str:
    """A quantity with the lot's digits."""
    return digits(value, places(symbol.lot))


def notional(symbol: Symbol, value: Decimal) -> str:
    """A product of price and quantity, with the digits of both."""
    return digits(value, places(symbol.tick) + places(symbol.lot))


def average(symbol: Symbol, value: Decimal) -> str:
    """An average price: with the digits of a product once there is one, a price's before."""
    return notional(symbol, value) if value else price(symbol, value)
