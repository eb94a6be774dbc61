"""Breakout from the Donchian channel."""

from __future__ import annotations

from tradefleet.graph import close, high, low
from tradefleet.indicators import highest, lowest
from tradefleet.strategies.parameters import param
from tradefleet.strategies.signals import Signals
from tradefleet.strategies.strategy import Strategy


class DonchianBreakout(Strategy):
    """Long on a close above the highest high of the `entry` bars before, out below the lowest low of `exit` bars.

    Short on a close below the lowest low of the `entry` bars before, out above the highest high of `exit` bars.
    """

    entry = param(20, 2, 5000)
    exit = param(10, 2, 5000)

    def signals(self) -> Signals:
        return Signals(
            enter_long=close > highest(high, self.entry).shift(1),
            exit_long=close < lowest(low, self.exit).shift(1),
            enter_short=close < lowest(low, self.entry).shift(1),
            exit_short=close > highest(high, self.exit).shift(1),
            tag="donchian_breakout",
        )
