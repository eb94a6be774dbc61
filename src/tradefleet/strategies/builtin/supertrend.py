"""Trend by the SuperTrend line."""

from __future__ import annotations

from tradefleet.graph import crossed_above, crossed_below
from tradefleet.indicators import supertrend
from tradefleet.strategies.parameters import param
from tradefleet.strategies.signals import Signals
from tradefleet.strategies.strategy import Strategy


class Supertrend(Strategy):
    """Long when the SuperTrend turns up (a close above its upper line), out when it turns down; short mirrored.

    The lines lie `multiplier` average true ranges (Wilder's, of `period` bars) from the median price (high + low) / 2:
    the upper one falls, and the lower one rises, until a close passes it. Source: O. Seban's SuperTrend, TA-Lib's
    SUPERTREND.
    """

    period = param(10, 2, 1000)
    multiplier = param(3.0, 0.1, 50.0)

    def signals(self) -> Signals:
        trend = supertrend(self.period, self.multiplier).trend
        up, down = crossed_above(trend, 0), crossed_below(trend, 0)
        return Signals(enter_long=up, exit_long=down, enter_short=down, exit_short=up, tag="supertrend")
