"""Ours: one sweep, from bars in memory to the table of all measures; and how many rows single backtests equal."""

from __future__ import annotations

import json
import random
import sys
from typing import Any

import numpy as np
from peak import peak_mb
from same import same_measures
from serve import serve

import tradefleet as tf
from tradefleet.research.sweep import Sweep
from tradefleet.strategies import load_strategy

work = json.loads(sys.argv[2])
with np.load(sys.argv[1]) as columns:
    bars = tf.Bars(
        *(columns[name] for name in ("time", "open", "high", "low", "close", "volume")),
        timeframe="1m",
        symbol="BTC/USD",
    )
last: list[Sweep] = []


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """A sweep, of a part where `bars` and `random` say so; `compare` asks for rows of the last against backtests."""
    if "compare" in request:
        return compared(request["compare"])
    last.clear()
    some = bars[: request["bars"]] if "bars" in request else bars
    found = tf.sweep(work["strategy"], some, work["grid"], fee=work["fee"], random=request.get("random"))
    table = found.table
    last.append(found)
    if found.failures:
        raise RuntimeError(f"{len(found.failures)} combinations failed: {next(iter(found.failures.values()))}")
    return {
        "combinations": len(table),
        "trades": int(table["trades"].sum()),
        "return": float(table["total_return"].mean()),
        "peak_mb": peak_mb(),
    }


def compared(count: int) -> dict[str, Any]:
    """Random rows of the table, each once, and how many of them a single backtest has too."""
    table, names = last[0].table, last[0].combinations.names
    rows = sorted(random.Random(0).sample(range(len(table)), min(count, len(table))))
    equal = 0
    for index in rows:
        row = table.row(index, named=True)
        strategy = load_strategy(work["strategy"])(**{name: row[name] for name in names})
        equal += same_measures(row, tf.backtest(strategy, bars, fee=work["fee"]).metrics)
    return {"equal": equal, "compared": len(rows)}


serve(handle)
