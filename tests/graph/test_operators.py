"""Operators against plain loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.indicators.samples import walk

from tradefleet.graph import (
    Node,
    Plan,
    bars_since,
    close,
    crossed_above,
    crossed_below,
    falling,
    floor_divide,
    high,
    low,
    maximum,
    minimum,
    open_,
    rising,
    shift,
    volume,
    where,
)
from tradefleet.indicators import sma
from tradefleet.market.bars import Bars

PRICES = [1.0, 2.0, 2.0, 3.0, 2.0, 2.0, 1.0, 2.0, 4.0, 5.0, 6.0, 5.0]
VOLUMES = [1.0, 0.0, 3.0, 0.0, 0.0, 4.0, 1.0, 0.0, 2.0, 2.0, 0.0, 1.0]
SERIES = Bars(60 * 10**9 * np.arange(12), PRICES, PRICES, PRICES, PRICES, VOLUMES, timeframe="1m")


def values(node: Node, series: Bars = SERIES) -> list[Any]:
    """One node's column."""
    return list(Plan([node]).over(series).columns[0].tolist())


def bars_where(node: Node) -> list[int]:
    """The bars at which a condition holds."""
    return np.flatnonzero(values(node)).tolist()


def test_crossing_needs_the_bar_before_at_or_below() -> None:
    assert bars_where(crossed_above(close, 2)) == [3, 8]
    assert bars_where(crossed_below(close, 2)) == [6]
    assert bars_where(crossed_above(close, 1)) == [1, 7]
    assert bars_where(crossed_below(2, close)) == bars_where(crossed_above(close, 2))


def test_nothing_crosses_at_the_first_bar_nor_from_the_unknown() -> None:
    assert not values(crossed_above(close, 0.5))[0]
    assert not any(values(crossed_above(close, close.shift(1)))[:2])


def test_rising_and_falling_bars_in_a_row() -> None:
    assert bars_where(rising(close)) == [1, 3, 7, 8, 9, 10]
    assert bars_where(rising(close, 3)) == [9, 10]
    assert bars_where(falling(close)) == [4, 6, 11]
    assert bars_where(falling(close, 2)) == []


def test_bars_since_the_condition_was_true() -> None:
    np.testing.assert_array_equal(values(bars_since(close > 2)), [np.nan, np.nan, np.nan, 0, 1, 2, 3, 4, 0, 0, 0, 0])
    assert values(bars_since(close > 2) < 2)[:3] == [False, False, False]


def test_shift_looks_back_only() -> None:
    np.testing.assert_array_equal(values(close.shift(2))[:4], [np.nan, np.nan, 1, 2])
    assert values(shift(close > 1, 1))[:3] == [False, False, True]
    assert values(shift(close, 0)) == PRICES
    assert all(np.isnan(values(close.shift(50))))


def test_where_takes_the_second_where_the_condition_is_not_known() -> None:
    assert values(where(close / volume > 0, 1, 2))[:4] == [1, 2, 1, 2]


def test_division_by_zero_is_unknown_never_infinite() -> None:
    assert np.isnan(values(close / volume)[1])
    assert np.isnan(values(floor_divide(close, volume))[1])
    assert np.isnan(values(close * 1e308 * 1e308)[0])


def test_minimum_and_maximum_are_unknown_where_either_side_is() -> None:
    ratio = close / volume
    for node in (minimum(ratio, close), maximum(ratio, close), minimum(close, ratio), maximum(close, ratio)):
        np.testing.assert_array_equal(np.isnan(values(node)), np.array(VOLUMES) == 0)


def test_negation_of_logic_is_three_valued() -> None:
    unknown, known = close / volume > 0, close > 2
    assert bars_where(~(unknown & known)) == [0, 1, 2, 4, 5, 6, 7]
    assert bars_where(~(unknown | known)) == []
    assert bars_where(~unknown) == []


def test_a_shifted_condition_is_not_known_before_the_first_bar() -> None:
    assert bars_where(~shift(close > 100, 2)) == list(range(2, 12))


@pytest.mark.parametrize("flag, expected", [(True, [3, 8, 9, 10, 11]), (False, [])])
def test_a_plain_bool_combines_with_a_condition(flag: bool, expected: list[int]) -> None:
    for node in ((close > 2) & flag, flag & (close > 2), np.bool_(flag) & (close > 2)):
        assert bars_where(node) == expected
    assert len(bars_where((close > 2) | flag)) == (12 if flag else 5)


def test_arithmetic_is_numpys() -> None:
    series = walk(5, 100)
    node = -(close - open_) * 2 / (high + low) + abs(close - sma(close, 3)) - floor_divide(close, 7)
    mean = np.concatenate([[np.nan] * 2, np.convolve(series.close, np.ones(3) / 3, "valid")])
    expected = (
        -(series.close - series.open) * 2 / (series.high + series.low)
        + np.abs(series.close - mean)
        - np.floor_divide(series.close, 7)
    )
    np.testing.assert_allclose(values(node, series), expected, rtol=1e-9)
