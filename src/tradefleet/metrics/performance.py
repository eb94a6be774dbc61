"""What a run left behind, as the measures read it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.errors import ParameterError
from tradefleet.market.time import DAY, HOUR

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

YEAR = 365 * DAY
# Rounding leaves some 1e-16 of relative noise in a return; a spread below this is no spread.
NOISE = 1e-14

_OF_TRADES = ("profit", "profit_ratio", "fees", "entry_time", "exit_time", "side")


@dataclass(frozen=True, eq=False)
class Performance:
    """Equity, closed trades and drawdown of one run: the input of every measure.

    `equity` is the account's worth at `equity_time` (UTC nanoseconds, rising): at UTC day ends, the last
    at the end of the run; at bar closes when the timeframe is longer than a day. `first_time` is the open
    of the first bar, `last_time` the close of the last. `max_drawdown` (fraction of the peak, >= 0) and
    `max_drawdown_length` (nanoseconds, the longest time from a peak to its recovery or the end) are exact at
    bar closes. `exposure` is the share of bar closes with an open position. The trade arrays have one value
    a closed trade: `profit` and `fees` in money, `profit_ratio` = profit / entry notional, times, and
    `side` +1 or -1. `periods_per_year` annualises daily figures: 365 for crypto, 252 for forex. `open_fees` are the
    fees paid so far for positions still open.

    Raises ParameterError when arrays that belong together differ in length or cash is not positive.
    """

    initial_cash: float
    equity_time: Integers
    equity: Floats
    first_time: int
    last_time: int
    max_drawdown: float
    max_drawdown_length: int
    exposure: float
    profit: Floats
    profit_ratio: Floats
    fees: Floats
    entry_time: Integers
    exit_time: Integers
    side: Integers
    open_trades: int
    periods_per_year: int
    open_fees: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.initial_cash < math.inf:
            raise ParameterError(f"initial_cash is {self.initial_cash}", cure="start with some money")
        for names in (("equity_time", "equity"), _OF_TRADES):
            lengths = {name: len(getattr(self, name)) for name in names}
            if len(set(lengths.values())) > 1:
                raise ParameterError(f"lengths differ: {lengths}", cure="give one value an item")

    @classmethod
    def from_days(
        cls,
        initial_cash: float,
        equity: Sequence[float],
        profit: Sequence[float] = (),
        *,
        periods_per_year: int = 365,
    ) -> Performance:
        """A performance of day-end equity and trade results alone, from 1970-01-01 on.

        Drawdown is the day ends'; each trade is long, lasts an hour, costs nothing and is as large as the
        initial cash.

        >>> Performance.from_days(100, [110, 99]).returns.round(6)
        array([ 0.1, -0.1])
        """
        ends = np.arange(1, len(equity) + 1, dtype=np.int64) * DAY
        profits = np.asarray(profit, dtype=np.float64)
        starts = np.zeros(len(profits), dtype=np.int64)
        run = cls(
            initial_cash=float(initial_cash),
            equity_time=ends,
            equity=np.asarray(equity, dtype=np.float64),
            first_time=0,
            last_time=len(equity) * DAY,
            max_drawdown=0.0,
            max_drawdown_length=0,
            exposure=0.0,
            profit=profits,
            profit_ratio=profits / initial_cash,
            fees=np.zeros(len(profits)),
            entry_time=starts,
            exit_time=starts + HOUR,
            side=np.ones(len(profits), dtype=np.int64),
            open_trades=0,
            periods_per_year=periods_per_year,
        )
        values = {field.name: getattr(run, field.name) for field in fields(run)}
        values["max_drawdown"] = float(np.max(run.drawdowns, initial=0.0))
        values["max_drawdown_length"] = longest_drawdown(run.drawdowns, ends, 0)
        return cls(**values)

    @cached_property
    def returns(self) -> Floats:
        """Return of each day, equity[i] / equity[i-1] - 1, the initial cash before the first.

        Ends with the day the account was ruined (nothing left, or less than the dust of rounding): nothing
        earns no return.
        """
        ruined = np.flatnonzero(self.equity <= NOISE * self.initial_cash)
        days = len(self.equity) if len(ruined) == 0 else int(ruined[0]) + 1
        before = np.concatenate(([self.initial_cash], self.equity[:days][:-1]))[:days]
        returns: Floats = self.equity[:days] / before - 1.0
        return returns

    @cached_property
    def drawdowns(self) -> Floats:
        """Fraction below the highest equity so far at each day end; the initial cash is the first peak."""
        peaks = np.maximum(np.maximum.accumulate(self.equity), self.initial_cash)
        depths: Floats = 1.0 - self.equity / peaks
        return depths

    @cached_property
    def final_equity(self) -> float:
        """Equity at the end; the initial cash when there was no bar."""
        return float(self.equity[-1]) if len(self.equity) else self.initial_cash

    @cached_property
    def years(self) -> float:
        """Calendar time of the run in years of 365 days."""
        return (self.last_time - self.first_time) / YEAR

    @cached_property
    def periods(self) -> float:
        """Returns a year: `periods_per_year`, or what fits into 365 days when they are longer than a day."""
        if len(self.equity_time) < 2:
            return float(self.periods_per_year)
        spacing = float(np.median(np.diff(self.equity_time)))
        return YEAR / spacing if spacing > DAY else float(self.periods_per_year)

    @cached_property
    def profit_by_exit(self) -> Floats:
        """Profits in order of exit."""
        if bool(np.all(self.exit_time[1:] >= self.exit_time[:-1])):
            return self.profit
        return self.profit[np.argsort(self.exit_time, kind="stable")]


def ratio(numerator: float, denominator: float) -> float:
    """The quotient, or NaN when the denominator is zero or the result is not finite.

    >>> ratio(1.0, 4.0), ratio(1.0, 0.0)
    (0.25, nan)
    """
    if denominator == 0:
        return math.nan
    quotient = numerator / denominator
    return quotient if math.isfinite(quotient) else math.nan


def longest_drawdown(drawdowns: Floats, times: Integers, start: int) -> int:
    """The longest time from a peak (`start` is one) to its recovery, or to the end; 0 without a drawdown.

    >>> longest_drawdown(np.array([0.0, 0.1, 0.2, 0.0, 0.1]), np.array([1, 2, 3, 4, 5]), 0)
    3
    """
    peak, longest, under_water = start, 0, False
    for depth, time in zip(drawdowns.tolist(), times.tolist(), strict=True):
        under_water = under_water or depth > 0
        if under_water:
            longest = max(longest, time - peak)
        if depth <= 0:
            peak, under_water = time, False
    return longest
