"""Moving-average cross with exponential averages."""

from __future__ import annotations

from tradefleet.graph import close, crossed_above, crossed_below
from tradefleet.indicators import ema
from tradefleet.strategies.parameters import param
from tradefleet.strategies.signals import Signals
from tradefleet.strategies.strategy import Strategy


class EmaCross(Strategy):
    """Long when the fast EMA crosses above the slow one, out when it crosses below; short mirrored."""

    fast = param(12, 2, 1000)
    slow = param(26, 2, 5000)

    def signals(self) -> Signals:
        fast, slow = ema(close, self.fast), ema(close, self.slow)
        up, down = crossed_above(fast, slow), crossed_below(fast, slow)
        return Signals(enter_long=up, exit_long=down, enter_short=down, exit_short=up, tag="ema_cross")
