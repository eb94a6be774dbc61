"""Session VWAP, the previous session and pivots, against plain loops over days."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.indicators.samples import cut, strange_bars, walk

from tradefleet.graph import Node, Plan
from tradefleet.indicators import pivots, previous_session, session_vwap
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.time import DAY, HOUR, MINUTE

QUARTERS = walk(4, 700, interval=15 * MINUTE)


def values(nodes: tuple[Node, ...] | Node, series: Bars) -> Any:
    """The columns of some nodes."""
    several = nodes if isinstance(nodes, tuple) else (nodes,)
    return np.array(Plan(several).over(series).columns)


def by_session(series: Bars, length: int, offset: int = 0) -> list[list[int]]:
    """The bars of each session, the first left out unless it is seen from its beginning."""
    numbers = (series.time - offset) // length
    sessions = [np.flatnonzero(numbers == number).tolist() for number in dict.fromkeys(numbers.tolist())]
    whole = bool((series.time[0] - offset) % length == 0)
    return sessions if whole else sessions[1:]


@given(series=strange_bars())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_previous_session_is_the_days_high_low_and_last_close(series: Bars) -> None:
    expected = np.full((3, len(series)), np.nan)
    days = by_session(series, DAY)
    for day, after in pairwise(days):
        expected[:, after] = [[series.high[day].max()], [series.low[day].min()], [series.close[day[-1]]]]
    np.testing.assert_array_equal(values(previous_session(), series), expected)


@given(series=strange_bars(), hours=st.integers(1, 30), offset=st.integers(0, 12))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_session_vwap_starts_anew_with_each_session(series: Bars, hours: int, offset: int) -> None:
    expected = np.full(len(series), np.nan)
    typical = (series.high + series.low + series.close) / 3
    for session in by_session(series, hours * HOUR, offset * HOUR):
        traded = np.cumsum(series.volume[session])
        with np.errstate(all="ignore"):
            expected[session] = np.cumsum(typical[session] * series.volume[session]) / traded
    node = session_vwap(f"{hours}h", offset=f"{offset}h" if offset else "")
    np.testing.assert_allclose(values(node, series)[0], np.where(np.isfinite(expected), expected, np.nan), rtol=1e-9)


def test_pivots_follow_the_classic_formula() -> None:
    high, low, close = values(previous_session(), QUARTERS)
    pivot = (high + low + close) / 3
    expected = [
        pivot,
        2 * pivot - low,
        2 * pivot - high,
        pivot + (high - low),
        pivot - (high - low),
        high + 2 * (pivot - low),
        low - 2 * (high - pivot),
    ]
    found = values(pivots(), QUARTERS)
    assert np.isfinite(found[:, 96:]).all()
    assert np.isnan(found[:, :96]).all()
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_weeks_begin_on_monday() -> None:
    # The series begins on Thursday, 1970-01-01; Monday is four days later.
    week = values(session_vwap("1w"), QUARTERS)[0]
    assert np.isnan(week[: 4 * 96]).all()
    assert np.isfinite(week[4 * 96 :]).all()


@pytest.mark.parametrize("start", [1, 40, 95, 97])
def test_values_do_not_depend_on_where_the_series_began(start: int) -> None:
    nodes = (session_vwap(), *pivots(offset="22h"))
    whole, late = values(nodes, QUARTERS)[:, start:], values(nodes, cut(QUARTERS, start))
    known = np.isfinite(late)
    np.testing.assert_array_equal(late[known], whole[known])
    assert known[:, 2 * 96 :].all()


def test_a_days_vwap_lies_between_its_low_and_high() -> None:
    vwap = values(session_vwap(), QUARTERS)[0]
    for day in by_session(QUARTERS, DAY):
        assert (vwap[day] >= QUARTERS.low[day].min()).all()
        assert (vwap[day] <= QUARTERS.high[day].max()).all()


def test_a_session_that_is_no_timeframe_is_refused() -> None:
    with pytest.raises(ParameterError, match="write it as"):
        session_vwap("day")
    with pytest.raises(ParameterError, match="write it as"):
        pivots(offset="-2h")


def test_settling_reaches_the_sessions_needed() -> None:
    assert Plan([session_vwap("8h")]).settling() >= 8 * 60
    assert Plan([pivots().pivot]).settling() >= 2 * 24 * 60
