"""backtesting.py: the same cross by its own API, its signals computed at once (the fastest way there is)."""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd
import talib
from backtesting import Strategy
from backtesting.lib import FractionalBacktest
from serve import serve

columns = np.load(sys.argv[1])
settings = json.loads(sys.argv[2])
open_, close = columns["open"], columns["close"]
frame = pd.DataFrame(
    {name.title(): columns[name] for name in ("open", "high", "low", "close", "volume")},
    index=pd.DatetimeIndex(columns["time"]),
)
UNIT = 1e-6  # sizes are whole numbers of units
warnings.simplefilter("ignore")


class Cross(Strategy):  # type: ignore[misc]
    """Long above, out below, stop and target on the entry's fill."""

    def init(self) -> None:
        """Whole columns at once: reading a list is cheaper than its indicator objects."""
        fast, slow = talib.EMA(close, settings["fast"]), talib.EMA(close, settings["slow"])
        before = slice(None, -1), slice(1, None)
        self.enter = [False, *((fast[before[0]] <= slow[before[0]]) & (fast[before[1]] > slow[before[1]])).tolist()]
        self.leave = [False, *((fast[before[0]] >= slow[before[0]]) & (fast[before[1]] < slow[before[1]])).tolist()]
        # The level is known only at the fill; backtesting.py wants it at the decision, so it is told the fill.
        self.fill = (np.append(open_[1:], close[-1]) * UNIT).tolist()
        self.units = (settings["amount"] / close / UNIT).astype(int).tolist()
        self.bar = 0  # the first call is for bar 1

    def next(self) -> None:
        """Decide at the close of one bar."""
        self.bar += 1
        if self.enter[self.bar]:
            if not self.position:
                fill = self.fill[self.bar]
                self.buy(
                    size=self.units[self.bar],
                    sl=fill * (1 - settings["stop_loss"]),
                    tp=fill * (1 + settings["take_profit"]),
                )
        elif self.leave[self.bar]:
            self.position.close()


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """One backtest."""
    test = FractionalBacktest(frame, Cross, cash=settings["cash"], commission=settings["fee"], fractional_unit=UNIT)
    table = test.run()
    return {
        "trades": int(table["# Trades"]),
        "total_return": float(table["Return [%]"]) / 100,
        "sharpe": float(table["Sharpe Ratio"]),
        "max_drawdown": float(table["Max. Drawdown [%]"]) / 100,
        "win_rate": float(table["Win Rate [%]"]) / 100,
    }


serve(handle)
