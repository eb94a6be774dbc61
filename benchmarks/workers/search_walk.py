"""Ours: a walk forward, from bars in memory to its windows and measures."""

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
from tradefleet.metrics import MEASURES
from tradefleet.research.batch import Batch
from tradefleet.research.search.evaluator import OneByOne
from tradefleet.research.search.space import Space
from tradefleet.research.settings import Settings
from tradefleet.research.walk_forward import WalkForward
from tradefleet.strategies import load_strategy

work = json.loads(sys.argv[2])
with np.load(sys.argv[1]) as columns:
    bars = tf.Bars(
        *(columns[name] for name in ("time", "open", "high", "low", "close", "volume")),
        timeframe="1h",
        symbol="BTC/USDT",
    )
last: list[WalkForward] = []


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """A walk forward; or, where `compare` is given, so many combinations of its windows against single backtests."""
    if "compare" in request:
        return compared(request["compare"])
    last.clear()
    found = tf.walk_forward(
        work["strategy"], bars, train=work["train"], test=work["test"], grid=work["grid"], fee=work["fee"]
    )
    last.append(found)
    return {
        "combinations": found.trials,
        "windows": len(found.windows),
        "return": float(found.metrics["total_return"]),
        "peak_mb": peak_mb(),
    }


def compared(count: int) -> dict[str, Any]:
    """Random combinations of random windows, and how many have the measures of a single backtest of the training.

    The Sharpe ratio that the walk itself kept must be the same too; so must all measures of what it chose.
    """
    strategy, settings = load_strategy(work["strategy"]), Settings(fee=work["fee"])
    combinations = Space.of(strategy, {}, work["grid"]).combinations()
    single, batch = OneByOne(strategy, {}, bars, settings), Batch(strategy, {}, bars, settings)
    steps = [step for step in last[0].steps if step.result is not None]
    generator = random.Random(0)
    each = -(-count // len(steps))
    equal = compared = 0
    for step in steps:
        span, choice = step.window.train, step.choice
        values = batch.measure(combinations, span).values
        of_best = single.result(choice.parameters, span).metrics
        best_same = same_measures(choice.measures, of_best)
        for row in generator.sample(range(len(combinations)), min(each, len(combinations), count - compared)):
            metrics = single.result(combinations[row], span).metrics
            kept = {**metrics, "sharpe": float(choice.sharpes[row])}
            measured = dict(zip(MEASURES, values[row].tolist(), strict=True))
            equal += best_same and same_measures(kept, metrics) and same_measures(measured, metrics)
            compared += 1
    return {"equal": equal, "compared": compared}


serve(handle)
