"""Reversion to the middle of the Bollinger bands."""

from __future__ import annotations

from tradefleet.graph import close, crossed_above, crossed_below
from tradefleet.indicators import bollinger_bands
from tradefleet.strategies.parameters import param
from tradefleet.strategies.signals import Signals
from tradefleet.strategies.strategy import Strategy


class BollingerReversion(Strategy):
    """Long when the close crosses above the lower band, out when it crosses above the middle.

    Short when it crosses below the upper band, out when it crosses below the middle.
    """

    period = param(20, 2, 1000)
    width = param(2.0, 0.1, 10.0)

    def signals(self) -> Signals:
        bands = bollinger_bands(close, self.period, self.width, self.width)
        return Signals(
            enter_long=crossed_above(close, bands.lower),
            exit_long=crossed_above(close, bands.middle),
            enter_short=crossed_below(close, bands.upper),
            exit_short=crossed_below(close, bands.middle),
            tag="bollinger_reversion",
        )
