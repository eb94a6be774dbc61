"""All measures of a run as one row of numbers, in the order of MEASURES."""

from __future__ import annotations

import math

import numpy as np

from tradefleet.metrics import MEASURES
from tradefleet.metrics.average_duration_hours import measure as average_duration_hours
from tradefleet.metrics.average_trade import measure as average_trade
from tradefleet.metrics.best_day import measure as best_day
from tradefleet.metrics.best_trade import measure as best_trade
from tradefleet.metrics.cagr import yearly
from tradefleet.metrics.expectancy import measure as expectancy
from tradefleet.metrics.expected_shortfall import measure as expected_shortfall
from tradefleet.metrics.exposure import measure as exposure
from tradefleet.metrics.fees import measure as fees
from tradefleet.metrics.figures import Figures
from tradefleet.metrics.final_equity import measure as final_equity
from tradefleet.metrics.kurtosis import measure as kurtosis
from tradefleet.metrics.losing_streak import measure as losing_streak
from tradefleet.metrics.max_drawdown import measure as max_drawdown
from tradefleet.metrics.max_drawdown_days import measure as max_drawdown_days
from tradefleet.metrics.open_trades import measure as open_trades
from tradefleet.metrics.payoff_ratio import measure as payoff_ratio
from tradefleet.metrics.performance import Floats
from tradefleet.metrics.profit_factor import measure as profit_factor
from tradefleet.metrics.recovery_factor import measure as recovery_factor
from tradefleet.metrics.sharpe import measure as sharpe
from tradefleet.metrics.skew import measure as skew
from tradefleet.metrics.sortino import measure as sortino
from tradefleet.metrics.sqn import measure as sqn
from tradefleet.metrics.tail_ratio import measure as tail_ratio
from tradefleet.metrics.total_return import measure as total_return
from tradefleet.metrics.trades import measure as trades
from tradefleet.metrics.ulcer_index import measure as ulcer_index
from tradefleet.metrics.value_at_risk import measure as value_at_risk
from tradefleet.metrics.volatility import measure as volatility
from tradefleet.metrics.win_rate import measure as win_rate
from tradefleet.metrics.worst_day import measure as worst_day
from tradefleet.metrics.worst_trade import measure as worst_trade

_PLACE = {name: place for place, name in enumerate(MEASURES)}


def write_row(figures: Figures, row: Floats) -> None:
    """Write every measure to its place in the row, but cagr and calmar, which are NaN: `write_growth` knows them.

    >>> row = np.zeros(len(MEASURES))
    >>> write_row(Figures.from_days(100, [110, 99, 120]), row)
    >>> row[:3].round(6).tolist()
    [120.0, 0.2, nan]
    """
    row[0] = final_equity(figures)
    row[1] = total_return(figures)
    row[2] = math.nan
    row[3] = volatility(figures)
    row[4] = sharpe(figures)
    row[5] = sortino(figures)
    row[6] = math.nan
    row[7] = max_drawdown(figures)
    row[8] = max_drawdown_days(figures)
    row[9] = recovery_factor(figures)
    row[10] = ulcer_index(figures)
    row[11] = value_at_risk(figures)
    row[12] = expected_shortfall(figures)
    row[13] = tail_ratio(figures)
    row[14] = skew(figures)
    row[15] = kurtosis(figures)
    row[16] = best_day(figures)
    row[17] = worst_day(figures)
    row[18] = trades(figures)
    row[19] = open_trades(figures)
    row[20] = win_rate(figures)
    row[21] = profit_factor(figures)
    row[22] = payoff_ratio(figures)
    row[23] = expectancy(figures)
    row[24] = average_trade(figures)
    row[25] = best_trade(figures)
    row[26] = worst_trade(figures)
    row[27] = losing_streak(figures)
    row[28] = average_duration_hours(figures)
    row[29] = sqn(figures)
    row[30] = exposure(figures)
    row[31] = fees(figures)


def write_growth(rows: Floats, initial_cash: float, years: float) -> None:
    """Write cagr and calmar into the rows (a run each) that `write_row` has filled; not to be compiled.

    >>> rows = np.full((1, len(MEASURES)), 0.1)
    >>> rows[0, 0] = 121.0
    >>> write_growth(rows, 100.0, 2.0)
    >>> rows[0, [2, 6]].round(6).tolist()
    [0.1, 1.0]
    """
    growth = (rows[:, _PLACE["final_equity"]] / initial_cash).tolist()
    cagr = np.array([yearly(each, years) for each in growth])
    deepest = rows[:, _PLACE["max_drawdown"]]
    with np.errstate(over="ignore"):
        calmar = np.divide(cagr, deepest, out=np.full(len(rows), np.nan), where=deepest != 0.0)
    rows[:, _PLACE["cagr"]] = cagr
    rows[:, _PLACE["calmar"]] = np.where(np.isfinite(calmar), calmar, np.nan)
