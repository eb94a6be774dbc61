"""Plans over chunks of bars give the bits of plans over whole arrays."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.expressions import FEEDS, Tree, values
from tests.graph.markets import Market, market, markets
from tests.graph.test_feeds_agree import TREES, node_of
from tests.indicators.samples import differences

from tradefleet.graph import Node, Plan, in_session
from tradefleet.graph.step import plain_loop
from tradefleet.indicators import all_indicators
from tradefleet.kernels import compiled_loop

EXAMPLES = int(os.environ.get("TRADEFLEET_EXAMPLES", "120"))
RELAXED = settings(
    deadline=None, suppress_health_check=list(HealthCheck), max_examples=EXAMPLES, derandomize=EXAMPLES < 1000
)


def assert_chunks_agree(nodes: list[Node], series: Market, cuts: list[int], *, compiled: bool = False) -> None:
    """The plan over chunks that end at the cuts equals that over all bars: columns, lookback, inputs replaced."""
    plan, loop = Plan(nodes), compiled_loop if compiled else plain_loop
    whole = plan.over(series.bars, loop, feeds=series.feeds)
    chunks = plan.chunks(series.bars, loop, series.feeds)
    assert chunks.lookback == whole.lookback
    parts = [chunks.until(stop) for stop in sorted({*cuts, len(series.bars)})]
    for index, (node, one) in enumerate(zip(nodes, whole.columns, strict=True)):
        other = np.concatenate([part[index] for part in parts])
        assert other.dtype == one.dtype, node
        at = differences(np.ascontiguousarray(one), other)
        assert at.size == 0, f"{node!r} at bar {at[0]}: {one[at[0]]!r} over all, {other[at[0]]!r} in chunks"
    assert chunks.replaced == whole.replaced
    assert chunks.taken == len(series.bars)


@given(trees=st.lists(TREES, min_size=1, max_size=4), parameters=values(), series=markets(), data=st.data())
@RELAXED
def test_chunks_give_the_same_bits(
    trees: list[Tree], parameters: dict[str, float], series: Market, data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(series.bars)), max_size=12))
    compiled = data.draw(st.booleans())
    assert_chunks_agree([node_of(tree, parameters) for tree in trees], series, cuts, compiled=compiled)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["own", "hour", "other"])
def test_every_indicator_gives_the_same_bits(name: str) -> None:
    feed = FEEDS[name]
    nodes: list[Node] = []
    for indicator in all_indicators():
        if indicator.inputs[0] in ("first", "source", "condition") or "periods" in indicator.inputs:
            continue
        made = indicator.function(on=feed)
        nodes += made if isinstance(made, tuple) else [made]
    assert len(nodes) > 50
    series = market(7, ["walk", "gap", "walk", "dead", "walk", "walk"], 7)
    count = len(series.bars)
    for step in (1, 17, 100):
        assert_chunks_agree(nodes, series, list(range(step, count, step)))


def test_session_and_shift_across_chunks() -> None:
    series = market(3, ["walk", "walk", "walk"], 0)
    inside = in_session("08:00-17:00", zone="Europe/London", days="mon-fri")
    bars = FEEDS["own"]
    nodes = [inside, ~inside, inside.shift(3), bars.close.shift(40), bars.close.shift(100_000)]
    assert_chunks_agree(nodes, series, [1, 2, 30, 31, 50], compiled=True)
