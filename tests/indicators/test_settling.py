"""After its settling length an indicator no longer depends on where the series began."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from tests.indicators.samples import HOURLY, IDS, INDICATORS, cut, hourly, nodes_of, walk

from tradefleet.graph import Node, Plan
from tradefleet.indicators import IndicatorInfo, all_indicators
from tradefleet.market.bars import Bars

TOLERANCE = 1e-4
STARTS = (1, 2, 7, 50, 211, 1000, 1703)
# Whole numbers and states that a rounding difference of 1e-16 may tip at some bar.
STEPPED = ("hilbert_trend_mode", "supertrend", "sar", "sar_extended")
NEVER = {
    "accumulation_distribution",
    "cumulative_sum",
    "highest_index",
    "lowest_and_highest_index",
    "lowest_index",
    "negative_volume_index",
    "obv",
    "positive_volume_index",
    "price_volume_trend",
    "vwap",
    "williams_accumulation_distribution",
}
OTHER_PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "mama": [{"fast_limit": 0.9, "slow_limit": 0.02}],
    "sar": [{"acceleration": 0.005, "maximum": 0.05}, {"acceleration": 0.05, "maximum": 0.5}],
    "sar_extended": [{"long_start": 0.01, "long_step": 0.01, "short_step": 0.05}],
    "supertrend": [{"period": 20, "multiplier": 1.5}, {"period": 7, "multiplier": 5.0}],
    "macd": [{"fast": 5, "slow": 60, "signal": 20}],
    "moving_average": [{"period": 25, "average": kind} for kind in ("ema", "kama", "mama", "t3", "rma", "zlema")],
    "stochastic": [{"slow_k": 9, "slow_k_average": "ema", "slow_d": 5, "slow_d_average": "dema"}],
    "bollinger_bands": [{"average": "ema"}],
    "percentage_price_oscillator": [{"average": "tema"}],
}


@cache
def all_series() -> tuple[Bars, ...]:
    """Generated bars, calm and wild, and real ones where there are any."""
    real = (hourly(5000),) if HOURLY.exists() else ()
    return (walk(1, 5000), walk(2, 5000, noise=0.01), *real)


@cache
def whole(node: Node) -> tuple[Any, ...]:
    """The node over each series from its first bar."""
    return tuple(Plan([node]).over(series).columns[0] for series in all_series())


def cases(info: IndicatorInfo) -> list[dict[str, Any]]:
    """Defaults, every period short, every period long, and some of the indicator's own."""
    if info.name == "value_when":
        return []
    periods = {name: value for name, value in info.parameters.items() if isinstance(value, int)}
    scaled = [{name: max(2, int(value * factor)) for name, value in periods.items()} for factor in (0.5, 2.3)]
    return [{}, *(scaled if periods else []), *OTHER_PARAMETERS.get(info.name, [])]


@pytest.mark.parametrize("info", INDICATORS, ids=IDS)
def test_values_agree_once_settled(info: IndicatorInfo) -> None:
    for parameters in cases(info):
        for node in nodes_of(info, parameters):
            plan = Plan([node])
            if plan.cumulative:
                assert info.name in NEVER
                continue
            assert info.name not in NEVER
            for series, full in zip(all_series(), whole(node), strict=True):
                for start in STARTS:
                    late = plan.over(cut(series, start)).columns[0]
                    wrong = np.flatnonzero(
                        error(full[start:], late, info.name == "support_resistance")[plan.settling() :] > TOLERANCE
                    )
                    allowed = 0.002 * len(late) if info.name in STEPPED else 0
                    assert len(wrong) <= allowed, f"{node!r}: {plan.settling()} bars are {wrong[-1] + 1} too few"


def error(full: Any, late: Any, waits: bool) -> Any:
    """The difference relative to the value, or to what the value usually is where it is near zero."""
    usual = np.nanmedian(np.abs(full)) if np.isfinite(full).any() else 1.0
    scale = np.maximum(np.abs(full), usual if usual > 0 else 1.0)
    relative = np.abs(full - late) / scale
    # A swing may take any time to come: until then there is no value, but never a wrong one.
    return np.where(np.isnan(late), np.where(np.isnan(full) | waits, 0.0, 1.0), relative)


def test_cumulative_indicators_are_the_ones_that_never_settle() -> None:
    found = {
        info.name
        for info in all_indicators()
        if info.name != "value_when" and any(node.call.operation.cumulative for node in nodes_of(info))
    }
    assert found == NEVER
