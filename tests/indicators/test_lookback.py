"""No value before the lookback, and one at it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.indicators.samples import IDS, INDICATORS, nodes_of, parameters_of, walk

from tradefleet.graph import Plan
from tradefleet.indicators import IndicatorInfo
from tradefleet.market.errors import ParameterError

SERIES = walk(9, 600)
# Prices of 100 lie outside what these are defined for.
UNDEFINED = ("acos", "asin")
# These wait for an event: a session's first bar, a swing, a condition.
WAITING = ("session_vwap", "previous_session", "pivots", "support_resistance", "value_when")


@pytest.mark.parametrize("info", INDICATORS, ids=IDS)
def test_first_value_is_at_the_lookback(info: IndicatorInfo) -> None:
    for node in nodes_of(info):
        plan = Plan([node])
        known = np.isfinite(plan.over(SERIES).columns[0])
        assert not known[: plan.lookback].any(), node
        if info.name not in UNDEFINED + WAITING:
            assert known[plan.lookback :].all(), node


@pytest.mark.parametrize("info", INDICATORS, ids=IDS)
@given(data=st.data())
@settings(deadline=None, max_examples=5, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_value_before_the_lookback_with_other_parameters(info: IndicatorInfo, data: st.DataObject) -> None:
    try:
        nodes = nodes_of(info, data.draw(parameters_of(info)))
    except ParameterError:
        return
    for node in nodes:
        plan = Plan([node])
        known = np.isfinite(plan.over(SERIES).columns[0])
        assert not known[: plan.lookback].any(), node
        assert plan.settling() >= plan.lookback
