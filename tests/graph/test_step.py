"""A step: one function of a bar, run over arrays and bar by bar."""

from __future__ import annotations

import numpy as np
import pytest
from tests.indicators.samples import assert_both_ways_agree, walk

from tradefleet.graph import Binder, Node, Plan, Step, Symbolic, close, volume
from tradefleet.graph.node import call
from tradefleet.graph.step import Floats

SERIES = walk(3, 60)


def _count(state: Floats, inputs: Floats, parameters: Floats) -> tuple[Floats, Floats]:
    bars = state[0] + parameters[0]
    return (bars,), (bars, inputs[0] * 1e300 * 1e300)


COUNT = Step(
    _count,
    name="count",
    initial=(0.0,),
    outputs=("bars", "huge"),
    lookback=lambda step: 0,
    settling=lambda step: int(10 * step),
)


def count(source: Node, step: float | Symbolic = 1) -> tuple[Node, ...]:
    """The step's outputs."""
    return call(COUNT, (source, volume), (step,)).nodes


def test_the_step_begins_with_the_first_bar_that_has_every_input() -> None:
    bars, _ = count(close.shift(7))
    column = Plan([bars]).over(SERIES).columns[0]
    assert np.isnan(column[:7]).all()
    np.testing.assert_array_equal(column[7:], np.arange(1, 54))
    assert_both_ways_agree(list(count(close.shift(7))), SERIES)


def test_outputs_that_are_not_finite_are_unknown() -> None:
    _, huge = count(close)
    assert np.isnan(Plan([huge]).over(SERIES).columns[0]).all()
    assert_both_ways_agree([huge], SERIES)


def test_an_input_that_is_not_finite_is_replaced_and_counted() -> None:
    bars, _ = count(close / (close - close.shift(1) * 0 - SERIES.close[30]))
    assert Plan([bars]).over(SERIES).replaced == 1
    assert_both_ways_agree([bars], SERIES)


def test_parameters_are_floats_and_may_be_symbols() -> None:
    assert count(close, 2)[0] is count(close, 2.0)[0]
    assert Binder({"n": 2}).bind(count(close, Symbolic.parameter("n"))[0]) is count(close, 2)[0]
    assert Plan([count(close, 3)[0]]).settling == 30


def test_the_loop_can_be_handed_in() -> None:
    calls = []

    def loop(function: object, state: object, rows: np.ndarray, parameters: object, results: np.ndarray) -> None:
        calls.append((state, rows.shape, parameters, results.shape))
        results[:] = 5.0

    assert (Plan(count(close.shift(7))).over(SERIES, loop).columns[0][7:] == 5).all()
    assert calls == [((0.0,), (53, 2), (1.0,), (53, 2))]


def test_streams_do_not_share_state() -> None:
    plan = Plan([count(close)[0]])
    fields = {"close": 1.0, "volume": 1.0}
    first, second = plan.stream(), plan.stream()
    assert [first.update(fields)[0] for _ in range(3)] == [1, 2, 3]
    assert second.update(fields)[0] == pytest.approx(1)
