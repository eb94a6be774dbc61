"""Trades summed up by what they have in common: a symbol, a side, an hour, an exit reason."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.time import DAY, HOUR
from tradefleet.metrics.performance import Floats, Integers

Columns = dict[str, NDArray[np.float64] | NDArray[np.int64]]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# 1970-01-01 was a Thursday.
_THURSDAY = 3


class TradeColumns(Protocol):
    """One value a closed trade in each column: money, profit over entry notional, UTC nanoseconds."""

    @property
    def profit(self) -> Floats: ...
    @property
    def profit_ratio(self) -> Floats: ...
    @property
    def fees(self) -> Floats: ...
    @property
    def entry_time(self) -> Integers: ...
    @property
    def exit_time(self) -> Integers: ...


def grouped(keys: Integers, trades: TradeColumns) -> Columns:
    """One row for each distinct key, keys rising; a Performance is a fit second argument.

    Columns: `key`; `trades` (count); `profit` and `fees` (sums of money); `share` (profit over the size of the profit
    of all trades, so that its sign is the group's own; NaN when that is zero); `win_rate`, `average`, `best`, `worst`
    (of profit_ratio), `expectancy` (of profit), `profit_factor` and `average_duration_hours` as the measures of these
    names define them. Sums run in the order of the trades, so that a plain loop gives the same bits. No rows without
    trades.

    >>> from tradefleet.metrics import Performance
    >>> table = grouped(np.array([7, 3, 7]), Performance.from_days(100, [110], [9, -3, 3]))
    >>> table["key"].tolist(), table["trades"].tolist(), table["profit"].tolist(), table["best"].tolist()
    ([3, 7], [1, 2], [-3.0, 12.0], [-0.03, 0.09])
    """
    found, codes = _coded(keys)
    groups = len(found)
    count = np.bincount(codes, minlength=groups)

    def total(values: Floats | Integers | NDArray[np.bool_]) -> Floats:
        # The order of the trades, unlike add.reduceat, which adds in pairs.
        return np.bincount(codes, values, groups).astype(np.float64, copy=False)

    profit = total(trades.profit)
    gained, lost = total(np.maximum(trades.profit, 0.0)), total(np.maximum(-trades.profit, 0.0))
    best, worst = np.full(groups, -np.inf), np.full(groups, np.inf)
    np.maximum.at(best, codes, trades.profit_ratio)
    np.minimum.at(worst, codes, trades.profit_ratio)
    return {
        "key": found,
        "trades": count,
        "profit": profit,
        "share": _ratio(profit, np.full(groups, abs(profit.cumsum()[-1]) if groups else 0.0)),
        "win_rate": total(trades.profit > 0) / count,
        "average": total(trades.profit_ratio) / count,
        "best": best,
        "worst": worst,
        "profit_factor": np.where((lost == 0) & (gained > 0), np.inf, _ratio(gained, lost)),
        "expectancy": profit / count,
        "fees": total(trades.fees),
        "average_duration_hours": total(trades.exit_time - trades.entry_time) / count / HOUR,
    }


def hour_of(times: Integers) -> Integers:
    """Hour of the UTC day, 0 to 23."""
    return times // HOUR % 24


def weekday_of(times: Integers) -> Integers:
    """Day of the UTC week, 0 (Monday) to 6.

    >>> weekday_of(np.array([0, 4 * DAY])).tolist()
    [3, 0]
    """
    return (times // DAY + _THURSDAY) % 7


def day_of(times: Integers) -> Integers:
    """UTC days since 1970-01-01."""
    return times // DAY


def month_of(times: Integers) -> Integers:
    """UTC months since January 1970.

    >>> month_of(np.array([0, 31 * DAY, 366 * DAY])).tolist()
    [0, 1, 12]
    """
    return times.astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64)


def _coded(keys: Integers) -> tuple[Integers, NDArray[np.intp]]:
    # The distinct keys and each trade's place among them. Keys of one trading life are close together: a table by
    # key is several times faster than sorting.
    if len(keys) == 0:
        return keys.astype(np.int64), np.empty(0, dtype=np.intp)
    lowest, width = int(keys.min()), int(keys.max()) - int(keys.min()) + 1
    if width > len(keys) + 1_000:
        found, codes = np.unique(keys, return_inverse=True)
        return found, codes
    offsets = keys - lowest
    present = np.zeros(width, dtype=bool)
    present[offsets] = True
    places = np.cumsum(present) - 1
    return np.flatnonzero(present) + lowest, places[offsets]


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    with np.errstate(over="ignore"):
        quotient = np.divide(numerator, denominator, out=np.full(len(numerator), np.nan), where=denominator != 0)
    return np.where(np.isfinite(quotient), quotient, np.nan)
