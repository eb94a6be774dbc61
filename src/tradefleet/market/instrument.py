"""Instruments: what is traded, and the steps its prices and quantities move in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tradefleet.market.errors import ParameterError

Step = Decimal | str | int | float | None


def decimal_step(value: Step, name: str) -> Decimal | None:
    """A positive exact step, or None when there is none.

    A float is read by its shortest text, so 0.01 is the cent and not its binary neighbour.

    >>> decimal_step(0.01, "tick")
    Decimal('0.01')
    """
    if value is None:
        return None
    try:
        step = Decimal(str(value))
    except InvalidOperation:
        step = Decimal("NaN")
    if not step.is_finite() or step <= 0:
        raise ParameterError(f"{name} is {value!r}", cure="give a positive number such as 0.01")
    return step.normalize()


@dataclass(frozen=True)
class Instrument:
    """A symbol with its price tick, lot step and minimum notional; None means no such limit.

    >>> Instrument("BTC/USDT", tick="0.01").tick
    Decimal('0.01')
    """

    symbol: str
    tick: Decimal | None = None
    lot: Decimal | None = None
    min_notional: Decimal | None = None

    def __post_init__(self) -> None:
        if not self.symbol or self.symbol != self.symbol.strip():
            raise ParameterError(f"symbol is {self.symbol!r}", cure="name it as BTC/USDT")
        for name in ("tick", "lot", "min_notional"):
            object.__setattr__(self, name, decimal_step(getattr(self, name), name))
