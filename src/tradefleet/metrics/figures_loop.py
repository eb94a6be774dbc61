"""The figures by plain loops over arrays that take no memory: to be compiled, where very many runs are measured.

Each sum adds the same values in the same order as in `figures.py`, so that the bits are the same.
"""

from __future__ import annotations

import math

from tradefleet.metrics.figures import (
    HIGH,
    LOW,
    Days,
    Figures,
    Terms,
    Totals,
    Trades,
    deviation_of,
    joined,
    squares_around_mean,
)
from tradefleet.metrics.performance import NOISE, Floats
from tradefleet.metrics.quantile import place_of, quantile_between
from tradefleet.metrics.selection import rank, sort

# So few returns are sorted as a whole: tails would overlap.
_FEW = 40
# Standard deviations from the mean: what lies beyond is a little more than a twentieth of most strategies' returns.
_NEAR = 1.25


def figures_by_loop(
    terms: Terms,
    totals: Totals,
    equity: Floats,
    days: int,
    profit: Floats,
    profit_ratio: Floats,
    trades: int,
    scratch: Floats,
) -> Figures:
    """The figures of `figures_of`, to the bit, of the first `days` of equity and the first `trades` in order of exit.

    `scratch` has room for a value a day and is written over.
    """
    return joined(
        terms, totals, _days(terms.initial_cash, equity, days, scratch), _trades(profit, profit_ratio, trades)
    )


def _days(initial_cash: float, equity: Floats, days: int, returns: Floats) -> Days:
    nan = math.nan
    if days == 0:
        return Days(initial_cash, 0.0, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan)
    count, total, below, best, worst, depth = _returns(initial_cash, equity, days, returns)
    mean = total / count
    squares = _squares(returns, count, mean)
    deviation = deviation_of(squares, count, max(1.0, best, -worst))
    third = fourth = nan
    if deviation > 0.0:
        third, fourth = _moments(returns, count, mean, math.sqrt(squares / count))
    low, high, shortfall = _tails(returns, count, mean, deviation)
    return Days(
        equity[days - 1],
        float(count),
        mean,
        deviation,
        math.sqrt(below / count),
        third,
        fourth,
        low,
        high,
        shortfall,
        best,
        worst,
        math.sqrt(depth / days),
    )


def _returns(
    initial_cash: float, equity: Floats, days: int, returns: Floats
) -> tuple[int, float, float, float, float, float]:
    """Fill in the returns until ruin; their number, sum, sum of squared losses, best, worst; squared drawdowns' sum."""
    count, total, below, best, worst = 0, 0.0, 0.0, -math.inf, math.inf
    before = peak = initial_cash
    depths = 0.0
    ruined = False
    for day in range(days):
        worth = equity[day]
        peak = max(peak, worth)
        depth = 1.0 - worth / peak
        depths += depth * depth
        if not ruined:
            change = worth / before - 1.0
            returns[day] = change
            count += 1
            total += change
            loss = min(change, 0.0)
            below += loss * loss
            best = max(best, change)
            worst = min(worst, change)
            before = worth
            ruined = worth <= NOISE * initial_cash
    return count, total, below, best, worst, depths


def _squares(values: Floats, count: int, mean: float) -> float:
    squares = 0.0
    for index in range(count):
        away = values[index] - mean
        squares += away * away
    return squares


def _moments(values: Floats, count: int, mean: float, deviation: float) -> tuple[float, float]:
    third = fourth = 0.0
    for index in range(count):
        score = (values[index] - mean) / deviation
        square = score * score
        third += square * score
        fourth += square * square
    return third / count, fourth / count


def _tails(returns: Floats, count: int, mean: float, deviation: float) -> tuple[float, float, float]:
    """The low and the high quantile and the expected shortfall; the returns are left in another order."""
    bad, good = place_of(LOW, count), place_of(HIGH, count)
    if count <= _FEW:
        sort(returns, 0, count)
    else:
        rank(returns, 0, count, bad + 1, mean - _NEAR * deviation)
        sort(returns, 0, bad + 1)
        rank(returns, bad + 2, count, good, mean + _NEAR * deviation)
    total = 0.0
    for index in range(bad + 1):
        total += returns[index]
    low = quantile_between(returns[bad], returns[min(bad + 1, count - 1)], LOW, count)
    high = quantile_between(returns[good], _lowest(returns, min(good + 1, count - 1), count), HIGH, count)
    return low, high, total / (bad + 1)


def _lowest(values: Floats, begin: int, end: int) -> float:
    lowest = math.inf
    for index in range(begin, end):
        lowest = min(lowest, values[index])
    return lowest


def _trades(profit: Floats, profit_ratio: Floats, count: int) -> Trades:
    nan = math.nan
    if count == 0:
        return Trades(0.0, 0.0, 0.0, 0.0, 0.0, nan, nan, nan, nan, nan, 0.0)
    first = profit[0]
    wins = losses = streak = longest = 0
    total = gained = lost = squares = ratios = 0.0
    most = best = -math.inf
    least = worst = math.inf
    for index in range(count):
        value, ratio = profit[index], profit_ratio[index]
        wins += 1 if value > 0.0 else 0
        losses += 1 if value < 0.0 else 0
        streak = streak + 1 if value < 0.0 else 0
        longest = max(longest, streak)
        total += value
        gained += max(value, 0.0)
        lost += max(-value, 0.0)
        away = value - first
        squares += away * away
        ratios += ratio
        most, least = max(most, value), min(least, value)
        best, worst = max(best, ratio), min(worst, ratio)
    mean = total / count
    around = squares_around_mean(squares, first, mean, count)
    return Trades(
        float(count),
        float(wins),
        float(losses),
        gained,
        lost,
        mean,
        deviation_of(around, count, max(most, -least)),
        ratios / count,
        best + 0.0,
        worst + 0.0,
        float(longest),
    )
