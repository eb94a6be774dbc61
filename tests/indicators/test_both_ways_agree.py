"""Every indicator gives the same bits over arrays and one bar at a time, whatever the bars."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.indicators.samples import (
    IDS,
    INDICATORS,
    assert_both_ways_agree,
    cut,
    dirty,
    hourly,
    nodes_of,
    parameters_of,
    strange_bars,
    walk,
)

from tradefleet.graph import Plan, bars, where
from tradefleet.indicators import IndicatorInfo
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError

# More on demand: TRADEFLEET_EXAMPLES=300 python -m pytest tests/indicators
EXAMPLES = int(os.environ.get("TRADEFLEET_EXAMPLES", "10"))
RELAXED = settings(
    deadline=None, suppress_health_check=list(HealthCheck), max_examples=EXAMPLES, derandomize=EXAMPLES < 100
)
SHORT = walk(5, 400)


@pytest.mark.parametrize("info", INDICATORS, ids=IDS)
def test_on_realistic_bars(info: IndicatorInfo) -> None:
    assert_both_ways_agree(nodes_of(info), SHORT)


@pytest.mark.parametrize("info", INDICATORS, ids=IDS)
def test_on_real_bars(info: IndicatorInfo) -> None:
    assert_both_ways_agree(nodes_of(info), hourly(400))


@pytest.mark.parametrize("info", INDICATORS, ids=IDS)
@given(series=strange_bars(), data=st.data())
@RELAXED
def test_with_random_parameters_on_strange_bars(info: IndicatorInfo, series: Bars, data: st.DataObject) -> None:
    try:
        nodes = nodes_of(info, data.draw(parameters_of(info)), data.draw(st.sampled_from(sources())))
    except ParameterError:
        # TA-Lib takes no such value; the next test says when.
        nodes = nodes_of(info)
    assert_both_ways_agree(nodes, series)


def sources() -> list[Any]:
    """Series to compute on: the close, one that is unknown on dead bars, a truth as a number, one that starts late."""
    return [
        None,
        (bars.close - bars.open) / bars.volume,
        where(bars.close > bars.open, 1, 0),
        bars.volume.shift(7),
    ]


@pytest.mark.parametrize("info", INDICATORS, ids=IDS)
@given(series=strange_bars())
@settings(RELAXED, max_examples=4)
def test_on_bars_with_unknown_values(info: IndicatorInfo, series: Bars) -> None:
    if info.inputs[0] in ("first", "source", "condition"):
        pytest.skip("takes series, not bars")
    result = info.function(on=dirty())
    assert_both_ways_agree(list(result) if isinstance(result, tuple) else [result], series)


@pytest.mark.parametrize("length", [0, 1, 2, 5])
def test_too_few_bars_give_nan_not_an_error(length: int) -> None:
    short = cut(SHORT, 0, length)
    for info in INDICATORS:
        nodes = nodes_of(info)
        assert_both_ways_agree(nodes, short)
        if Plan(nodes).lookback >= length:
            slowest = nodes[int(np.argmax([Plan([node]).lookback for node in nodes]))]
            assert np.isnan(Plan([slowest]).over(short).columns[0]).all(), info.name
