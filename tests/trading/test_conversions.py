"""Which rate converts a symbol's profits."""

from __future__ import annotations

import pytest

from tradefleet.market.errors import ParameterError
from tradefleet.trading import Account
from tradefleet.trading.conversions import Conversion, conversion_of, currencies_of


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("EUR/USD", ("EUR", "USD")),
        ("BTC/USDT:USDT", ("BTC", "USDT")),
        ("BTC-USD", ("BTC", "USD")),
        ("EUR_USD", ("EUR", "USD")),
        ("EURUSD", ("EUR", "USD")),
        ("EUR/USD ask", ("EUR", "USD")),
        ("SPX500", None),
    ],
)
def test_currencies_of_a_symbol(symbol: str, expected: tuple[str, str] | None) -> None:
    assert currencies_of(symbol) == expected


@pytest.mark.parametrize(
    ("currency", "symbol", "table", "expected"),
    [
        (None, "USD/JPY", {}, Conversion("same")),
        ("USD", "EUR/USD", {}, Conversion("same")),
        (None, "SPX500", {}, Conversion("same")),
        ("USD", "USD/JPY", {}, Conversion("inverse")),
        ("USD", "EUR/JPY", {"JPY": 0.0067}, Conversion("fixed", rate=0.0067)),
        ("USD", "EUR/JPY", {"JPY": "USD/JPY"}, Conversion("series", symbol="USD/JPY", inverted=True)),
        ("USD", "EUR/GBP", {"GBP": "GBP/USD"}, Conversion("series", symbol="GBP/USD", inverted=False)),
    ],
)
def test_conversion_of_a_symbol(
    currency: str | None, symbol: str, table: dict[str, float | str], expected: Conversion
) -> None:
    account = Account(market="forex", leverage=30, currency=currency, conversion=table)
    assert conversion_of(account, symbol) == expected


def test_missing_or_wrong_conversion_names_the_cure() -> None:
    account = Account(market="forex", currency="USD", conversion={"GBP": "EUR/GBP"})
    with pytest.raises(
        ParameterError, match=r'quoted in JPY and the account is in USD.*add conversion = \{ JPY = "USD/JPY"'
    ):
        conversion_of(account, "EUR/JPY")
    with pytest.raises(ParameterError, match=r"conversion of GBP is 'EUR/GBP'.*name USD/GBP or GBP/USD"):
        conversion_of(account, "EUR/GBP")
