"""backtrader: the same SMA cross by its own API, in the mode of its engine that is the faster.

What makes it faster is done: bars loaded before (`preload`), its observers off, TA-Lib's averages read as lines in
place of its own in Python. The stop is sent when the entry has filled.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import backtrader as bt
import numpy as np
import talib
from serve import serve

columns = np.load(sys.argv[1])
settings = json.loads(sys.argv[2])
names = ("open", "high", "low", "close", "volume")


class Columns(bt.feed.DataBase):  # type: ignore[misc]
    """Bars from arrays, with the averages as lines of their own; its own feed reads a frame row by row, slower."""

    lines = ("fast", "slow")

    def start(self) -> None:
        """Everything as lists; times as backtrader counts them, in days."""
        super().start()
        days = columns["time"] / 86_400e9 + bt.date2num(bt.datetime.datetime(1970, 1, 1))
        averages = (talib.SMA(columns["close"], settings[name]) for name in ("fast", "slow"))
        values = [days, *(columns[name] for name in names), *averages]
        self.rows = zip(*(column.tolist() for column in values), strict=True)

    def _load(self) -> bool:
        row = next(self.rows, None)
        if row is None:
            return False
        lines = self.lines
        lines.datetime[0], lines.open[0], lines.high[0], lines.low[0], lines.close[0], lines.volume[0] = row[:6]
        lines.fast[0], lines.slow[0], lines.openinterest[0] = row[6], row[7], 0.0
        return True


class Cross(bt.Strategy):  # type: ignore[misc]
    """Long above, out below, stop on the entry's fill."""

    def __init__(self) -> None:
        """Nothing is entered, and nothing is known of the bar before."""
        self.fast, self.slow = self.data.lines.fast, self.data.lines.slow
        self.above: bool | None = None
        self.stop_order: Any = None
        self.entries = 0

    def next(self) -> None:
        """Act on a cross."""
        fast, slow = self.fast[0], self.slow[0]
        if slow != slow:
            return
        above = fast > slow
        if self.above is not None and above != self.above:
            if above:
                if not self.position.size:
                    self.buy(size=settings["amount"] / self.data.close[0])
            elif self.position.size:
                self.cancel(self.stop_order)
                self.close()
        self.above = above

    def notify_order(self, order: Any) -> None:
        """The stop goes with the fill."""
        if order.status == order.Completed and order.isbuy():
            self.entries += 1
            price = order.executed.price * (1 - settings["stop_loss"])
            self.stop_order = self.sell(exectype=bt.Order.Stop, price=price, size=order.executed.size)


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """One backtest."""
    cerebro = bt.Cerebro(stdstats=False, runonce=True, preload=True)
    cerebro.adddata(Columns())
    cerebro.addstrategy(Cross)
    cerebro.broker.setcash(settings["cash"])
    cerebro.broker.setcommission(commission=settings["fee"])
    # Orders rest at once; else a stop cannot be cancelled at the close it was sent at, and sells what is not held.
    cerebro.broker.set_checksubmit(False)
    (strategy,) = cerebro.run()
    return {"trades": strategy.entries, "final_equity": float(cerebro.broker.getvalue())}


serve(handle)
