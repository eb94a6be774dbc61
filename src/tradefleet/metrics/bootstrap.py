"""How far luck alone might have moved a measure: confidence intervals by resampling days and trades.

Days are resampled in blocks of random length, so that quiet and wild spells stay together (the stationary bootstrap);
trades one by one. An interval goes from the lower to the upper quantile of the measure over all resamples
(the percentile method).

Source: Politis and Romano (1994), The Stationary Bootstrap, Journal of the American Statistical Association 89(428);
Efron and Tibshirani (1993), An Introduction to the Bootstrap. Expected block length n ** (1/3), the order that keeps
the error of a variance smallest: Hall, Horowitz and Jing (1995), On Blocking Rules for the Bootstrap, Biometrika 82(3).
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.errors import ParameterError
from tradefleet.metrics.figures import figures_of
from tradefleet.metrics.performance import NOISE, Floats, Performance

# Below this many days or trades an interval would say more than is known.
FEWEST = 3
# Values a chunk of resamples holds: half a megabyte a column, which stays in the processor's cache.
_CHUNK = 65_536
# More trades than this are first added up in so many groups: sums over a resample of groups vary as sums over a
# resample of trades do, and the cost stays bounded.
_GROUPS = 2_000


class Interval(NamedTuple):
    """From `low` to `high`; both NaN where there is no saying."""

    low: float
    high: float


UNKNOWN = Interval(math.nan, math.nan)
OF_DAYS = ("total_return", "cagr", "sharpe", "sortino", "max_drawdown")
OF_TRADES = ("win_rate", "profit_factor", "expectancy", "average_trade")


def confidence(
    performance: Performance,
    names: Collection[str] = OF_DAYS + OF_TRADES,
    *,
    level: float = 0.95,
    resamples: int = 2_000,
    seed: int = 0,
) -> dict[str, Interval]:
    """The interval of each named measure that covers `level` of what resampled days or trades give.

    A resample in which the measure is not defined is left out; without a losing day or trade sortino and
    profit_factor are infinite. max_drawdown is that of day ends here, since bars between them are not resampled.
    NaN below three days or trades, when they do not vary, and when most resamples leave the measure undefined. The
    seed decides everything: an interval is the same whichever others are asked for.

    Raises ParameterError for a name that has no interval, a level outside (0, 1), and less than one resample.

    >>> run = Performance.from_days(100, [101, 103, 102, 104, 107, 105, 106, 109, 110, 108], [3, -1, 2, -2, 4])
    >>> found = confidence(run, ["total_return", "win_rate"])
    >>> found["total_return"].low < 0.08 < found["total_return"].high, found["win_rate"].low < 0.6
    (True, True)
    """
    _check(names, level, resamples)
    measured: dict[str, Floats] = {}
    if (
        not set(OF_DAYS).isdisjoint(names)
        and len(performance.returns) >= FEWEST
        and figures_of(performance).deviation > 0
    ):
        measured |= _by_days(performance, resamples, seed)
    if not set(OF_TRADES).isdisjoint(names) and len(performance.profit) >= FEWEST:
        measured |= _by_trades(performance, resamples, seed)
    return {name: _interval(measured[name], level) if name in measured else UNKNOWN for name in names}


def block_length(days: int) -> float:
    """Expected length of a block: the cube root of the number of days.

    >>> round(block_length(729), 6)
    9.0
    """
    return math.pow(days, 1 / 3)


def _by_days(performance: Performance, resamples: int, seed: int) -> dict[str, Floats]:
    random = _random(seed, 0)
    returns = performance.returns
    days = len(returns)
    # Blocks run over the end into the start again, and no block is longer than a resample.
    circle = np.concatenate((returns, returns))
    mean, deviation, downside, growth, deepest = np.empty((5, resamples))
    for part in _chunks(resamples, days):
        sample = circle[_blocks(random, days, part.stop - part.start)]
        mean[part] = sample.mean(axis=1)
        deviation[part] = np.sqrt(_squares(sample - mean[part][:, np.newaxis]) / (days - 1))
        downside[part] = np.sqrt(_squares(np.minimum(sample, 0.0)) / days)
        growth[part], deepest[part] = _growth_and_drawdown(sample)
    annual = math.sqrt(performance.periods)
    noise = NOISE * max(1.0, float(np.abs(returns).max()))
    return {
        "total_return": growth - 1.0,
        "cagr": _yearly(growth, performance.years),
        "sharpe": mean / np.where(deviation > noise, deviation, np.nan) * annual,
        "sortino": _gain_for_loss(mean, downside) * annual,
        "max_drawdown": deepest,
    }


def _growth_and_drawdown(sample: Floats) -> tuple[Floats, Floats]:
    # What is lost is lost: a return below -1 leaves nothing, not a debt that a further loss turns into money.
    with np.errstate(over="ignore", invalid="ignore"):
        worth = np.multiply.accumulate(np.maximum(sample + 1.0, 0.0), axis=1)
        growth = worth[:, -1].copy()
        peak = np.maximum.accumulate(worth, axis=1)
        worth /= np.maximum(peak, 1.0, out=peak)
        return growth, 1.0 - np.minimum(worth.min(axis=1), 1.0)


def _blocks(random: np.random.Generator, days: int, rows: int) -> NDArray[np.intp]:
    # Places in two turns of the circle, a resample a row. All rows are one long line of blocks with geometric
    # lengths; a row's first day starts a block in any case, which changes nothing, since such lengths have no memory.
    size = rows * days
    chance = 1.0 / block_length(days)
    expected = size * chance
    lengths = random.geometric(chance, int(expected + 6.0 * math.sqrt(expected) + 16.0))
    ends = np.cumsum(lengths)
    starts = np.zeros(size, dtype=bool)
    starts[ends[ends < size]] = True
    starts[::days] = True
    first = np.flatnonzero(starts)
    shift = random.integers(0, days, len(first)) - first
    places = np.repeat(shift, np.diff(first, append=size))
    places += np.arange(size)
    return places.reshape(rows, days)


def _by_trades(performance: Performance, resamples: int, seed: int) -> dict[str, Floats]:
    random = _random(seed, 1)
    profit = performance.profit
    values = np.stack(
        (
            np.ones(len(profit)),
            profit > 0,
            np.maximum(profit, 0.0),
            np.maximum(-profit, 0.0),
            profit,
            performance.profit_ratio,
        )
    )
    if len(profit) > _GROUPS:
        # Neighbours go to different groups, one a group in turn.
        turn = np.arange(len(profit)) % _GROUPS
        values = np.stack([np.bincount(turn, row, _GROUPS) for row in values])
    items = values.shape[1]
    sums = np.empty((len(values), resamples))
    for part in _chunks(resamples, items):
        drawn = random.integers(0, items, (part.stop - part.start, items))
        for row, column in zip(sums, values, strict=True):
            row[part] = column[drawn].sum(axis=1)
    count, won, gained, lost, earned, ratio = sums
    return {
        "win_rate": won / count,
        "profit_factor": _gain_for_loss(gained, lost),
        "expectancy": earned / count,
        "average_trade": ratio / count,
    }


def _random(seed: int, family: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, family]))


def _chunks(rows: int, width: int) -> list[slice]:
    step = max(1, _CHUNK // width)
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]


def _squares(rows: Floats) -> Floats:
    sums: Floats = np.einsum("ij,ij->i", rows, rows)
    return sums


def _gain_for_loss(gain: Floats, loss: Floats) -> Floats:
    # Infinite where there was no loss, NaN where there was nothing at all.
    return np.divide(gain, loss, out=np.where(gain > 0, np.inf, np.nan), where=loss > NOISE)


def _yearly(growth: Floats, years: float) -> Floats:
    if years <= 0:
        return np.full(len(growth), np.nan)
    with np.errstate(divide="ignore", over="ignore"):
        yearly: Floats = np.expm1(np.log(growth) / years)
    return np.where(np.isinf(yearly), np.nan, yearly)


def _interval(values: Floats, level: float) -> Interval:
    known = np.sort(values[~np.isnan(values)])
    if 2 * len(known) < len(values):
        return UNKNOWN
    # Values that occurred, not between two of them: infinite ones have no between.
    last = len(known) - 1
    tail = (1.0 - level) / 2.0
    low, high = float(known[math.floor(tail * last)]), float(known[math.ceil((1.0 - tail) * last)])
    # No width: every resample was the same, which says nothing of what else might have been.
    return Interval(low, high) if high > low else UNKNOWN


def _check(names: Collection[str], level: float, resamples: int) -> None:
    for name in names:
        if name not in OF_DAYS + OF_TRADES:
            raise ParameterError(
                f"{name} has no confidence interval", cure=f"ask for one of {', '.join(OF_DAYS + OF_TRADES)}"
            )
    if not 0.0 < level < 1.0:
        raise ParameterError(f"level is {level}", cure="give a fraction such as 0.95")
    if resamples < 1:
        raise ParameterError(f"resamples is {resamples}", cure="give 1 or more, such as 2000")
