"""Sizes with options, and their texts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError
from tradefleet.trading import Size, amount, kelly, parse_size, risk, volatility


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("volatility:0.2", volatility(0.2)),
        ("volatility:1.5,bars=50,most=3", volatility(1.5, bars=50, most=3)),
        ("kelly:0.5", kelly(0.5)),
        ("kelly:0.5,cap=0.2,trades=20,floor=0", kelly(0.5, cap=0.2, trades=20, floor=0)),
        ("kelly:0.5, floor=0.02", kelly(0.5, floor=0.02)),
    ],
)
def test_text_is_read(text: str, expected: Size) -> None:
    assert parse_size(text) == expected


@given(st.integers(1, 100), st.integers(2, 500), st.integers(1, 500), st.integers(0, 20))
def test_text_of_a_size_reads_back(percent: int, bars: int, trades: int, floor: int) -> None:
    for size in (
        volatility(percent / 100, bars=bars, most=trades / 4),
        kelly(percent / 100, cap=0.5, trades=trades, floor=floor / 100),
        amount(percent),
        risk(percent / 100),
        Size("fraction", percent / 100),
    ):
        assert parse_size(str(size)) == size


def test_options_not_given_are_the_usual_ones() -> None:
    assert Size("kelly", 0.5) == kelly(0.5)
    assert (kelly(0.5).option("cap"), kelly(0.5).option("trades"), kelly(0.5).option("floor")) == (0.25, 30.0, 0.01)
    assert (volatility(0.2).option("bars"), volatility(0.2).option("most")) == (100.0, 1.0)
    assert amount(10).options == ()


def test_size_can_be_a_key() -> None:
    assert len({kelly(0.5), kelly(0.5), kelly(0.5, cap=0.3)}) == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kelly(1.5), "size is kelly:1.5, more than all that Kelly's criterion gives; give 0.5 for half of it"),
        (lambda: kelly(0.5, cap=2), r"cap of size kelly is 2; choose from 0 to 1"),
        (lambda: kelly(0.5, floor=0.3), r"floor of size kelly is 0.3, above its cap of 0.25; give a smaller floor"),
        (lambda: kelly(0.5, trades=2.5), r"trades of size kelly is 2.5; give a whole number"),  # type: ignore[arg-type]
        (lambda: volatility(0.2, bars=1), r"bars of size volatility is 1; choose from 2 to 1e\+06"),
        (lambda: volatility(20_000), r"size is volatility:20000; give a fraction a year"),
        (lambda: volatility(float("nan")), r"size is nan; give a positive number"),
        (lambda: parse_size("kelly:0.5,cpa=0.2"), r"size kelly has no option 'cpa'; did you mean 'cap'\?"),
        (lambda: parse_size("risk:0.01,cap=0.2"), r"size risk has no option 'cap'; leave it out"),
        (lambda: parse_size("kelly:0.5,cap"), r"size is 'kelly:0.5,cap'; write 0.99, amount:1000"),
        (lambda: parse_size("kelly:"), r"size is 'kelly:'; write"),
        (lambda: parse_size("vol:0.2"), r"size is 'vol:0.2'; write"),
    ],
)
def test_size_that_makes_no_sense_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        make()
