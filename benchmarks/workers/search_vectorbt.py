"""vectorbt: all combinations as columns of one `Portfolio.from_signals`, in every variant that might be its fastest.

What makes vectorbt faster is done: TA-Lib's indicators and the signals of a value are found once, then repeated for the
columns that share them; matrices lie column by column; stops and targets are a value a column; plain arrays; room for
the orders there are. `columns` is how many combinations are run at a time, 0 for all: fewer take less memory.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import talib
import vectorbt as vbt
from peak import peak_mb
from serve import serve

columns = np.load(sys.argv[1])
work = json.loads(sys.argv[2])
BARS = {name: columns[name] for name in ("time", "open", "high", "low", "close")}
NAMES = tuple(work["values"])
COMBINATIONS = [dict(zip(NAMES, values, strict=True)) for values in product(*work["values"].values())]
PERIOD, EXIT = 14, 55.0
DAY = 86_400_000_000_000
warnings.simplefilter("ignore")

Signals = tuple[np.ndarray, np.ndarray]


def rsi_signals(close: np.ndarray) -> Iterator[Signals]:
    """Of each combination: the RSI crosses above `entry`, and above `exit`."""
    strength = talib.RSI(close, PERIOD)
    known = {level: crossed(strength, level) for level in {EXIT, *work["values"]["entry"]}}
    return ((known[each["entry"]], known[EXIT]) for each in COMBINATIONS)


def average_signals(close: np.ndarray) -> Iterator[Signals]:
    """Of each combination: the fast average crosses above the slow one, and below it."""
    known = {period: talib.EMA(close, period) for period in {*work["values"]["fast"], *work["values"]["slow"]}}
    pairs = ((known[each["fast"]], known[each["slow"]]) for each in COMBINATIONS)
    return ((crossed(fast, slow), crossed(slow, fast)) for fast, slow in pairs)


def crossed(one: np.ndarray, other: Any) -> np.ndarray:
    """Where one was at or below the other a bar before and is above it now."""
    above, below = one > other, one <= other
    above[1:] &= below[:-1]
    above[0] = False
    return above


def portfolios(bars: dict[str, np.ndarray], engine: str, at_a_time: int) -> Iterator[vbt.Portfolio]:
    """Decide at a close, fill at the next open: every decision is shifted by one bar."""
    close = bars["close"]
    signals = (rsi_signals if "entry" in NAMES else average_signals)(close)
    prices = {name: bars[name][:, None] for name in ("open", "high", "low", "close")}
    for first in range(0, len(COMBINATIONS), at_a_time):
        some = COMBINATIONS[first : first + at_a_time]
        enter, leave = (np.zeros((len(close), len(some)), dtype=bool, order="F") for _ in range(2))
        for column, (_, (entering, leaving)) in enumerate(zip(some, signals, strict=False)):
            enter[1:, column], leave[1:, column] = entering[:-1], leaving[:-1]
        stops: dict[str, Any] = {}
        if "stop_loss" in NAMES:
            stop = np.array([each["stop_loss"] for each in some])
            stops = {"sl_stop": stop[None], "tp_stop": (stop * [each["reward_risk"] for each in some])[None]}
        yield vbt.Portfolio.from_signals(
            prices["close"],
            entries=enter,
            exits=leave,
            size=0.99,
            size_type="percent",
            price=prices["open"],
            open=prices["open"],
            high=prices["high"],
            low=prices["low"],
            fees=work["fee"],
            **stops,
            stop_entry_price="fillprice",
            stop_exit_price="stoplimit",
            direction="longonly",
            init_cash=10_000.0,
            max_orders=len(close) * len(some) // 4,
            freq="1min",
            engine=engine,
        )


def of_trades(p: vbt.Portfolio) -> dict[str, Any]:
    """Return, and measures of the trade lists: an array each."""
    trades = p.trades
    return {
        "trades": trades.count(),
        "total_return": p.total_return(),
        "win_rate": trades.win_rate(),
        "profit_factor": trades.profit_factor(),
        "expectancy": trades.expectancy(),
        "sqn": trades.sqn(),
        "best_trade": trades.returns.max(),
        "worst_trade": trades.returns.min(),
        "exposure": p.position_coverage(),
        "fees": p.orders.fees.sum(),
    }


def day_ends(p: vbt.Portfolio, time: np.ndarray) -> dict[str, Any]:
    """Ratios from the returns of UTC day ends, drawdown at bar closes."""
    value = p.value().to_numpy()
    days = time // DAY
    ends = np.append(np.flatnonzero(days[1:] != days[:-1]), len(days) - 1)
    equity = np.vstack([np.full(value.shape[1], 10_000.0), value[ends]])
    return {**of_trades(p), **ratios(pd.DataFrame(equity[1:] / equity[:-1] - 1).vbt.returns(freq="1D")),
            "max_drawdown": (value / np.maximum.accumulate(value)).min(axis=0) - 1}  # fmt: skip


def per_bar(p: vbt.Portfolio, time: np.ndarray) -> dict[str, Any]:
    """The same from the returns of bars."""
    return {**of_trades(p), **ratios(p.returns_acc), "max_drawdown": p.max_drawdown()}


def ratios(returns: Any) -> dict[str, Any]:
    """What is measured of returns."""
    return {
        "sharpe": returns.sharpe_ratio(),
        "sortino": returns.sortino_ratio(),
        "calmar": returns.calmar_ratio(),
        "volatility": returns.annualized_volatility(),
        "cagr": returns.annualized(),
        "value_at_risk": returns.value_at_risk(),
        "tail_ratio": returns.tail_ratio(),
    }


def stats(p: vbt.Portfolio, time: np.ndarray) -> dict[str, Any]:
    """Everything `Portfolio.stats()` has, a row a combination."""
    table = p.stats(agg_func=None)
    return {"trades": table["Total Trades"], "total_return": table["Total Return [%]"] / 100}


MEASURES = {"day ends": day_ends, "per bar": per_bar, "stats()": stats}


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """All combinations in the variant the request names, on the first `bars` bars where it names some."""
    bars = {name: column[: request.get("bars")] for name, column in BARS.items()}
    at_a_time = request["columns"] or len(COMBINATIONS)
    found = [MEASURES[request["measures"]](p, bars["time"]) for p in portfolios(bars, request["engine"], at_a_time)]
    table = {name: np.concatenate([np.asarray(each[name], float) for each in found]) for name in found[0]}
    return {"trades": int(table["trades"].sum()), "return": float(table["total_return"].mean()), "peak_mb": peak_mb()}


serve(handle)
