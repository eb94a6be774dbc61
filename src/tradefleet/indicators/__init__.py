"""Indicators: functions that give nodes, TA-Lib's 201 under readable names and a few of our own."""

from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from tradefleet.indicators import talib_functions
from tradefleet.indicators.catalogue import IndicatorInfo, all_indicators
from tradefleet.indicators.features import features
from tradefleet.indicators.momentum import Momentum, momentum
from tradefleet.indicators.pivots import Pivots, pivots
from tradefleet.indicators.previous_session import PreviousSession, previous_session
from tradefleet.indicators.registry import LISTED
from tradefleet.indicators.session_vwap import session_vwap
from tradefleet.indicators.support_resistance import SupportResistance, support_resistance
from tradefleet.indicators.talib_functions import *  # noqa: F403
from tradefleet.indicators.trend import Trend, trend
from tradefleet.indicators.value_when import value_when
from tradefleet.market.errors import StrategyError

__all__ = [
    "IndicatorInfo",
    "Momentum",
    "Pivots",
    "PreviousSession",
    "SupportResistance",
    "Trend",
    "all_indicators",
    "features",
    "momentum",
    "pivots",
    "previous_session",
    "session_vwap",
    "support_resistance",
    "trend",
    "value_when",
]
__all__ += talib_functions.__all__


# Hidden from type checkers, which would take every name as known.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> NoReturn:
        """Say which of our names is meant by TA-Lib's or a misspelt one."""
        if not name.startswith("_"):
            for ours, entry in LISTED.items():
                if entry.talib_name == name.upper():
                    raise StrategyError(f"there is no {name}", cure=f"TA-Lib's {entry.talib_name} is {ours} here")
            near = get_close_matches(name, LISTED, n=1, cutoff=0.75)
            if near:
                # Not an AttributeError: `from ... import` would replace its message by one without the cure.
                raise StrategyError(f"there is no indicator {name}", cure=f"did you mean '{near[0]}'?")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
