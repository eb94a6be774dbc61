"""A plan computes each distinct node once, drops what it no longer needs, and knows its lengths."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from tests.indicators.samples import streamed, walk

from tradefleet.graph import (
    Node,
    Operation,
    Plan,
    bars,
    bars_since,
    close,
    constant,
    crossed_above,
    high,
    open_,
    shift,
    volume,
    where,
)
from tradefleet.graph.constant import ALWAYS, NEVER
from tradefleet.graph.node import Column, Run, Stepper, call
from tradefleet.graph.plan import columns_of
from tradefleet.indicators import ema, macd, obv, rsi, sma

SERIES = walk(2, 400)


class Counted(Operation):
    """Its input plus one, counting how often it runs and which columns are alive."""

    name = "counted"

    def __init__(self) -> None:
        self.runs = 0
        self.columns: list[weakref.ref[Any]] = []
        self.most_alive = 0

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        self.runs += 1
        self.most_alive = max(self.most_alive, sum(ref() is not None for ref in self.columns))
        column = inputs[0] + 1
        self.columns.append(weakref.ref(column))
        return (column,)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        def step(value: float) -> tuple[float, ...]:
            self.runs += 1
            return (value + 1,)

        return step


def bot(threshold: float) -> list[Node]:
    """The nodes of one bot."""
    fast, slow = ema(close, 12), ema(close, 26)
    return [crossed_above(fast, slow) & (rsi(close, 14) < threshold), crossed_above(slow, fast), 2 * sma(close, 20)]


def test_21_bots_cost_the_distinct_nodes_only() -> None:
    one, all_ = Plan(bot(70)), Plan([node for _ in range(21) for node in bot(70)])
    assert len(all_.nodes) == 63
    assert len(all_.calls) == len(one.calls)
    assert all_.over(SERIES).evaluated == one.over(SERIES).evaluated == len(one.calls)


def test_9_thresholds_cost_9_comparisons_not_9_bots() -> None:
    one, nine = Plan(bot(50)), Plan([node for k in range(9) for node in bot(50 + k)])
    # Each further threshold brings its constant, its comparison and its `&`.
    assert nine.over(SERIES).evaluated == one.over(SERIES).evaluated + 8 * 3


def test_the_stream_computes_each_distinct_node_once_a_bar() -> None:
    plan = Plan([node for _ in range(21) for node in bot(70)])
    stream = plan.stream()
    fields = {name: float(column[0]) for name, column in columns_of(SERIES).items()}
    # All but the field and the two constants.
    for count in range(1, 6):
        stream.update(fields)
        assert stream.evaluated == count * (len(plan.calls) - 3)


def test_an_operation_runs_once_however_many_use_it() -> None:
    counted = Counted()
    node = call(counted, (close,)).nodes[0]
    nodes = [node * factor for factor in range(1, 30)] + [node > 3, rsi(node, 14)]
    Plan(nodes).over(SERIES)
    assert counted.runs == 1
    streamed(Plan(nodes), SERIES)
    assert counted.runs == 1 + len(SERIES)


def test_columns_are_dropped_after_their_last_use() -> None:
    counted = Counted()
    node = close
    for _ in range(40):
        node = call(counted, (node,)).nodes[0]
    columns = Plan([node]).over(SERIES).columns
    assert counted.runs == 40
    assert counted.most_alive <= 2
    del columns
    gc.collect()
    assert not any(ref() is not None for ref in counted.columns)


def test_columns_asked_for_are_kept_even_when_others_use_them() -> None:
    first = sma(close, 5)
    columns = Plan([first, first + 1, first, close]).over(SERIES).columns
    np.testing.assert_array_equal(columns[0] + 1, columns[1])
    np.testing.assert_array_equal(columns[0], columns[2])
    np.testing.assert_array_equal(columns[3], SERIES.close)


def test_several_outputs_of_a_call_are_one_computation() -> None:
    lines = macd(close, 12, 26, 9)
    assert len(Plan([*lines]).calls) == 2
    evaluation = Plan([*lines]).over(SERIES)
    np.testing.assert_allclose(evaluation.columns[0] - evaluation.columns[1], evaluation.columns[2], atol=1e-12)


def test_constants_come_as_whole_columns() -> None:
    nodes = [constant(3), ALWAYS, NEVER, constant(2) * 4, where(ALWAYS, 1, 2), shift(constant(5), 2), ~ALWAYS]
    columns = Plan(nodes).over(SERIES).columns
    for node, column in zip(nodes, columns, strict=True):
        assert column.shape == (400,), node
    assert columns[3][0] == 8
    assert columns[1].dtype == bool
    assert not columns[6].any()
    stream, _ = streamed(Plan(nodes), SERIES)
    for one, other in zip(columns, stream, strict=True):
        np.testing.assert_array_equal(one, other)


def test_lookback_adds_up_along_the_longest_path() -> None:
    assert Plan([close]).lookback == 0
    assert Plan([sma(close, 20)]).lookback == 19
    assert Plan([sma(ema(close, 10), 20).shift(3)]).lookback == 19 + 9 + 3
    assert Plan([sma(close, 20), shift(close, 100)]).lookback == 100
    assert Plan([crossed_above(sma(close, 20), 5)]).lookback == 20
    assert Plan([]).lookback == 0


def test_settling_adds_up_and_is_never_less_than_the_lookback() -> None:
    one = Plan([ema(close, 10)])
    assert one.settling() > one.lookback
    assert Plan([sma(ema(close, 10), 20)]).settling() == one.settling() + 19
    assert Plan([sma(close, 20)]).settling() == 19


def test_cumulative_computations_are_named() -> None:
    plan = Plan([obv() > 5, ema(obv(), 10), rsi(close, 14)])
    assert [found.operation.name for found in plan.cumulative] == ["obv"]


def test_a_plan_can_be_used_again_and_its_streams_are_apart() -> None:
    plan = Plan([ema(close, 5), bars_since(close > open_), rsi(volume, 3)])
    first, second = plan.over(SERIES), plan.over(SERIES)
    np.testing.assert_array_equal(first.columns, second.columns)
    one, other = plan.stream(), plan.stream()
    fields = [{n: float(c[i]) for n, c in columns_of(SERIES).items()} for i in range(50)]
    for row in fields:
        one.update(row)
    late = [other.update(row) for row in fields]
    np.testing.assert_array_equal(np.array(late).T, [column[:50] for column in first.columns])


def test_the_stream_takes_whole_numbers_and_numpy_scalars() -> None:
    plan = Plan([close * close * close, high / (close - close), -(close - close)])
    plain, other, scalars = plan.stream(), plan.stream(), plan.stream()
    price = 2_000_000_011
    row = dict.fromkeys(bars.__dataclass_fields__, price)
    expected = plain.update({name: float(value) for name, value in row.items()})
    assert repr(other.update(row)) == repr(expected)
    assert repr(scalars.update({name: np.float64(value) for name, value in row.items()})) == repr(expected)


def test_a_deep_plan_does_not_recurse() -> None:
    node = close
    for _ in range(5000):
        node = node + 1
    plan = Plan([node])
    assert len(plan.calls) == 5002
    assert plan.over(SERIES).columns[0][0] == pytest.approx(SERIES.close[0] + 5000)
    assert plan.lookback == 0
    del plan, node
    gc.collect()
