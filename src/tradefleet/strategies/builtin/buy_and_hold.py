"""Buy and hold: what every other strategy is measured against."""

from __future__ import annotations

from tradefleet.strategies.signals import Signals
from tradefleet.strategies.strategy import Strategy


class BuyAndHold(Strategy):
    """Enters at the first decision and has no exit; side short sells and holds, side both is as long.

    It wants to be in at every close: where a stop, a target or a timer is set and takes it out, it enters again.
    """

    def signals(self) -> Signals:
        short = self.side == "short"
        return Signals(enter_long=not short, enter_short=short, tag="buy_and_hold")
