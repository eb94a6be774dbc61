"""Which rate takes an instrument's quote currency to the account's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tradefleet.market.errors import ParameterError
from tradefleet.trading.account import Account

# BTC/USDT, EUR_USD, BTC-USD, EURUSD; what a venue adds, as in BTC/USDT:USDT, is not part of the quote currency.
_PAIR = re.compile(r"(\w+?)[/_-](\w+?)(?:[:_ -].*)?|([A-Z]{3})([A-Z]{3})")


@dataclass(frozen=True)
class Conversion:
    """How a unit of the quote currency becomes account currency.

    `same`: it is; `inverse`: 1 / price of the instrument itself; `fixed`: times `rate`; `series`: times the price of
    `symbol`, or divided by it where `inverted`.
    """

    kind: Literal["same", "inverse", "fixed", "series"]
    rate: float = 1.0
    symbol: str = ""
    inverted: bool = False


def currencies_of(symbol: str) -> tuple[str, str] | None:
    """Base and quote currency of a symbol; None where it does not tell.

    >>> currencies_of("BTC/USDT:USDT"), currencies_of("EURUSD"), currencies_of("AAPL")
    (('BTC', 'USDT'), ('EUR', 'USD'), None)
    """
    found = _PAIR.fullmatch(symbol.strip())
    if found is None:
        return None
    return (found[1], found[2]) if found[3] is None else (found[3], found[4])


def conversion_of(account: Account, symbol: str) -> Conversion:
    """The conversion of a symbol's profits; raises ParameterError where the account names none.

    >>> conversion_of(Account(market="forex", currency="USD"), "USD/JPY").kind
    'inverse'
    """
    own, pair = account.currency, currencies_of(symbol)
    if own is None:
        return Conversion("same")
    if pair is None:
        raise ParameterError(
            f"{symbol} does not tell its currencies and the account is in {own}",
            where="[account]",
            cure="name the symbol as USD/JPY, or leave currency out",
        )
    if pair[1] == own:
        return Conversion("same")
    base, quote = pair
    if base == own:
        return Conversion("inverse")
    rate = (account.conversion or {}).get(quote)
    if rate is None:
        raise ParameterError(
            f"{symbol} is quoted in {quote} and the account is in {own}",
            where="[account]",
            cure=f'add conversion = {{ {quote} = "{own}/{quote}" }}, or a number',
        )
    if not isinstance(rate, str):
        return Conversion("fixed", rate=float(rate))
    found = currencies_of(rate)
    if found not in ((own, quote), (quote, own)):
        raise ParameterError(
            f"conversion of {quote} is {rate!r}", where="[account]", cure=f"name {own}/{quote} or {quote}/{own}"
        )
    return Conversion("series", symbol=rate, inverted=found == (own, quote))
