"""Expressions over several timeframes, symbols and series: both ways the same bits, and never a look ahead."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.expressions import FEEDS, SERIES, Tree, build, feed_leaves, numbers, truths, values
from tests.graph.markets import Market, assert_both_ways_agree, market, markets, some, with_columns
from tests.indicators.samples import differences

from tradefleet.graph import Binder, Clock, Node, Plan, Symbolic, constant, in_session
from tradefleet.indicators import all_indicators
from tradefleet.market.bars import Bars
from tradefleet.market.series import Series

EXAMPLES = int(os.environ.get("TRADEFLEET_EXAMPLES", "120"))
RELAXED = settings(
    deadline=None, suppress_health_check=list(HealthCheck), max_examples=EXAMPLES, derandomize=EXAMPLES < 1000
)
TREES = st.one_of(numbers(3, feed_leaves()), truths(3, feed_leaves()))


def node_of(tree: Tree, given_: dict[str, float] | dict[str, Symbolic]) -> Node:
    """The node of a tree; a bare parameter becomes a constant."""
    built = build(tree, given_)
    return built if isinstance(built, Node) else constant(built) + 0.0


@given(trees=st.lists(TREES, min_size=1, max_size=4), parameters=values(), series=markets(), ahead=st.booleans())
@RELAXED
def test_both_ways_give_the_same_bits(
    trees: list[Tree], parameters: dict[str, float], series: Market, ahead: bool
) -> None:
    assert_both_ways_agree([node_of(tree, parameters) for tree in trees], series, ahead)


@given(trees=st.lists(TREES, min_size=1, max_size=4), parameters=values(), series=markets(), data=st.data())
@RELAXED
def test_what_comes_later_changes_nothing_before(
    trees: list[Tree], parameters: dict[str, float], series: Market, data: st.DataObject
) -> None:
    plan = Plan([node_of(tree, parameters) for tree in trees])
    now = data.draw(st.integers(0, len(series.bars) - 1))
    other = with_another_future(series, now, data.draw(st.integers(0, 2**31)))
    one, changed = (plan.over(m.bars, feeds=m.feeds) for m in (series, other))
    for node, before, after in zip(plan.nodes, one.columns, changed.columns, strict=True):
        at = differences(np.ascontiguousarray(before[: now + 1]), np.ascontiguousarray(after[: now + 1]))
        assert at.size == 0, f"{node!r} at bar {at[0]} knows what comes after bar {now}"
    assert min(one.lookback, now + 1) == min(changed.lookback, now + 1)


def with_another_future(series: Market, now: int, seed: int) -> Market:
    """The market with all that is known only after the close of bar `now` changed, dropped, or cut off."""
    random = np.random.default_rng(seed)
    moment = int(series.closes(Clock())[now])

    def altered(clock: Clock) -> Bars | Series:
        data = series.bars if clock == Clock() else series.feeds[clock]
        known = series.closes(clock) <= moment
        kept = known | (random.random(len(known)) < random.choice([0.0, 0.7, 1.0]))
        factor = np.where(known, 1.0, random.choice([0.5, 3.0]))[kept]
        if isinstance(data, Series):
            return Series(data.name, data.time[kept], data.value[kept] * factor)
        rows = some(data, kept)
        prices = {name: getattr(rows, name) * factor for name in ("open", "high", "low", "close")}
        return with_columns(rows, **prices, volume=rows.volume + (factor - 1.0) ** 2)

    bars = altered(Clock())
    assert isinstance(bars, Bars)
    return Market(bars, {clock: altered(clock) for clock in series.feeds})


@pytest.mark.parametrize("name", sorted(FEEDS))
def test_every_indicator_on_every_feed_agrees_both_ways(name: str) -> None:
    feed = FEEDS[name]
    nodes: list[Node] = []
    for info in all_indicators():
        if info.inputs[0] in ("first", "source", "condition") or "periods" in info.inputs:
            continue
        result = info.function(on=feed)
        nodes.extend(result if isinstance(result, tuple) else [result])
    assert len(nodes) > 50
    assert_both_ways_agree(nodes, market(3, ["walk", "gap", "walk", "dead", "walk", "walk"], 7))


@given(tree=TREES, parameters=values())
@settings(RELAXED, max_examples=100)
def test_symbols_bound_to_values_give_the_concrete_node(tree: Tree, parameters: dict[str, float]) -> None:
    symbols = {name: Symbolic.parameter(name) for name in parameters}
    bound = Binder(parameters).bind(node_of(tree, symbols))
    assert bound is node_of(tree, parameters)
    assert Plan([bound]).calls == Plan([node_of(tree, parameters)]).calls


@given(tree=truths(3, feed_leaves()), parameters=values(), series=markets())
@settings(RELAXED, max_examples=100)
def test_a_negation_is_never_true_where_the_condition_is(
    tree: Tree, parameters: dict[str, float], series: Market
) -> None:
    condition = node_of(tree, parameters) & in_session("06:00-18:00")
    plan = Plan([condition, ~condition, ~~condition])
    holds, negated, again = plan.over(series.bars, feeds=series.feeds).columns
    assert not (holds & negated).any()
    np.testing.assert_array_equal(again, holds)


@given(trees=st.lists(TREES, min_size=1, max_size=3), parameters=values(), series=markets())
@settings(RELAXED, max_examples=60)
def test_the_lookback_of_a_timeframe_is_the_longest_there_is(
    trees: list[Tree], parameters: dict[str, float], series: Market
) -> None:
    plan = Plan([node_of(tree, parameters) for tree in trees])
    own = [clock for clock in plan.feeds if clock.symbol is None and clock.series is None]
    if len(own) == len(plan.feeds):
        assert min(plan.over(series.bars).lookback, len(series.bars)) <= plan.lookback_of("15m")
    assert plan.settling("15m") >= plan.lookback_of("15m")


def test_all_kinds_of_feeds_are_tried() -> None:
    assert {str(clock) for node in SERIES.values() for clock in Plan([node]).clocks} == {
        "bars",
        "series('fear')",
        "series('fear', max_age='3h')",
    }
    assert len(FEEDS) == 6
