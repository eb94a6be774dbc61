"""The numbers all measures are made of, and the one way from sums to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tradefleet.metrics.performance import NOISE, Floats, Integers, Performance
from tradefleet.metrics.quantile import place_of, quantile_between

# The tails: one day in twenty.
LOW, HIGH = 0.05, 0.95


class Terms(NamedTuple):
    """What all runs on the same bars have in common; `periods` are the returns a year."""

    initial_cash: float
    years: float
    periods: float


class Totals(NamedTuple):
    """What a simulator has counted by itself, named as in Performance; `fees` and `total_duration` (ns) are sums over
    closed trades, the fees' from the first exit to the last."""

    max_drawdown: float
    max_drawdown_length: int
    exposure: float
    open_trades: int
    fees: float
    open_fees: float
    total_duration: int


class Days(NamedTuple):
    """Figures of day ends: see Figures."""

    final_equity: float
    returns: float
    mean_return: float
    deviation: float
    downside: float
    third_moment: float
    fourth_moment: float
    low_quantile: float
    high_quantile: float
    shortfall: float
    best_day: float
    worst_day: float
    ulcer: float


class Trades(NamedTuple):
    """Figures of closed trades: see Figures."""

    trades: float
    wins: float
    losses: float
    gross_profit: float
    gross_loss: float
    mean_profit: float
    profit_deviation: float
    mean_ratio: float
    best_ratio: float
    worst_ratio: float
    losing_streak: float


class Figures(NamedTuple):
    """A run in plain numbers, the input of every measure; counts are floats too.

    `mean_return`, `deviation` (sample), `downside` (root mean square of losses, over all days), the moments of returns
    in population standard deviations from their mean, the 5 % and 95 % quantile and the `shortfall` (mean of the worst
    twentieth) are those of daily returns, which end with the day of ruin. `ulcer` is the root mean square of the
    drawdown at day ends. `gross_loss` is a positive number, `profit_deviation` a sample's, ratios are profits over
    entry notional, `max_drawdown_length` and `mean_duration` in nanoseconds. Averages, extremes and quantiles of
    nothing are NaN, deviations below two values too; a deviation of no more than rounding is 0.

    All sums run from the first value to the last, so that a plain loop gives the same bits.
    """

    initial_cash: float
    years: float
    periods: float
    final_equity: float
    returns: float
    mean_return: float
    deviation: float
    downside: float
    third_moment: float
    fourth_moment: float
    low_quantile: float
    high_quantile: float
    shortfall: float
    best_day: float
    worst_day: float
    ulcer: float
    max_drawdown: float
    max_drawdown_length: float
    trades: float
    wins: float
    losses: float
    gross_profit: float
    gross_loss: float
    mean_profit: float
    profit_deviation: float
    mean_ratio: float
    best_ratio: float
    worst_ratio: float
    losing_streak: float
    mean_duration: float
    open_trades: float
    exposure: float
    fees: float

    @classmethod
    def from_days(cls, initial_cash: float, equity: Sequence[float], profit: Sequence[float] = ()) -> Figures:
        """The figures of `Performance.from_days`.

        >>> Figures.from_days(100, [110, 121], [9, -3]).mean_profit
        3.0
        """
        return figures_of(Performance.from_days(initial_cash, equity, profit))


def figures_of(performance: Performance) -> Figures:
    """The figures of a run.

    >>> figures_of(Performance.from_days(100, [110, 121])).final_equity
    121.0
    """
    terms = Terms(performance.initial_cash, performance.years, performance.periods)
    totals = Totals(
        performance.max_drawdown,
        performance.max_drawdown_length,
        performance.exposure,
        performance.open_trades,
        _sum(performance.fees),
        performance.open_fees,
        _exact_sum(performance.exit_time - performance.entry_time),
    )
    return joined(terms, totals, _days(performance), _trades(performance))


def joined(terms: Terms, totals: Totals, days: Days, trades: Trades) -> Figures:
    """All the figures of a run."""
    mean_duration = float(totals.total_duration) / trades.trades if trades.trades > 0.0 else math.nan
    return Figures(
        terms.initial_cash,
        terms.years,
        terms.periods,
        days.final_equity,
        days.returns,
        days.mean_return,
        days.deviation,
        days.downside,
        days.third_moment,
        days.fourth_moment,
        days.low_quantile,
        days.high_quantile,
        days.shortfall,
        days.best_day,
        days.worst_day,
        days.ulcer,
        totals.max_drawdown,
        float(totals.max_drawdown_length),
        trades.trades,
        trades.wins,
        trades.losses,
        trades.gross_profit,
        trades.gross_loss,
        trades.mean_profit,
        trades.profit_deviation,
        trades.mean_ratio,
        trades.best_ratio,
        trades.worst_ratio,
        trades.losing_streak,
        mean_duration,
        float(totals.open_trades),
        totals.exposure,
        totals.fees + totals.open_fees,
    )


def deviation_of(squares: float, count: int, largest: float) -> float:
    """Sample standard deviation from a sum of squares; NaN below two values, 0 when it is noise beside the `largest`.

    >>> deviation_of(8.0, 3, 1.0), deviation_of(1e-32, 3, 1.0), deviation_of(0.0, 1, 1.0)
    (2.0, 0.0, nan)
    """
    if count < 2:
        return math.nan
    deviation = math.sqrt(squares / (count - 1))
    return deviation if deviation > NOISE * largest else 0.0


def squares_around_mean(squares: float, first: float, mean: float, count: int) -> float:
    """The sum of squares around the mean, from that around one of the values: one pass is enough.

    One of the values is near enough to the mean for that: the loss of accuracy is bounded by their number.

    >>> squares_around_mean(5.0, 1.0, 2.0, 3)
    2.0
    """
    away = mean - first
    return max(squares - away * away * count, 0.0)


def _days(performance: Performance) -> Days:
    returns, drawdowns = performance.returns, performance.drawdowns
    count = len(returns)
    if count == 0:
        nan = math.nan
        return Days(performance.final_equity, 0.0, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan)
    best, worst = float(returns.max()), float(returns.min())
    mean = _sum(returns) / count
    away = returns - mean
    squares = _sum(away * away)
    deviation = deviation_of(squares, count, max(1.0, best, -worst))
    third = fourth = math.nan
    if deviation > 0.0:
        scores = away / math.sqrt(squares / count)
        square = scores * scores
        third, fourth = _sum(square * scores) / count, _sum(square * square) / count
    below = np.minimum(returns, 0.0)
    ranked = np.sort(returns)
    bad = place_of(LOW, count) + 1
    return Days(
        performance.final_equity,
        float(count),
        mean,
        deviation,
        math.sqrt(_sum(below * below) / count),
        third,
        fourth,
        _quantile(ranked, LOW),
        _quantile(ranked, HIGH),
        _sum(ranked[:bad]) / bad,
        best,
        worst,
        math.sqrt(_sum(drawdowns * drawdowns) / len(drawdowns)),
    )


def _trades(performance: Performance) -> Trades:
    profit, ratio = performance.profit, performance.profit_ratio
    count = len(profit)
    if count == 0:
        nan = math.nan
        return Trades(0.0, 0.0, 0.0, 0.0, 0.0, nan, nan, nan, nan, nan, 0.0)
    gained, lost = _sum(np.maximum(profit, 0.0)), _sum(np.maximum(-profit, 0.0))
    first, mean = float(profit[0]), _sum(profit) / count
    away = profit - first
    squares = squares_around_mean(_sum(away * away), first, mean, count)
    return Trades(
        float(count),
        float(np.count_nonzero(profit > 0.0)),
        float(np.count_nonzero(profit < 0.0)),
        gained,
        lost,
        mean,
        deviation_of(squares, count, max(float(profit.max()), -float(profit.min()))),
        _sum(ratio) / count,
        # A zero without its sign, which the order of comparisons would decide.
        float(ratio.max()) + 0.0,
        float(ratio.min()) + 0.0,
        _losing_streak(performance),
    )


def _losing_streak(performance: Performance) -> float:
    lost = performance.profit_by_exit < 0
    # The trades that did not lose, with a fence at both ends, cut the losses into runs.
    fences = np.concatenate(([-1], np.flatnonzero(~lost), [len(lost)]))
    return float(np.diff(fences).max() - 1)


def _quantile(ranked: Floats, share: float) -> float:
    place = place_of(share, len(ranked))
    following = min(place + 1, len(ranked) - 1)
    return quantile_between(float(ranked[place]), float(ranked[following]), share, len(ranked))


def _sum(values: Floats) -> float:
    # From first to last. NumPy adds in pairs, but what it takes away it takes one by one, and rounds alike.
    return 0.0 - float(np.subtract.reduce(values, initial=0.0))


def _exact_sum(values: Integers) -> int:
    # Durations of many symbols' trades in nanoseconds can add up to more than 64 bits hold.
    if len(values) == 0 or len(values) * int(np.abs(values).max()) < 2**63:
        return int(values.sum())
    return sum(values.tolist())
