"""Any expression gives the same bits over arrays and one bar at a time."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.expressions import Tree, build, numbers, truths, values
from tests.indicators.samples import assert_both_ways_agree, hourly, strange, strange_bars, walk

from tradefleet.graph import (
    Binder,
    Node,
    Plan,
    Symbolic,
    close,
    constant,
    floor_divide,
    maximum,
    minimum,
    open_,
    rolling_max,
    rolling_min,
    where,
)
from tradefleet.market.bars import Bars

# More on demand: TRADEFLEET_EXAMPLES=5000 python -m pytest tests/graph
EXAMPLES = int(os.environ.get("TRADEFLEET_EXAMPLES", "120"))
RELAXED = settings(
    deadline=None, suppress_health_check=list(HealthCheck), max_examples=EXAMPLES, derandomize=EXAMPLES < 1000
)
TREES = st.one_of(numbers(), truths())


@given(trees=st.lists(TREES, min_size=1, max_size=3), parameters=values(), series=strange_bars())
@RELAXED
def test_random_expressions_on_strange_bars(trees: list[Tree], parameters: dict[str, float], series: Bars) -> None:
    assert_both_ways_agree([node_of(tree, parameters) for tree in trees], series)


ZERO = close - close
CORNERS = {
    "overflow": close * 1e300 * 1e300,
    "negative overflow": close * -1e300 * 1e300,
    "overflow of a sum": constant(1.5e308) + close * 0 + 1.5e308,
    "overflow of a quotient": close * 1e300 / 1e-300,
    "overflow of a whole quotient": floor_divide(close * 1e300, 1e-300),
    "underflow": close * 1e-300 * 1e-300,
    "negative underflow": -close * 1e-300 * 1e-300,
    "smallest number": close * 0 + 5e-324,
    "zero by zero": ZERO / ZERO,
    "negative zero": -ZERO,
    "zero times negative": ZERO * -1,
    "absolute of negative zero": abs(-ZERO),
    "whole quotient of negative zero": floor_divide(-ZERO, close),
    "negative whole quotient": floor_divide(-close, 7),
    "minimum of zeros": minimum(ZERO, -ZERO),
    "minimum of zeros, reversed": minimum(-ZERO, ZERO),
    "maximum of zeros": maximum(ZERO, -ZERO),
    "maximum of zeros, reversed": maximum(-ZERO, ZERO),
    "zeros compared": where(-ZERO < ZERO, 1, where(-ZERO == ZERO, 2, 3)),
    "highest of zeros": rolling_max(where(close > open_, ZERO, -ZERO), 3),
    "lowest of zeros": rolling_min(where(close > open_, ZERO, -ZERO), 3),
    "condition on a constant": where(constant(1) > 2, close, constant(3)),
    "constants only": where(constant(1) < 2, 4, 5) * 2,
}


@pytest.mark.parametrize("node", CORNERS.values(), ids=CORNERS.keys())
def test_corners_of_arithmetic(node: Node) -> None:
    for start in (100.0, 1e-150, 1e150):
        assert_both_ways_agree([node, ~(node > 0)], strange(3, ["walk", "flat", "jump", "dead"], start))


@given(tree=TREES, parameters=values())
@settings(RELAXED, max_examples=30)
def test_random_expressions_on_real_bars(tree: Tree, parameters: dict[str, float]) -> None:
    assert_both_ways_agree([node_of(tree, parameters)], hourly(300))


@given(tree=TREES, parameters=values())
@RELAXED
def test_symbols_bound_to_values_give_the_concrete_node(tree: Tree, parameters: dict[str, float]) -> None:
    symbols = {name: Symbolic.parameter(name) for name in parameters}
    assert Binder(parameters).bind(node_of(tree, symbols)) is node_of(tree, parameters)


@given(tree=TREES, parameters=values())
@settings(RELAXED, max_examples=100)
def test_the_same_expression_is_the_same_node(tree: Tree, parameters: dict[str, float]) -> None:
    assert node_of(tree, parameters) is node_of(tree, parameters)


@given(tree=truths(), parameters=values(), series=strange_bars())
@RELAXED
def test_a_negation_is_never_true_where_the_condition_is(
    tree: Tree, parameters: dict[str, float], series: Bars
) -> None:
    condition = node_of(tree, parameters)
    holds, negated, again = Plan([condition, ~condition, ~~condition]).over(series).columns
    assert not (holds & negated).any()
    np.testing.assert_array_equal(again, holds)


@given(one=numbers(2), other=numbers(2), parameters=values(), series=strange_bars())
@settings(RELAXED, max_examples=100)
def test_a_comparison_and_its_negation_are_false_where_a_side_is_unknown(
    one: Tree, other: Tree, parameters: dict[str, float], series: Bars
) -> None:
    left, right = node_of(one, parameters), node_of(other, parameters)
    for compared in (left < right, left <= right, left > right, left >= right, left == right, left != right):
        holds, negated, a, b = Plan([compared, ~compared, left, right]).over(series).columns
        unknown = np.isnan(a) | np.isnan(b)
        assert not (holds & unknown).any()
        assert not (negated & unknown).any()
        np.testing.assert_array_equal(holds ^ negated, ~unknown)


def test_operators_on_realistic_bars_before_and_after_their_lookback() -> None:
    series = walk(8, 300)
    for tree in (("shift", ("field", "close"), ("whole", 7)), ("mean", ("field", "close"), ("whole", 9))):
        node = node_of(tree, {})
        known = np.isfinite(Plan([node]).over(series).columns[0])
        assert known.argmax() == Plan([node]).lookback
        assert known[Plan([node]).lookback :].all()


def node_of(tree: Tree, given_: dict[str, float] | dict[str, Symbolic]) -> Node:
    """The node of a tree; a bare parameter becomes a constant."""
    from_tree = build(tree, given_)
    return from_tree if isinstance(from_tree, Node) else build(("+", tree, ("constant", 0.0)), given_)
