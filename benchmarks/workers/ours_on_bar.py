"""Ours: an SMA cross told bar by bar, trades and metrics included."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
from serve import serve

import tradefleet as tf
from tradefleet.graph import close
from tradefleet.indicators import sma

columns = np.load(sys.argv[1])
settings = json.loads(sys.argv[2])
bars = tf.Bars(
    *(columns[name] for name in ("time", "open", "high", "low", "close", "volume")),
    timeframe="1m",
    symbol="BTC/USD",
)


class Cross(tf.Strategy):
    """Long above, out below, stop on the entry's fill."""

    fast = tf.param(settings["fast"], 2, 1000)
    slow = tf.param(settings["slow"], 2, 1000)

    def indicators(self) -> dict[str, Any]:
        """Both averages."""
        return {"fast": sma(close, self.fast), "slow": sma(close, self.slow)}

    def start(self) -> None:
        """Whether the fast average was above at the bar before; not known yet."""
        self.above: bool | None = None

    def on_bar(self, bar: Any, account: Any) -> None:
        """Act on a cross."""
        above = bar.fast > bar.slow
        if self.above is not None and above != self.above:
            if above:
                if not account.position:
                    account.enter("long")
            elif account.position:
                account.exit()
        self.above = above


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """One backtest."""
    strategy = Cross(stop_loss=settings["stop_loss"], size=tf.amount(settings["amount"]))
    result = tf.backtest(strategy, bars, cash=settings["cash"], fee=settings["fee"], slippage=0.0)
    return {"trades": len(result.trades), "final_equity": float(result.metrics["final_equity"])}


serve(handle)
