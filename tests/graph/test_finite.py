"""Inputs that are not finite: the last finite value stands in, and they are counted, alike both ways."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.indicators.samples import strange_bars, streamed, walk

from tradefleet.graph import Node, Plan, bars_since, close, open_, rolling_max, rolling_mean, volume, where
from tradefleet.graph.finite import Filler, fill_column
from tradefleet.graph.node import Run
from tradefleet.graph.step import plain_loop
from tradefleet.indicators import beta, ema, exp, obv, rsi, vwma
from tradefleet.market.bars import Bars

ODD = st.lists(st.sampled_from([1.0, -0.0, 2.5, float("nan"), float("inf"), -float("inf")]), max_size=40)


def some_volume(every: int) -> Bars:
    """Bars of which only every so many-th has volume, the first three none."""
    series = walk(1, 60)
    traded = np.where(np.arange(60) % every == 0, series.volume, 0.0)
    traded[:3] = 0
    columns = (series.time, series.open, series.high, series.low, series.close, traded)
    return Bars(*columns, timeframe="1m")


@given(ODD)
def test_filling_a_column_is_filling_bar_by_bar(values: list[float]) -> None:
    run, other = Run(len(values), {}, plain_loop), Run(len(values), {}, plain_loop)
    column, first = fill_column(np.array(values), run)
    filler = Filler(1, other)
    filled = [filler.fill((value,))[0] for value in values]
    known = [value for value in filled if value is not None]
    assert first == len(values) - len(known)
    np.testing.assert_array_equal(np.signbit(column[first:]), np.signbit(known))
    np.testing.assert_array_equal(column[first:], known)
    assert np.isnan(column[:first]).all()
    assert run.replaced == other.replaced


def test_the_last_finite_value_stands_in_and_is_counted() -> None:
    ratio = close / volume
    plan = Plan([rolling_max(ratio, 2), ratio])
    series = some_volume(4)
    evaluation = plan.over(series)
    held, raw = evaluation.columns
    known = np.isfinite(raw)
    assert evaluation.replaced == np.count_nonzero(~known[4:])
    last = raw[np.maximum.accumulate(np.where(known, np.arange(60), 0))]
    np.testing.assert_array_equal(held[5:], np.maximum(last[5:], last[4:-1]))
    assert np.isnan(held[:5]).all()


def test_bars_before_the_first_finite_value_do_not_count_towards_the_warm_up() -> None:
    late = close.shift(10)
    column = Plan([rolling_mean(late, 5)]).over(walk(1, 60)).columns[0]
    assert np.isfinite(column).argmax() == 14 == Plan([rolling_mean(late, 5)]).lookback


@given(series=strange_bars())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_replaced_inputs_are_counted_alike(series: Bars) -> None:
    nodes: list[Node] = [
        rsi(close / volume, 3),
        beta(close / volume, volume / (close - open_), 4),
        vwma(1 / (close - open_), 3),
        obv((close - open_) / volume),
        bars_since(close > open_),
        ema(where(close > open_, 1 / volume, close), 4),
    ]
    plan = Plan(nodes)
    assert plan.over(series).replaced == streamed(plan, series)[1]


def test_a_column_that_is_never_finite_gives_nan() -> None:
    series = some_volume(1000)
    plan = Plan([ema(close / (volume - volume), 3), bars_since(close / (volume - volume) > 1)])
    evaluation = plan.over(series)
    assert np.isnan(evaluation.columns[0]).all()
    assert np.isnan(evaluation.columns[1]).all()
    assert evaluation.replaced == streamed(plan, series)[1] == 0


def test_where_talib_gives_an_infinity_the_value_is_unknown() -> None:
    series = walk(1, 60)
    known, column = Plan([close, exp(where(close > 100, 1000, 1))]).over(series).columns
    assert (known > 100).any() and not (known > 100).all()
    np.testing.assert_array_equal(np.isnan(column), known > 100)
    assert not np.isinf(column).any()
