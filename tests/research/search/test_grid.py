"""The text of grids, against decimals."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError
from tradefleet.research.search.grid import parse_grid, parse_values
from tradefleet.trading.size import Size


@given(
    start=st.decimals(-1000, 1000, places=4), step=st.decimals("0.0001", 50, places=4), count=st.integers(1, 300),
    down=st.booleans(), rest=st.decimals(0, "0.99", places=2),
)  # fmt: skip
def test_range_is_what_decimals_give(start: Decimal, step: Decimal, count: int, down: bool, rest: Decimal) -> None:
    with localcontext(prec=60):
        step = -step if down else step
        stop = start + step * (count - 1 + rest)
        expected = tuple(float(start + step * number) for number in range(count))
        assert parse_grid(f"x={start}:{stop}:{step}") == ("x", expected)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.1:0.3:0.1", (0.1, 0.2, 0.3)),
        ("0.005:0.03:0.005", (0.005, 0.01, 0.015, 0.02, 0.025, 0.03)),
        ("5:50:15", (5, 20, 35, 50)),
        ("5:49:15", (5, 20, 35)),
        ("50:5:-15", (50, 35, 20, 5)),
        ("0.3:0.1:-0.1", (0.3, 0.2, 0.1)),
        ("7:7:1", (7,)),
        ("1e-3:3e-3:1e-3", (0.001, 0.002, 0.003)),
        ("20, 25,30", (20, 25, 30)),
        ("1,2,5:20:5", (1, 2, 5, 10, 15, 20)),
        ("12", (12,)),
        ("1.0", (1.0,)),
        ("long,both", ("long", "both")),
    ],
)
def test_values(text: str, values: tuple[object, ...]) -> None:
    found = parse_grid(f"x={text}")[1]
    assert found == values
    assert list(map(type, found)) == list(map(type, values))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("entry", "write it as"),
        ("=1", "write it as"),
        ("entry=", "grid of entry is empty"),
        ("entry=5:1:1", "let the step be -1"),
        ("entry=1:5:-1", "let the step be 1"),
        ("entry=1:5:0", "step of 1:5:0 is 0"),
        ("entry=1:5", "from:to:step"),
        ("entry=1:x:1", "'x' is no number"),
        ("entry=1:nan:1", "'nan' is no number"),
        ("entry=1:inf:1", "'inf' is no number"),
        ("entry=1e999999999:2e999999999:1", "is no number"),
        ("entry=0:1:1e-299", "more than 10,000,000"),
        ("entry=0:10000000:1", "more than 10,000,000"),
        ("entry=1:6000000:1,7000000:13000000:1", "more than 10,000,000"),
        ("entry=1,2,1", "has 1 twice"),
        ("entry=1,1.0", "has 1.0 twice"),
        ("entry=1,,2", "empty value"),
    ],
)
def test_errors_say_the_cure_in_one_line(text: str, part: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parse_grid(text)
    assert part in str(caught.value)
    assert caught.value.cure
    assert "\n" not in str(caught.value)


def test_wanted_type_says_how_a_text_is_read() -> None:
    assert parse_values("session", "08:00-17:00 Europe/London", str) == ("08:00-17:00 Europe/London",)
    assert parse_values("name", "1,2", str) == ("1", "2")
    with pytest.raises(ParameterError, match="'x' is no number"):
        parse_values("fast", "1,x", int)


def test_sizes_keep_their_options_and_have_ranges() -> None:
    assert parse_grid("size=0.5,risk:0.01,kelly:0.5,cap=0.2,trades=20") == (
        "size", (0.5, "risk:0.01", "kelly:0.5,cap=0.2,trades=20"),
    )  # fmt: skip
    assert parse_values("size", "risk:0.01:0.03:0.01", Size) == ("risk:0.01", "risk:0.02", "risk:0.03")
    assert parse_values("size", "0.1:0.3:0.1", Size) == (0.1, 0.2, 0.3)
