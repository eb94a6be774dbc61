"""Strategies: what they are, how they are loaded, and the built-in ones."""

from tradefleet.strategies.builtin import (
    BollingerReversion,
    BuyAndHold,
    DonchianBreakout,
    EmaCross,
    MacdTrend,
    RsiReversion,
    SmaCross,
    Supertrend,
    WeightedScore,
)
from tradefleet.strategies.load import builtin_strategies, load_strategy
from tradefleet.strategies.parameters import Parameter, param
from tradefleet.strategies.signals import Signals
from tradefleet.strategies.strategy import Strategy
from tradefleet.strategies.trace import Traced, trace, trace_symbolic

__all__ = [
    "BollingerReversion",
    "BuyAndHold",
    "DonchianBreakout",
    "EmaCross",
    "MacdTrend",
    "Parameter",
    "RsiReversion",
    "Signals",
    "SmaCross",
    "Strategy",
    "Supertrend",
    "Traced",
    "WeightedScore",
    "builtin_strategies",
    "load_strategy",
    "param",
    "trace",
    "trace_symbolic",
]
