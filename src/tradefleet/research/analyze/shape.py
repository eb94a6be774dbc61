"""What the daily returns of a run are like, from its measures: nothing is run again for it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.time import DAY
from tradefleet.metrics.performance import YEAR
from tradefleet.research.calendar import periods_per_year, trading_days
from tradefleet.research.luck.moments import FEWEST, Moments


def shape_of(measures: Mapping[str, float], bars: Bars) -> tuple[Moments, float]:
    """The moments of the daily returns of a run on bars, and how many returns make a year.

    NaN below three returns, or where they do not vary.
    """
    closes = bars.time + bars.timeframe.nanoseconds
    days = bars.time // DAY
    ends = closes[np.append(days[1:] != days[:-1], True)]
    yearly = periods_per_year(bars)
    ends = ends[trading_days(ends, yearly)]
    spacing = float(np.median(np.diff(ends))) if len(ends) > 1 else 0.0
    periods = YEAR / spacing if spacing > DAY else float(yearly)
    if len(ends) < FEWEST:
        return Moments(len(ends), math.nan, math.nan, math.nan), periods
    sharpe = measures["sharpe"] / math.sqrt(periods)
    return Moments(len(ends), sharpe, measures["skew"], measures["kurtosis"]), periods
