"""Ours: `ema_cross` with stop and target, trades and metrics included."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
from serve import serve

import tradefleet as tf
from tradefleet.strategies import EmaCross

columns = np.load(sys.argv[1])
settings = json.loads(sys.argv[2])
bars = tf.Bars(
    *(columns[name] for name in ("time", "open", "high", "low", "close", "volume")),
    timeframe="1m",
    symbol="BTC/USD",
)


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """One backtest."""
    strategy = EmaCross(
        fast=settings["fast"],
        slow=settings["slow"],
        stop_loss=settings["stop_loss"],
        take_profit=settings["take_profit"],
        size=tf.amount(settings["amount"]),
    )
    result = tf.backtest(strategy, bars, cash=settings["cash"], fee=settings["fee"], slippage=0.0)
    names = ("total_return", "sharpe", "max_drawdown", "win_rate")
    return {"trades": len(result.trades), **{name: float(result.metrics[name]) for name in names}}


serve(handle)
