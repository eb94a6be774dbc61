"""The built-in strategies, one a file."""

from tradefleet.strategies.builtin.bollinger_reversion import BollingerReversion
from tradefleet.strategies.builtin.buy_and_hold import BuyAndHold
from tradefleet.strategies.builtin.donchian_breakout import DonchianBreakout
from tradefleet.strategies.builtin.ema_cross import EmaCross
from tradefleet.strategies.builtin.macd_trend import MacdTrend
from tradefleet.strategies.builtin.rsi_reversion import RsiReversion
from tradefleet.strategies.builtin.sma_cross import SmaCross
from tradefleet.strategies.builtin.supertrend import Supertrend
from tradefleet.strategies.builtin.weighted_score import WeightedScore

__all__ = [
    "BollingerReversion",
    "BuyAndHold",
    "DonchianBreakout",
    "EmaCross",
    "MacdTrend",
    "RsiReversion",
    "SmaCross",
    "Supertrend",
    "WeightedScore",
]
