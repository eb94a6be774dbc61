"""How much an entry buys or sells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from tradefleet.market.errors import ParameterError

SizeKind = Literal["fraction", "amount", "risk"]


@dataclass(frozen=True)
class Size:
    """A fraction of equity, an amount of money, or the fraction of equity lost if the stop is hit.

    >>> str(amount(1000)), str(risk(0.01)), str(Size("fraction", 0.5))
    ('amount:1000', 'risk:0.01', '0.5')
    """

    kind: SizeKind
    value: float

    def __post_init__(self) -> None:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
            raise ParameterError(f"size is {value!r}", cure="give a positive number")
        if self.kind != "amount" and value > 1:
            raise ParameterError(
                f"size is {value:g}, more than all of the equity", cure="give a fraction such as 0.99, or amount(1000)"
            )
        object.__setattr__(self, "value", float(value))

    def __str__(self) -> str:
        return f"{self.value:g}" if self.kind == "fraction" else f"{self.kind}:{self.value:g}"


def amount(money: float) -> Size:
    """Entries of a fixed amount of money.

    >>> amount(1000)
    Size(kind='amount', value=1000.0)
    """
    return Size("amount", money)


def risk(fraction: float) -> Size:
    """Entries that lose this fraction of equity if stopped out; the strategy needs a stop-loss.

    Slippage and fees come on top.

    >>> risk(0.01)
    Size(kind='risk', value=0.01)
    """
    return Size("risk", fraction)


def parse_size(value: object) -> Size:
    """A size from a Size, a number (fraction of equity) or text (`0.5`, `amount:1000`, `risk:0.01`).

    >>> parse_size("risk:0.01") == risk(0.01)
    True
    """
    if isinstance(value, Size):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Size("fraction", value)
    kind, _, number = str(value).rpartition(":")
    try:
        if kind == "amount":
            return amount(float(number))
        if kind == "risk":
            return risk(float(number))
        if kind == "":
            return Size("fraction", float(number))
    except ValueError:
        pass
    raise ParameterError(f"size is {value!r}", cure="write 0.99, amount:1000 or risk:0.01")
