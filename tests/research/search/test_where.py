"""Constraints as text, against Python's own evaluation of each combination."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError
from tradefleet.research.search.axes import Axis
from tradefleet.research.search.points import Grid
from tradefleet.research.search.rows import Rows, Values
from tradefleet.research.search.where import Where

AXES = (
    Axis("a", (0, 1, 2, 3, -4)),
    Axis("b", (0.1, 0.5, 2.0, -7.25)),
    Axis("side", ("long", "short", "both")),
)
CONSTANTS = {"c": 2.5, "name": "long"}
VALUES = Values.of(AXES, CONSTANTS)
ROWS = Rows(VALUES, Grid((5, 4, 3)).codes(np.arange(60)))
KNOWN: dict[str, Any] = {"__builtins__": {}, "abs": abs, "min": min, "max": max}

_leaf = st.sampled_from(["a", "b", "c"]) | st.sampled_from([0, 1, 2, 3, 7, 0.5, 0.1, 1e200]).map(
    lambda x: repr(float(x))
)


def _numbers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner).map(lambda x: f"({' '.join(x)})"),
        inner.map(lambda x: f"(abs({x}) ** 2.0)"),
        inner.map(lambda x: f"({x} ** -1.0)"),
        inner.map(lambda x: f"(abs({x}) ** 0.3)"),
        inner.map(lambda x: f"-{x}"),
        inner.map(lambda x: f"+{x}"),
        inner.map(lambda x: f"abs({x})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner, inner).map(lambda x: f"{x[0]}({', '.join(x[1:])})"),
    )


NUMBER = st.recursive(_leaf, _numbers, max_leaves=5)
_sign = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
_text = st.sampled_from(["side", "name", "'long'", '"short"'])
_comparison = st.one_of(
    st.tuples(NUMBER, _sign, NUMBER).map(" ".join),
    st.tuples(NUMBER, _sign, NUMBER, _sign, NUMBER).map(" ".join),
    st.tuples(NUMBER, st.sampled_from(["in", "not in"]), NUMBER, NUMBER).map(
        lambda x: f"{x[0]} {x[1]} ({x[2]}, {x[3]})"
    ),
    st.tuples(_text, st.sampled_from(["==", "!="]), _text).map(" ".join),
    st.tuples(_text, st.sampled_from(["in", "not in"]), _text).map(lambda x: f"{x[0]} {x[1]} [{x[2]}]"),
)
CONDITION = st.recursive(
    _comparison,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda x: f"({' '.join(x)})"),
        st.tuples(inner, inner, inner).map(" and ".join),
        inner.map(lambda x: f"(not {x})"),
    ),
    max_leaves=4,
)


def by_python(text: str, row: int) -> bool:
    combination = {axis.name: axis.values[code] for axis, code in zip(AXES, ROWS.codes[row], strict=True)}
    floats = {name: value if isinstance(value, str) else float(value) for name, value in combination.items()}
    return bool(eval(text, KNOWN, {**CONSTANTS, **floats}))


@given(CONDITION)
@settings(max_examples=150, deadline=None)
def test_each_row_is_what_python_says(text: str) -> None:
    try:
        expected = [by_python(text, row) for row in range(len(ROWS))]
    except ArithmeticError:
        with pytest.raises(ParameterError):
            Where(text, VALUES).holds(ROWS)
    else:
        assert Where(text, VALUES).holds(ROWS).tolist() == expected


@pytest.mark.parametrize(
    "text",
    [
        "a < b", "a<b and side=='long'", "0 < a < 3", "a != 0 and 1 / a > b", "a == 0 or 1 / a > b", "not a < b",
        "a in (1, 2)", "side not in ('long', 'both')", "side == name", "a * b < c", "a % 2 == 1", "-a // 2 < b",
        "  a <\n b ", "1 < 2", "2 < 1", "min(a, b) < max(a, 1, b) <= 3", "2 > 3 and 1 / 0 > 1", "a ** 2 > b",
        "-a // 2 == -1", "b // 0.2 == 9", "a % 3 == 2", "b % 0.3 < 0.1", "a ** 2 == 9", "b / 2 == 1",
    ],
)  # fmt: skip
def test_what_people_write(text: str) -> None:
    assert Where(text, VALUES).holds(ROWS).tolist() == [
        by_python(text.strip().replace("\n", ""), row) for row in range(len(ROWS))
    ]


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a < sied", "there is no parameter 'sied'; did you mean 'side'?", 5),
        ("'ä' != side and bb < 1", "there is no parameter 'bb'", 17),
        ("a <\n bb", "there is no parameter 'bb'", 6),
        ("a = b", "; write == to compare", 3),
        ("a <", "this is no expression", 4),
        ("a < b)", "this is no expression", 6),
        ("a < b; a", "this is no expression", None),
        ("a\0 < b", "this is no expression", None),
        ("a + b", "'a + b' is neither true nor false", 1),
        ("1", "'1' is neither true nor false", 1),
        ("a and b", "'a' is neither true nor false", 1),
        ("(a < b) + 1 < 2", "'a < b' is no number", 2),
        ("(a < b) < (b < 1)", "true or false already", None),
        ("(a < b) & (b < 1)", "write and, or, not", 1),
        ("a.real < 1", "'a.real' cannot stand in a constraint", 1),
        ("__import__('os').system('x') == 0", "cannot stand in a constraint", 1),
        ("print(a) < 1", "cannot stand in a constraint", 1),
        ("[x for x in (1, 2)] == 1", "cannot stand in a constraint", 1),
        ("(lambda: a)() < 1", "cannot stand in a constraint", 1),
        ("(a := 3) < 4", "cannot stand in a constraint", None),
        ("a if a < b else b", "cannot stand in a constraint", 1),
        ("f'{a}' == side", "cannot stand in a constraint", 1),
        ("a < True", "'True' cannot stand in a constraint", 5),
        ("a < 1j", "cannot stand in a constraint", 5),
        ("a < side", "'side' is text and compared with number", 5),
        ("a in ('long', 1)", "is text and compared with number", 7),
        ("side < 'long'", "write side == 'long'", 1),
        ("-side == 'long'", "'side' is no number", 2),
        ("a is b", "is not understood", 1),
        ("a in b", "is not understood", 1),
        ("1 < a in (1, 2)", "is not understood", 1),
        ("abs(a, b) < 1", "wrong number of values", 1),
        ("min(a) < 1", "wrong number of values", 1),
        ("max(*a) < 1", "cannot stand in a constraint", 5),
        ("min(a, b, key=abs) < 1", "cannot stand in a constraint", 1),
        ("a < 1e999", "the number is too large", 5),
        ("a < 1" + "0" * 400, "the number is too large", 5),
        ("", "the constraint is empty", None),
        ("   ", "the constraint is empty", None),
        ("a < b and " * 100 + "a < b", "write at most 1,000", None),
        ("(" * 300 + "a" + ")" * 300 + " < 1", "this is no expression", None),
        ("-" * 900 + "a < 1", "", None),
        ("a" + "+a" * 400 + " < 1", "nests too deep", None),
        ("not " * 200 + "a < 1", "nests too deep", None),
    ],
)
def test_errors_name_the_text_and_the_place(text: str, message: str, place: int | None) -> None:
    with pytest.raises(ParameterError) as caught:
        Where(text, VALUES)
    error = caught.value
    assert message.partition(";")[0] in f"{error.message}; {error.cure}"
    assert message.partition(";")[2] in f" {error.cure}"
    assert error.cure
    if place is not None:
        assert error.where.endswith(f"at character {place}"), error.where


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("b / a > 1", "'b / a' divides by zero for a=0, b=0.1, side=long"),
        ("side == 'long' or b % a > 1", "divides by zero for a=0, b=0.1, side=short"),
        ("b ** 0.5 > 1", "has a power that is no real number for a=0, b=-7.25, side=long"),
        ("9 ** 9 ** 9 > 1", "has a power that is too large"),
        ("9**9**9**9**9**9 > a", "has a power that is too large"),
        ("a ** -1 > 1", "divides by zero for a=0"),
    ],
)
def test_values_without_a_result_are_named(text: str, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        Where(text, VALUES).holds(ROWS)
    assert message in str(caught.value)


def test_axis_of_numbers_and_text_is_no_matter_for_text() -> None:
    values = Values.of([Axis("size", (0.5, "risk:0.01"))], {})
    with pytest.raises(ParameterError, match="numbers and text"):
        Where("size == 0.5", values)
