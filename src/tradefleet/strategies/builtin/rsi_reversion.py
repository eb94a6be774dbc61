"""Reversion to the mean by the RSI."""

from __future__ import annotations

from tradefleet.graph import close, crossed_above, crossed_below
from tradefleet.indicators import rsi
from tradefleet.strategies.parameters import param
from tradefleet.strategies.signals import Signals
from tradefleet.strategies.strategy import Strategy


class RsiReversion(Strategy):
    """Long when the RSI crosses above `entry`, out when it crosses above `exit` (100 is off).

    Short when it crosses below 100 - entry, out when it crosses below 100 - exit.
    """

    period = param(14, 2, 500)
    entry = param(30.0, 1.0, 99.0)
    exit = param(55.0, 1.0, 100.0)

    def signals(self) -> Signals:
        strength = rsi(close, self.period)
        return Signals(
            enter_long=crossed_above(strength, self.entry),
            exit_long=crossed_above(strength, self.exit),
            enter_short=crossed_below(strength, 100 - self.entry),
            exit_short=crossed_below(strength, 100 - self.exit),
            tag="rsi_reversion",
        )
