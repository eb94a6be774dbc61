"""Exact decimals: products without rounding, then the step they are kept in."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal

ZERO = Decimal(0)
ONE = Decimal(1)
# What a spot or futures balance is kept in.
UNIT = Decimal("0.00000001")
# Wide enough that no product of a price and a quantity is rounded before it is meant to be.
_EXACT = Context(prec=60)


def multiplied(first: Decimal, second: Decimal, unit: Decimal = UNIT) -> Decimal:
    """The product, rounded once, halves up, to a unit.

    >>> multiplied(Decimal("0.00000003"), Decimal("0.5"))
    Decimal('2E-8')
    """
    return _EXACT.multiply(first, second).quantize(unit, ROUND_HALF_UP, _EXACT)


def divided(first: Decimal, second: Decimal, unit: Decimal = UNIT) -> Decimal:
    """The quotient, to a unit, halves up."""
    return _EXACT.divide(first, second).quantize(unit, ROUND_HALF_UP, _EXACT)


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """The value rounded down to whole steps.

    >>> floor_to(Decimal("0.1234"), Decimal("0.005"))
    Decimal('0.120')
    """
    return _EXACT.multiply(_EXACT.divide_int(value, step), step)


def ceil_to(value: Decimal, step: Decimal) -> Decimal:
    """The value rounded up to whole steps."""
    return _EXACT.multiply(_EXACT.divide(value, step).to_integral_value(ROUND_UP), step)


def nearest_to(value: Decimal, step: Decimal) -> Decimal:
    """The value rounded to the nearest whole step, halves up."""
    return _EXACT.multiply(_EXACT.divide(value, step).to_integral_value(ROUND_HALF_UP), step)


def is_whole(value: Decimal, step: Decimal) -> bool:
    """Whether the value is a whole number of steps.

    >>> is_whole(Decimal("0.3"), Decimal("0.1")), is_whole(Decimal("0.35"), Decimal("0.1"))
    (True, False)
    """
    return _EXACT.remainder(value, step) == 0


def from_float(value: float, step: Decimal) -> Decimal:
    """A float of the bars or of the rules as a decimal: the nearest whole step.

    >>> from_float(0.1 + 0.2, Decimal("0.01"))
    Decimal('0.30')
    """
    return nearest_to(Decimal(repr(value)), step)


def truncated(value: Decimal, unit: Decimal = UNIT) -> Decimal:
    """The value cut off at a unit."""
    return value.quantize(unit, ROUND_DOWN, _EXACT)
