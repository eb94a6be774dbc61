"""Where positions are liquidated, and where their margin is gone: arithmetic alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from tradefleet.exchange.engine.amounts import UNIT, ZERO
from tradefleet.exchange.engine.perpetual.brackets import bracket_of
from tradefleet.exchange.engine.symbols import Bracket

_WIDE = Context(prec=50)


@dataclass(frozen=True, slots=True)
class Leg:
    """A position: signed amount, signed cost."""

    amount: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Level:
    """A price, and the side it works against: 1 when a fall to it liquidates, -1 when a rise does."""

    price: Decimal
    sign: int


def liquidation_level(margin: Decimal, legs: Sequence[Leg], brackets: Sequence[Bracket]) -> Level | None:
    """The price where margin and unrealised profit of legs of one symbol are down to their maintenance margin.

    `margin` is the isolated margin, or on cross margin the wallet with the unrealised profits of all other symbols,
    less their maintenance margin. Brackets are those of the notionals at the level, looked for from those at the entry.
    None where no price above 0 does it.

    price = (margin + amounts - costs) / (sum of |amount| x rate - sum of amount)

    >>> level = liquidation_level(Decimal(50), [Leg(Decimal("0.5"), Decimal(500))],
    ...                           [Bracket(1, Decimal(0), Decimal(10**6), Decimal("0.1"), Decimal(0), 10)])
    >>> float(level.price), level.sign
    (1000.0, 1)
    """
    found = [bracket_of(abs(leg.cost), brackets) for leg in legs]
    level = _level(margin, legs, found)
    for _ in brackets:
        if level is None:
            return None
        at_level = [bracket_of(abs(leg.amount) * level.price, brackets) for leg in legs]
        if at_level == found:
            break
        found = at_level
        level = _level(margin, legs, found)
    return level


def _level(margin: Decimal, legs: Sequence[Leg], found: Sequence[Bracket]) -> Level | None:
    money, slope = margin, ZERO
    for leg, bracket in zip(legs, found, strict=True):
        money += bracket.amount - leg.cost
        slope += abs(leg.amount) * bracket.rate - leg.amount
    if not slope:
        return None
    price = _WIDE.divide(money, slope)
    return Level(price, 1 if slope < 0 else -1) if price > 0 else None


def bankruptcy_price(margin: Decimal, legs: Sequence[Leg]) -> Decimal | None:
    """The price where margin and unrealised profit are gone; None where no price above 0 does it.

    >>> bankruptcy_price(Decimal(200), [Leg(Decimal(1), Decimal(10_000))])
    Decimal('9800')
    """
    amount = sum((leg.amount for leg in legs), ZERO)
    if not amount:
        return None
    price = _WIDE.divide(sum((leg.cost for leg in legs), ZERO) - margin, amount)
    return price if price > 0 else None


def never_worse(price: Decimal, bankruptcy: Decimal | None, sign: int) -> Decimal:
    """A liquidation's price, to the unit of money: as it is, but not beyond bankruptcy.

    >>> never_worse(Decimal(9700), Decimal(9800), 1), never_worse(Decimal(9700), Decimal(9800), -1)
    (Decimal('9800.00000000'), Decimal('9700.00000000'))
    """
    if bankruptcy is not None:
        price = max(price, bankruptcy) if sign > 0 else min(price, bankruptcy)
    return price.quantize(UNIT)
