"""vectorbt: the same cross on the same symbols by one `Portfolio.from_signals`, a group that shares its cash.

What makes vectorbt faster is done, as in `vectorbt_peer`: TA-Lib's EMA, plain arrays, room for the orders there are. A
matrix has a row a bar and a column a symbol, row by row in memory or column by column, as the request says.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd
import talib
import vectorbt as vbt
from serve import serve

columns = np.load(sys.argv[1])
settings = json.loads(sys.argv[2])
PRICES = ("open", "high", "low", "close")
LAYOUTS = {"by row": np.ascontiguousarray, "by column": np.asfortranarray}
matrices = {name: tuple(layout(columns[price]) for price in PRICES) for name, layout in LAYOUTS.items()}
symbols = list(map(np.ascontiguousarray, columns["close"].T))
MAX_ORDERS = 100_000
warnings.simplefilter("ignore")


def portfolio(engine: str, layout: str) -> vbt.Portfolio:
    """Decide at a close, fill at the next open: every decision is shifted by one bar."""
    open_, high, low, close = matrices[layout]
    enter, leave = np.zeros_like(close, dtype=bool), np.zeros_like(close, dtype=bool)
    for i, values in enumerate(symbols):
        fast, slow = (talib.EMA(values, settings[name]) for name in ("fast", "slow"))
        above, below = fast > slow, fast < slow
        enter[2:, i] = above[1:-1] & (fast[:-2] <= slow[:-2])
        leave[2:, i] = below[1:-1] & (fast[:-2] >= slow[:-2])
    size = np.zeros_like(close)
    np.divide(settings["amount"], close[:-1], out=size[1:])
    return vbt.Portfolio.from_signals(
        close,
        entries=enter,
        exits=leave,
        size=size,
        price=open_,
        open=open_,
        high=high,
        low=low,
        fees=settings["fee"],
        sl_stop=settings["stop_loss"],
        tp_stop=settings["take_profit"],
        stop_entry_price="fillprice",
        stop_exit_price="stoplimit",
        direction="longonly",
        init_cash=settings["cash"],
        group_by=True,
        cash_sharing=True,
        max_orders=MAX_ORDERS,
        freq="5min",
        engine=engine,
    )


def day_ends(p: vbt.Portfolio) -> dict[str, Any]:
    """Our measures our way: returns of UTC day ends, drawdown at bar closes."""
    value = p.value().to_numpy()
    days = columns["time"] // 86_400_000_000_000
    ends = np.append(np.flatnonzero(days[1:] != days[:-1]), len(days) - 1)
    before = np.insert(value[ends][:-1], 0, settings["cash"])
    returns = pd.Series(value[ends] / before - 1).vbt.returns(freq="1D")
    return {
        "total_return": float(p.total_return()),
        "sharpe": float(returns.sharpe_ratio()),
        "max_drawdown": float(1 - (value / np.maximum.accumulate(value)).min()),
        "win_rate": float(p.trades.win_rate()),
    }


def per_bar(p: vbt.Portfolio) -> dict[str, Any]:
    """The same measures as vectorbt gives them: from the returns of bars."""
    return {
        "total_return": float(p.total_return()),
        "sharpe": float(p.sharpe_ratio()),
        "max_drawdown": -float(p.max_drawdown()),
        "win_rate": float(p.trades.win_rate()),
    }


MEASURES = {"day ends": day_ends, "per bar": per_bar}


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """One backtest in the variant the request names."""
    p = portfolio(request["engine"], request["layout"])
    p.trades.records  # noqa: B018 - asking for the records is what builds them
    return {"trades": int(p.trades.count()), **MEASURES[request["measures"]](p)}


serve(handle)
