"""Trend by the MACD's histogram."""

from __future__ import annotations

from tradefleet.graph import close, crossed_above, crossed_below
from tradefleet.indicators import macd
from tradefleet.strategies.parameters import param
from tradefleet.strategies.signals import Signals
from tradefleet.strategies.strategy import Strategy


class MacdTrend(Strategy):
    """Long when the MACD histogram crosses above 0, out when it crosses below; short mirrored."""

    fast = param(12, 2, 1000)
    slow = param(26, 2, 5000)
    signal = param(9, 1, 1000)

    def signals(self) -> Signals:
        histogram = macd(close, self.fast, self.slow, self.signal).histogram
        up, down = crossed_above(histogram, 0), crossed_below(histogram, 0)
        return Signals(enter_long=up, exit_long=down, enter_short=down, exit_short=up, tag="macd_trend")
