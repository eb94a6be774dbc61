"""vectorbt: the same cross by `Portfolio.from_signals`, in every variant that might be its fastest.

What makes vectorbt faster is done: TA-Lib's EMA (7 ms for both; vectorbt's own 11, `vbt.MA` 27), arrays rather than a
frame (with a DatetimeIndex the same run takes 1.6 s), room for the orders there are rather than one a bar.
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
time, open_, high, low, close = (columns[name] for name in ("time", "open", "high", "low", "close"))
MAX_ORDERS = 100_000
warnings.simplefilter("ignore")


def portfolio(engine: str) -> vbt.Portfolio:
    """Decide at a close, fill at the next open: every decision is shifted by one bar."""
    fast, slow = (talib.EMA(close, settings[name]) for name in ("fast", "slow"))
    enter, leave = np.zeros(len(close), dtype=bool), np.zeros(len(close), dtype=bool)
    above, below = fast > slow, fast < slow
    enter[2:] = above[1:-1] & (fast[:-2] <= slow[:-2])
    leave[2:] = below[1:-1] & (fast[:-2] >= slow[:-2])
    size = np.zeros(len(close))
    size[1:] = settings["amount"] / close[:-1]
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
        max_orders=MAX_ORDERS,
        freq="1min",
        engine=engine,
    )


def of_trades(p: vbt.Portfolio) -> dict[str, Any]:
    """Return, and the measures of the trade list."""
    return {
        "trades": int(p.trades.count()),
        "total_return": float(p.total_return()),
        "win_rate": float(p.trades.win_rate()),
        "profit_factor": float(p.trades.profit_factor()),
        "exposure": float(p.position_coverage()),
    }


def day_ends(p: vbt.Portfolio) -> dict[str, Any]:
    """Our measures our way: returns of UTC day ends, drawdown at bar closes."""
    value = p.value().to_numpy()
    days = time // 86_400_000_000_000
    ends = np.append(np.flatnonzero(days[1:] != days[:-1]), len(days) - 1)
    daily = pd.Series(np.diff(value[ends], prepend=settings["cash"]) / np.insert(value[ends][:-1], 0, settings["cash"]))
    returns = daily.vbt.returns(freq="1D")
    return {
        **of_trades(p),
        "sharpe": float(returns.sharpe_ratio()),
        "sortino": float(returns.sortino_ratio()),
        "calmar": float(returns.calmar_ratio()),
        "volatility": float(returns.annualized_volatility()),
        "cagr": float(returns.annualized()),
        "max_drawdown": float((value / np.maximum.accumulate(value)).min() - 1),
    }


def per_bar(p: vbt.Portfolio) -> dict[str, Any]:
    """The same measures as vectorbt gives them: from the returns of minutes."""
    return {
        **of_trades(p),
        "sharpe": float(p.sharpe_ratio()),
        "sortino": float(p.sortino_ratio()),
        "calmar": float(p.calmar_ratio()),
        "volatility": float(p.annualized_volatility()),
        "cagr": float(p.annualized_return()),
        "max_drawdown": float(p.max_drawdown()),
    }


def stats(p: vbt.Portfolio) -> dict[str, Any]:
    """Everything `Portfolio.stats()` has."""
    table = p.stats()
    return {"trades": int(table["Total Trades"]), "total_return": float(table["Total Return [%]"]) / 100}


MEASURES = {"day ends": day_ends, "per bar": per_bar, "stats()": stats}


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """One backtest in the variant the request names."""
    p = portfolio(request["engine"])
    p.trades.records  # noqa: B018 - asking for the records is what builds them
    return MEASURES[request["measures"]](p)


serve(handle)
