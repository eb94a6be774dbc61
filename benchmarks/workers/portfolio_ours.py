"""Ours: `ema_cross` with stop and target on several symbols and one wallet, trades and metrics included."""

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
names = ("open", "high", "low", "close", "volume")
bars = {
    symbol: tf.Bars(columns["time"], *(columns[name][:, i] for name in names), timeframe="5m", symbol=symbol)
    for i, symbol in enumerate(columns["symbols"].tolist())
}


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """One backtest of all symbols."""
    strategy = EmaCross(
        **{name: settings[name] for name in ("fast", "slow", "stop_loss", "take_profit")},
        size=tf.amount(settings["amount"]),
    )
    result = tf.backtest(strategy, bars, cash=settings["cash"], fee=settings["fee"], slippage=0.0)
    measures = ("total_return", "sharpe", "max_drawdown", "win_rate")
    return {"trades": len(result.trades), **{name: float(result.metrics[name]) for name in measures}}


serve(handle)
