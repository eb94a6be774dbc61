"""The built-in strategies, one a file."""

from tradefleet.strategies.builtin.bollinger_reversion import BollingerReversion
from tradefleet.strategies.builtin.donchian_breakout import DonchianBreakout
from tradefleet.strategies.builtin.ema_cross import EmaCross
from tradefleet.strategies.builtin.macd_trend import MacdTrend
from tradefleet.strategies.builtin.rsi_reversion import RsiReversion
from tradefleet.strategies.builtin.sma_cross import SmaCross

__all__ = ["BollingerReversion", "DonchianBreakout", "EmaCross", "MacdTrend", "RsiReversion", "SmaCross"]
