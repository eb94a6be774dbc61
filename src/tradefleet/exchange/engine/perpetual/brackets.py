"""Leverage brackets: the maintenance margin of a notional, the notional that a leverage allows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tradefleet.exchange.engine.amounts import UNIT, ZERO, multiplied
from tradefleet.exchange.engine.symbols import Bracket

_NONE = Bracket(1, ZERO, Decimal("Infinity"), ZERO, ZERO, 1)


def bracket_of(notional: Decimal, brackets: Sequence[Bracket]) -> Bracket:
    """The bracket a notional is in; one at the floor of a bracket is in that bracket.

    >>> from tradefleet.exchange.engine.symbols import usual_brackets
    >>> bracket_of(Decimal(50_000), usual_brackets()).number
    2
    """
    found = brackets[0] if brackets else _NONE
    for bracket in brackets:
        if notional < bracket.floor:
            break
        found = bracket
    return found


def maintenance_margin(notional: Decimal, brackets: Sequence[Bracket]) -> Decimal:
    """The least that must be left of a position's margin, in quote currency.

    >>> from tradefleet.exchange.engine.symbols import usual_brackets
    >>> maintenance_margin(Decimal(100_000), usual_brackets())
    Decimal('450.00000000')
    """
    bracket = bracket_of(notional, brackets)
    return multiplied(notional, bracket.rate) - bracket.amount.quantize(UNIT)


def largest_notional(leverage: int, brackets: Sequence[Bracket]) -> Decimal:
    """The notional that a leverage allows at most.

    >>> from tradefleet.exchange.engine.symbols import usual_brackets
    >>> largest_notional(60, usual_brackets())
    Decimal('3000000')
    """
    caps = [bracket.cap for bracket in brackets if bracket.max_leverage >= leverage]
    return max(caps, default=_NONE.cap if not brackets else brackets[0].cap)
