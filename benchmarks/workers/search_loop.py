"""A plain compiled loop: every combination walks over every bar, the combinations on all cores.

It is what one would write for these two strategies alone, with four measures: what a search has at least to do
when nothing is shared but the signals of a value. Rules and trades are ours.
"""

from __future__ import annotations

import json
import sys
from itertools import product
from typing import Any

import numpy as np
import talib
from numba import njit, prange
from peak import peak_mb
from serve import serve

columns = np.load(sys.argv[1])
work = json.loads(sys.argv[2])
PRICES = tuple(columns[name] for name in ("open", "high", "low", "close"))
COMBINATIONS = [dict(zip(work["values"], values, strict=True)) for values in product(*work["values"].values())]
PERIOD, EXIT = 14, 55.0
CASH, SIZE = 10_000.0, 0.99


@njit(nogil=True)  # type: ignore[misc]
def walk(prices, enter, leave, stop_loss, take_profit, fee):  # type: ignore[no-untyped-def]
    """One combination: final equity, largest drawdown at closes, closed trades, those that won."""
    opens, highs, lows, closes = prices
    cash, quantity, wanted, paid, highest, fallen = CASH, 0.0, 0.0, 0.0, CASH, 0.0
    stop, target = 0.0, np.inf
    trades, won = 0, 0
    leaving = False
    for t in range(len(closes)):
        price = 0.0
        if quantity > 0.0:
            if leaving or opens[t] <= stop or opens[t] > target:
                price = opens[t]
        elif wanted > 0.0:
            fill = opens[t]
            quantity = min(wanted, cash / (fill * (1.0 + fee)))
            paid = quantity * fill * (1.0 + fee)
            cash -= paid
            stop = fill * (1.0 - stop_loss) if stop_loss > 0.0 else 0.0
            target = fill * (1.0 + take_profit) if take_profit > 0.0 else np.inf
        wanted = 0.0
        leaving = False
        if quantity > 0.0:
            if price == 0.0:
                if lows[t] <= stop:
                    price = stop
                elif highs[t] > target:
                    price = target
            if price > 0.0:
                received = quantity * price * (1.0 - fee)
                cash += received
                trades += 1
                won += received > paid
                quantity = 0.0
        equity = cash + quantity * closes[t]
        highest = max(highest, equity)
        fallen = max(fallen, 1.0 - equity / highest)
        if quantity > 0.0:
            leaving = leave[t]
        elif enter[t] and not leave[t]:
            wanted = SIZE * equity / closes[t]
    return equity, fallen, trades, won


@njit(nogil=True)  # type: ignore[misc]
def crossed(one, other):  # type: ignore[no-untyped-def]
    """Where one was at or below the other a bar before and is above it now."""
    above = np.zeros(len(one), np.bool_)
    for t in range(1, len(one)):
        above[t] = one[t - 1] <= other[t - 1] and one[t] > other[t]
    return above


@njit(parallel=True)  # type: ignore[misc]
def levels_all(prices, strength, level, enter, leave, stop_loss, take_profit, fee):  # type: ignore[no-untyped-def]
    """A row a combination of an indicator and levels to cross, whose signals are found first."""
    signals = np.empty((len(level), len(strength)), np.bool_)
    for i in prange(len(level)):
        signals[i] = crossed(strength, np.full(len(strength), level[i]))
    found = np.empty((len(enter), 4))
    for i in prange(len(enter)):
        found[i, 0], found[i, 1], found[i, 2], found[i, 3] = walk(
            prices, signals[enter[i]], signals[leave[i]], stop_loss[i], take_profit[i], fee
        )
    return found


@njit(parallel=True)  # type: ignore[misc]
def averages_all(prices, averages, fast, slow, fee):  # type: ignore[no-untyped-def]
    """A row a pair of averages."""
    found = np.empty((len(fast), 4))
    for i in prange(len(fast)):
        one, other = averages[fast[i]], averages[slow[i]]
        found[i, 0], found[i, 1], found[i, 2], found[i, 3] = walk(
            prices, crossed(one, other), crossed(other, one), 0.0, 0.0, fee
        )
    return found


def reversion() -> Any:
    """All combinations of levels, stops and targets."""
    levels = [EXIT, *work["values"]["entry"]]
    enter = np.array([levels.index(each["entry"], 1) for each in COMBINATIONS])
    stop = np.array([each["stop_loss"] for each in COMBINATIONS])
    target = stop * [each["reward_risk"] for each in COMBINATIONS]
    strength = talib.RSI(PRICES[3], PERIOD)
    return levels_all(PRICES, strength, np.array(levels, float), enter, np.zeros_like(enter), stop, target, work["fee"])


def crosses() -> Any:
    """All pairs of averages."""
    periods = sorted({*work["values"]["fast"], *work["values"]["slow"]})
    averages = np.stack([talib.EMA(PRICES[3], period) for period in periods])
    fast, slow = (np.array([periods.index(each[name]) for each in COMBINATIONS]) for name in ("fast", "slow"))
    return averages_all(PRICES, averages, fast, slow, work["fee"])


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """All combinations."""
    found = reversion() if "entry" in work["values"] else crosses()
    return {
        "trades": int(found[:, 2].sum()),
        "return": float((found[:, 0] / CASH - 1.0).mean()),
        "peak_mb": peak_mb(),
    }


serve(handle)
