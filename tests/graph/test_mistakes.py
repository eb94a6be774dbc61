"""What a strategy's author may get wrong is answered with the cure."""

from __future__ import annotations

import copy
import functools
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tradefleet.graph
from tradefleet.graph import (
    bars_since,
    close,
    constant,
    crossed_above,
    high,
    low,
    minimum,
    rising,
    rolling_mean,
    shift,
    where,
)
from tradefleet.market.errors import ParameterError, StrategyError


@pytest.mark.parametrize(
    ("wrong", "error", "told"),
    [
        (lambda: bool(close > 1), StrategyError, "& | ~"),
        (lambda: 30 < close < 70, StrategyError, "(30 < x) & (x < 70)"),
        (lambda: (close > 1) and (close < 2), StrategyError, "& | ~"),
        (lambda: not (close > 1), StrategyError, "& | ~"),
        (lambda: max(close, high), StrategyError, "& | ~"),
        (lambda: close in [high, low], StrategyError, "`is`"),
        (lambda: close in (1, 2), StrategyError, "`is`"),
        (lambda: [high, low].index(close), StrategyError, "`is`"),
        (lambda: list(close), StrategyError, "shift(k)"),
        (lambda: close[-1], StrategyError, "shift(k)"),
        (lambda: float(close), StrategyError, "keep it an expression"),
        (lambda: [1, 2][close], StrategyError, "keep it an expression"),
        (lambda: range(close), StrategyError, "keep it an expression"),
        (lambda: math.log(close), StrategyError, "from tradefleet.indicators import ln"),
        (lambda: np.log(close), StrategyError, "from tradefleet.indicators import ln"),
        (lambda: np.sqrt(close), StrategyError, "tradefleet.indicators"),
        (lambda: close.rolling(20), StrategyError, "rolling_mean(close, 20)"),
        (lambda: close.mean(), StrategyError, "rolling_mean"),
        (lambda: close.max(), StrategyError, "rolling_max"),
        (lambda: close.std(), StrategyError, "standard_deviation"),
        (lambda: close.iloc[-1], StrategyError, "shift(k)"),
        (lambda: close.diff(), StrategyError, "x - x.shift(1)"),
        (lambda: close.pct_change(), StrategyError, "x - x.shift(1)"),
        (lambda: close.shfit(1), StrategyError, "did you mean 'shift'?"),
        (lambda: close**2, StrategyError, "x * x"),
        (lambda: 2**close, StrategyError, "x * x"),
        (lambda: close % 2, StrategyError, "floor_divide"),
        (lambda: close // 2, StrategyError, "floor_divide"),
        (lambda: close > None, StrategyError, "compare with a number"),
        (lambda: close > True, StrategyError, "compare with a number"),
        (lambda: tradefleet.graph.open, StrategyError, "import open_"),
        (lambda: close.shift(-1), StrategyError, "future"),
        (lambda: close.shift(1.5), ParameterError, "whole number"),
        (lambda: close.shift(True), ParameterError, "whole number"),
        (lambda: close.shift(False), ParameterError, "whole number"),
        (lambda: close.shift("1"), ParameterError, "whole number"),
        (lambda: close.shift(10**30), ParameterError, "or less"),
        (lambda: shift("close", 1), StrategyError, "such as close"),
        (lambda: ~close, StrategyError, "~(x > 0)"),
        (lambda: -(close > 1), StrategyError, "where(condition, 1, 0)"),
        (lambda: (close > 1) + 1, StrategyError, "where(condition, 1, 0)"),
        (lambda: (close > 1) > 0, StrategyError, "where(condition, 1, 0)"),
        (lambda: close & (close > 1), StrategyError, "(a > b) & (c < d)"),
        (lambda: (close > 1) & 5, StrategyError, "(a > b) & (c < d)"),
        (lambda: close + float("nan"), ParameterError, "finite"),
        (lambda: close > float("inf"), ParameterError, "finite"),
        (lambda: close * 10**400, ParameterError, "finite"),
        (lambda: constant("5"), ParameterError, "number"),
        (lambda: constant(None), ParameterError, "number"),
        (lambda: constant(True), ParameterError, "number"),
        (lambda: where(close, 1, 0), StrategyError, "x > 0"),
        (lambda: where(close > 1, "a", 0), StrategyError, "expression"),
        (lambda: where(close > 1, close > 2, 0), StrategyError, "where(condition, 1, 0)"),
        (lambda: bars_since(close), StrategyError, "x > 0"),
        (lambda: crossed_above(close > 1, 2), StrategyError, "where(condition, 1, 0)"),
        (lambda: crossed_above(close, None), StrategyError, "expression"),
        (lambda: minimum(close, "x"), StrategyError, "expression"),
        (lambda: rising(close, 0), ParameterError, "1 or more"),
        (lambda: rising(close, 1.5), ParameterError, "whole number"),
        (lambda: rolling_mean(close > 1, 5), StrategyError, "where(condition, 1, 0)"),
        (lambda: rolling_mean(close, 0), ParameterError, "starts at 1"),
    ],
)
def test_a_mistake_names_the_cure(wrong: Callable[[], Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error) as raised:
        wrong()
    assert told in str(raised.value)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: close + None,
        lambda: close + "1",
        lambda: np.array([1.0, 2.0]) * close,
        lambda: f"{close:.2f}",
        lambda: len(close),
        lambda: close(),
        lambda: (close > 1) & None,
    ],
)
def test_what_python_itself_refuses_is_a_type_error(wrong: Callable[[], Any]) -> None:
    with pytest.raises(TypeError):
        wrong()


@pytest.mark.parametrize("other", [None, "close", [1.0]])
def test_equality_with_what_is_no_number_is_refused(other: object) -> None:
    # Left to Python it would be plain False, and a strategy would silently never trade.
    with pytest.raises(StrategyError, match="compares with no number"):
        close == other  # noqa: B015
    with pytest.raises(StrategyError, match="compares with no number"):
        close != other  # noqa: B015


def test_a_node_is_found_in_a_list() -> None:
    assert close in [close, high]


def test_text_of_a_node() -> None:
    assert f"{close}" == "close"
    assert f"{close > 2:}" == "(close > 2)"
    assert str(close + 0.1) == "(close + 0.1)"
    assert str(close + 123456.789) == "(close + 123456.789)"


def test_text_of_a_deep_node_is_short() -> None:
    node = close
    for _ in range(5000):
        node = node + 1
    assert repr(node) == "((((((((... + 1) + 1) + 1) + 1) + 1) + 1) + 1) + 1)"
    with pytest.raises(StrategyError, match=r"\.\.\. \+ 1"):
        bool(node > 1)


def test_text_of_much_shared_nodes_is_short() -> None:
    node = close
    for _ in range(60):
        node = node + node
    assert len(repr(node)) < 5000


def test_a_deep_condition_can_be_negated() -> None:
    deep = functools.reduce(operator.and_, (shift(close > high, 1) | (close > level) for level in range(3000)))
    negated = ~deep
    assert ~negated is deep
    assert ~rising(close, 500) is not None


def test_a_much_shared_condition_can_be_negated() -> None:
    condition = close > 1
    for _ in range(60):
        condition = (condition & shift(condition, 1)) | condition
    assert ~~condition is condition


def test_private_names_are_answered_as_python_does() -> None:
    assert not hasattr(close, "__array_interface__")
    assert not hasattr(close, "_anything")
    assert copy.copy(close) is close


def test_numbers_of_numpy_combine_as_pythons() -> None:
    two = np.float64(2)
    assert two * close is 2 * close
    assert two - close is 2 - close
    assert (two > close) is (close < 2)
    assert (close >= two) is (close >= 2)
    assert (np.bool_(True) & (close > 1)) is (True & (close > 1))
