"""Trading days: how many a year has, and which day ends count."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.bars import Bars
from tradefleet.market.time import DAY

# A market that rests on weekends trades on some five days of seven.
CRYPTO_DAYS, FOREX_DAYS = 365, 252
# 1970-01-01 was a Thursday.
_SATURDAY, _SUNDAY = 2, 3


def periods_per_year(bars: Bars) -> int:
    """365, or 252 where there is a week of bars or more and none on a Saturday (forex)."""
    first, last = int(bars.time[0]) // DAY, int(bars.time[-1]) // DAY
    saturdays = np.arange(first + (_SATURDAY - first) % 7, last + 1, 7) * DAY
    on_saturdays = np.searchsorted(bars.time, saturdays + DAY) - np.searchsorted(bars.time, saturdays)
    rests = last - first >= 7 and not on_saturdays.any()
    return FOREX_DAYS if rests and bars.timeframe.nanoseconds <= DAY else CRYPTO_DAYS


def trading_days(times: NDArray[np.int64], periods: int) -> NDArray[np.bool_]:
    """Which day ends are those of trading days.

    Forex opens on Sunday night: those few hours belong to Monday, or a year would have 313 days and not some 260. The
    last day end always counts.
    """
    counts: NDArray[np.bool_] = np.ones(len(times), dtype=bool)
    if periods == FOREX_DAYS:
        counts = (times - 1) // DAY % 7 != _SUNDAY
        counts[-1:] = True
    return counts
