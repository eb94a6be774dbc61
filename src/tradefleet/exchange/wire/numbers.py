"""Numbers and times as Binance writes them."""

from __future__ import annotations

from decimal import Decimal

from tradefleet.market.time import SECOND

MILLISECOND = SECOND // 1000


def eight(value: Decimal) -> str:
    """A number with eight digits, spot's form.

    >>> eight(Decimal("1E-3"))
    '0.00100000'
    """
    return f"{value:.8f}"


def digits(value: Decimal, count: int) -> str:
    """A number with so many digits after the point, halves to even.

    >>> digits(Decimal("2.5"), 3)
    '2.500'
    """
    return f"{value:.{count}f}"


def plain(value: Decimal) -> str:
    """A number as short as it is, without an exponent.

    >>> plain(Decimal("1.500")), plain(Decimal("1E+3")), plain(Decimal("0.000"))
    ('1.5', '1000', '0')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def milliseconds(nanoseconds: int) -> int:
    """A time of the wire."""
    return nanoseconds // MILLISECOND
