"""Support and resistance, value_when, trend, momentum and the feature set, against plain NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.indicators.samples import assert_both_ways_agree, cut, hourly, strange_bars, walk

from tradefleet.graph import Node, Plan, bars, close, crossed_above, high
from tradefleet.indicators import (
    ema,
    features,
    momentum,
    rsi,
    sma,
    support_resistance,
    trend,
    value_when,
)
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError, StrategyError

SERIES = walk(6, 500)
FLAT = Bars(60 * 10**9 * np.arange(300), *np.full((4, 300), 0.1), np.zeros(300), timeframe="1m")


def values(node: Node, series: Bars = SERIES) -> Any:
    """One node's column."""
    return Plan([node]).over(series).columns[0]


@given(series=strange_bars(), left=st.integers(1, 6), right=st.integers(1, 6))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_levels_are_the_last_confirmed_swings(series: Bars, left: int, right: int) -> None:
    levels = support_resistance(left, right)
    resistance, support = np.full(len(series), np.nan), np.full(len(series), np.nan)
    for now in range(left + right, len(series)):
        window = slice(now - right - left, now + 1)
        resistance[now], support[now] = resistance[now - 1], support[now - 1]
        if series.high[now - right] == series.high[window].max():
            resistance[now] = series.high[now - right]
        if series.low[now - right] == series.low[window].min():
            support[now] = series.low[now - right]
    np.testing.assert_array_equal(values(levels.resistance, series), resistance)
    np.testing.assert_array_equal(values(levels.support, series), support)


def test_levels_never_look_ahead() -> None:
    whole = values(support_resistance().resistance)
    for length in (60, 100, 333):
        np.testing.assert_array_equal(values(support_resistance().resistance, cut(SERIES, 0, length)), whole[:length])


@pytest.mark.parametrize("left, right", [(0, 5), (5, 0), (2.5, 2)])
def test_levels_need_bars_on_both_sides(left: Any, right: Any) -> None:
    with pytest.raises(ParameterError, match="support_resistance's"):
        support_resistance(left, right)


def test_value_when_keeps_the_value_of_the_last_true_bar() -> None:
    condition, kept, expected = values(crossed_above(close, sma(close, 5))), np.nan, []
    for holds, value in zip(condition, SERIES.close, strict=True):
        kept = value if holds else kept
        expected.append(kept)
    np.testing.assert_array_equal(values(value_when(crossed_above(close, sma(close, 5)), close)), expected)


def test_value_when_takes_a_condition_and_a_series() -> None:
    with pytest.raises(StrategyError, match="not a condition"):
        value_when(close, close)
    with pytest.raises(StrategyError, match="value_when"):
        value_when(close > 1, 5)


def test_trend_is_the_fitted_line() -> None:
    period = 30
    outputs = {name: values(node) for name, node in trend(period=period)._asdict().items()}
    for now in (29, 30, 211, 499):
        window = SERIES.close[now - period + 1 : now + 1]
        slope, start = np.polyfit(np.arange(period), window, 1)
        left = window - (start + slope * np.arange(period))
        assert outputs["slope"][now] == pytest.approx(slope / window[-1], rel=1e-6)
        assert outputs["strength"][now] == pytest.approx(1 - left.var() / window.var(), abs=1e-6)
        assert outputs["direction"][now] == np.sign(slope)
    np.testing.assert_array_equal(outputs["score"], outputs["direction"] * outputs["strength"])
    assert np.isnan(outputs["strength"][: period - 1]).all()
    assert ((outputs["strength"][29:] >= 0) & (outputs["strength"][29:] <= 1)).all()


def test_momentum_is_change_acceleration_and_change_in_units_of_noise() -> None:
    period = 10
    change, acceleration, score = (values(node) for node in momentum(period=period))
    price = SERIES.close
    for now in (25, 300):
        expected = price[now] / price[now - period] - 1
        before = price[now - period] / price[now - 2 * period] - 1
        steps = price[now - period + 1 : now + 1] / price[now - period : now] - 1
        assert change[now] == pytest.approx(expected)
        assert acceleration[now] == pytest.approx(expected - before)
        assert score[now] == pytest.approx(expected / (steps.std() * np.sqrt(period)), rel=1e-6)


def test_nothing_moves_on_a_flat_market() -> None:
    for node in (*trend(), *momentum()):
        column = values(node, FLAT)
        lookback = Plan([node]).lookback
        assert np.abs(column[lookback:]).max() < 1e-12, node


def test_steady_rise_is_a_full_trend() -> None:
    line = 100 + np.arange(300.0)
    series = Bars(FLAT.time, line, line, line, line, np.ones(300), timeframe="1m")
    np.testing.assert_allclose(values(trend().score, series)[49:], 1, rtol=1e-9)


def test_features_hold_the_promised_set() -> None:
    ready = features()
    assert {f"{kind}_{period}" for kind in ("sma", "ema") for period in (9, 14, 20, 50, 100, 200)} < set(ready)
    assert ready["rsi_14"] is rsi(close, 14)
    assert ready["sma_50"] is sma(close, 50)
    assert ready["ema_200"] is ema(close, 200)
    assert {"trend_score", "momentum_score", "support", "resistance"} < set(ready)
    assert features()["trend_score"] is ready["trend_score"]


def test_features_agree_both_ways_on_real_bars() -> None:
    assert_both_ways_agree(list(features().values()), hourly(700))


def test_features_of_other_bars() -> None:
    other = type(bars)(high, *(getattr(bars, name).shift(1) for name in ("high", "low", "close", "volume", "time")))
    assert features(on=other)["sma_9"] is sma(close.shift(1), 9)
