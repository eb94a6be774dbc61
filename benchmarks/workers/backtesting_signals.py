"""backtesting.py on given signals: one trade at a time, stop and target on the entry's fill.

A request names an .npz with bars and the bars' numbers of entry and exit signals, and the file to write
the trades to; one still open at the end exits at the bar after the last, at price 0.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy
from serve import serve

CASH = 1e12  # whole units of one coin, and never short of money: times and prices are what is compared
warnings.simplefilter("ignore")


class Given(Strategy):  # type: ignore[misc]
    """Enters and leaves where it is told to."""

    enter: Sequence[bool] = ()
    leave: Sequence[bool] = ()
    fill: Sequence[float] = ()
    side = 1
    stop_loss = 0.0
    take_profit = 0.0

    def init(self) -> None:
        """Nothing to compute."""
        self.bar = 0  # the first call is for bar 1
        self.refused: list[int] = []

    def next(self) -> None:
        """Decide at the close of one bar."""
        self.bar += 1
        if self.enter[self.bar]:
            if not self.position:
                self.open_trade()
        elif self.leave[self.bar]:
            self.position.close()

    def open_trade(self) -> None:
        """Order with levels on the fill to come; backtesting.py refuses levels the close is already beyond."""
        fill, side = self.fill[self.bar], self.side
        order = self.buy if side > 0 else self.sell
        try:
            order(size=1, sl=fill * (1 - side * self.stop_loss), tp=fill * (1 + side * self.take_profit))
        except ValueError:
            self.refused.append(self.bar)


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """One backtest; its trades go to a file."""
    columns = np.load(request["bars"])
    frame = pd.DataFrame({name.title(): columns[name] for name in ("open", "high", "low", "close")})
    frame.index = pd.DatetimeIndex(columns["time"])
    table = Backtest(frame, Given, cash=CASH).run(
        enter=_mask(columns["enter"], len(frame)),
        leave=_mask(columns["leave"], len(frame)),
        fill=np.append(columns["open"][1:], columns["close"][-1]).tolist(),
        **{name: request[name] for name in ("side", "stop_loss", "take_profit")},
    )
    strategy = table["_strategy"]
    trades = [*strategy.closed_trades, *strategy.trades]
    np.savez(
        request["trades"],
        entry=np.array([trade.entry_bar for trade in trades], dtype=np.int64),
        exit=np.array([trade.exit_bar or len(frame) for trade in trades], dtype=np.int64),
        entry_price=np.array([trade.entry_price for trade in trades], dtype=np.float64),
        exit_price=np.array([trade.exit_price or 0.0 for trade in trades], dtype=np.float64),
    )
    return {"trades": len(trades), "refused": strategy.refused}


def _mask(bars: np.ndarray, length: int) -> list[bool]:
    mask = np.zeros(length, dtype=bool)
    mask[bars] = True
    return mask.tolist()


serve(handle)
