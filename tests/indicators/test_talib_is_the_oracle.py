"""Our values are TA-Lib's, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.indicators.samples import INDICATORS, differences, given_series, hourly, nodes_of, walk

from tradefleet.graph import Plan
from tradefleet.graph.plan import columns_of
from tradefleet.graph.talib_library import library
from tradefleet.graph.talib_operation import TalibOperation
from tradefleet.indicators import IndicatorInfo
from tradefleet.market.bars import Bars

FROM_TALIB = [info for info in INDICATORS if info.talib_name]


@pytest.mark.parametrize("info", FROM_TALIB, ids=[info.name for info in FROM_TALIB])
def test_batch_is_talib_called_directly(info: IndicatorInfo) -> None:
    for series in (walk(3, 500), hourly(500)):
        nodes = nodes_of(info)
        for node, column, expected in zip(nodes, Plan(nodes).over(series).columns, directly(info, series), strict=True):
            # TA-Lib gives 0 for whole numbers that are not known yet.
            lookback = Plan([node]).lookback
            expected[:lookback] = np.nan
            known = np.isfinite(expected)
            assert differences(column[known], expected[known] + 0.0).size == 0, node
            assert np.isnan(column[~known]).all(), node


def directly(info: IndicatorInfo, series: Bars) -> list[np.ndarray[Any, Any]]:
    """TA-Lib's own results with its own defaults, on the columns its description asks for."""
    operation = nodes_of(info)[0].call.operation
    assert isinstance(operation, TalibOperation)
    columns = columns_of(series)
    given = [np.array(column) for column in Plan(given_series(info)).over(series).columns]
    inputs = given or [np.array(columns[name]) for name in info.inputs]
    result = getattr(library(), info.talib_name)(*inputs)
    return [np.asarray(column, dtype=float) for column in (result if isinstance(result, tuple) else (result,))]
