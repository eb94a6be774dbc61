"""Ours: the analyzer over symbols and timeframes, from the shortest bars in memory to the best of each symbol."""

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
from tradefleet.app.analyze import analyze
from tradefleet.research.analyze import Analysis
from tradefleet.research.search.evaluator import OneByOne, Span
from tradefleet.research.settings import Settings
from tradefleet.strategies import load_strategy

work = json.loads(sys.argv[2])
with np.load(sys.argv[1]) as columns:
    matrices = [columns[name] for name in ("open", "high", "low", "close", "volume")]
    bars = {
        symbol: tf.Bars(columns["time"], *(matrix[:, i] for matrix in matrices), timeframe="5m", symbol=symbol)
        for i, symbol in enumerate(columns["symbols"].tolist())
    }


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """An analysis; or, where `compare` is given, so many random combinations of it against single backtests."""
    if "compare" in request:
        return compared(request["compare"])
    found = analysis()
    return {
        "combinations": found.trials,
        "chosen": {symbol: pair.timeframe for symbol, pair in found.best.items()},
        "peak_mb": peak_mb(),
    }


def analysis(**options: Any) -> Analysis:
    """All symbols and timeframes; raises RuntimeError where one failed."""
    found = analyze(
        work["strategy"], bars, timeframes=work["timeframes"], grid=work["grid"], fee=work["fee"], **options
    )
    failed = [text for pair in found.pairs for text in pair.failed.values()]
    if found.errors or failed:
        raise RuntimeError(f"a combination or pair failed: {[*found.errors.values(), *failed][0]}")
    return found


def compared(count: int) -> dict[str, Any]:
    """Random combinations of all pairs, and how many a single backtest has too, in training and in confirmation."""
    found = analysis(top=work["combinations"], objective="final_equity", min_trades=0)
    every = [(pair, one) for pair in found.pairs for one in pair.best]
    chosen = random.Random(0).sample(every, min(count, len(every)))
    equal = 0
    for pair, one in chosen:
        single = OneByOne(load_strategy(work["strategy"]), {}, pair.bars, Settings(fee=work["fee"]))
        equal += all(
            same_measures(measures, single.result(one.parameters, span).metrics)
            for measures, span in ((one.training, Span(until=pair.split)), (one.confirmation, Span(since=pair.split)))
        )
    return {"equal": equal, "compared": len(chosen)}


serve(handle)
